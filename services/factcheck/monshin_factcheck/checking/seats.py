"""A judge that reads has its own seat, where its answers are looked at before they count."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from monshin_kit.errors import MonshinError

from monshin_factcheck.checking.posts import Post
from monshin_factcheck.core.semantic import Answer, Reading, Worthless, is_silence


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer a reading, or why there is none; elapsed_ms: of all of them together."""

    judge: str
    revision: str
    answers: Sequence[Answer | MonshinError]
    elapsed_ms: float


class Seat(Post[Reading, Answer | MonshinError]):
    """One judge at its post."""

    KIND: ClassVar[str] = "judge"

    async def read(self, readings: Sequence[Reading]) -> Answered:
        """Its answers; one with words that are not in the context counts for none. Raises a MonshinError in time."""
        began = time.perf_counter()
        found = await self.ask(readings)
        answers = [_checked(answer, reading) for answer, reading in zip(found, readings, strict=True)]
        return Answered(self.name, self._worker.revision, answers, (time.perf_counter() - began) * 1000)

    def _is_silence(self, told: Sequence[Answer | MonshinError]) -> bool:
        return bool(told) and all(is_silence(answer) for answer in told)


def _checked(answer: Answer | MonshinError, reading: Reading) -> Answer | MonshinError:
    if isinstance(answer, MonshinError) or answer.is_about(reading):
        return answer
    return Worthless("the answer rests on words that are not in the evidence")
