"""A judge whose answers are kept on disk by its revision, so that what was read once is not read again."""

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from monshin_factcheck.checking.seats import Seat
from monshin_factcheck.core.evidence import Probabilities, probabilities
from monshin_factcheck.core.semantic import Answer, Reading
from monshin_factcheck.core.text.spans import Span
from monshin_kit.errors import MonshinError, Unavailable


class KeptJudge:
    """A Worker (checking/seats.py) before another seat's judge.

    Kept are the probabilities by claim and context, and nothing else of a reading: a judge that looks at its passages
    or aliases too needs a folder for each way of asking. A kept answer rests on all of the context, as those of
    `local` do.

    folder: has a file a revision, `{name}-{revision[:16]}.jsonl`, whose lines are
    {"key": …, "odds": [supported, contradicted, neither]}.
    """

    def __init__(self, seat: Seat, folder: Path) -> None:
        self.name = seat.name
        self._seat = seat
        self._folder = folder
        self._known: dict[str, Probabilities] = {}

    @property
    def revision(self) -> str:
        """The judge's; empty while it is not open."""
        return self._seat.revision

    async def open(self) -> None:
        """Opens the judge and reads what is kept of its revision; raises Unavailable if the judge is away."""
        await self._seat.open()
        if self._seat.absence:
            raise Unavailable(f"the judge {self.name} cannot be asked ({self._seat.absence}): see the log above")
        self._known = dict(_lines(self._file)) if self._file.exists() else {}

    def unheard(self, readings: Iterable[Reading]) -> list[Reading]:
        """Those that the judge would be asked for, each once."""
        return list({_key(one): one for one in readings if _key(one) not in self._known}.values())

    async def read(self, readings: Sequence[Reading]) -> list[Answer]:
        """One answer a reading; the judge is asked for what is not kept, and each of its answers is kept at once.

        Ends the program (SystemExit) if one is missing: no figure may rest on the claims that happened to be answered.
        """
        if wanted := self.unheard(readings):
            try:
                told = await self._seat.read(wanted)
            except MonshinError as error:
                raise self._unanswered(error) from error
            self._keep(wanted, told.answers)
        return [Answer(self._known[_key(one)], Span(one.body, len(one.context))) for one in readings]

    async def close(self) -> None:
        """Ends the judge."""
        await self._seat.close()

    @property
    def _file(self) -> Path:
        return self._folder / f"{self.name}-{self.revision[:16]}.jsonl"

    def _keep(self, readings: Sequence[Reading], answers: Sequence[Answer | MonshinError]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        with self._file.open("a", encoding="utf-8") as lines:
            for reading, answer in zip(readings, answers, strict=True):
                if isinstance(answer, Answer):
                    odds = self._known[_key(reading)] = answer.probabilities
                    told = {"key": _key(reading), "odds": [odds.supported, odds.contradicted, odds.neither]}
                    lines.write(json.dumps(told) + "\n")
        for answer in answers:
            if isinstance(answer, MonshinError):
                raise self._unanswered(answer)

    def _unanswered(self, error: MonshinError) -> SystemExit:
        return SystemExit(f"the judge {self.name} did not answer ({error.code}): run this again")


def _key(reading: Reading) -> str:
    return hashlib.sha256(f"{reading.claim}\0{reading.context}".encode()).hexdigest()


def _lines(file: Path) -> Iterable[tuple[str, Probabilities]]:
    """Each line of a file; one that a run was cut off in is taken from its end, so that the next begins a new one."""
    content = file.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    if len(whole) < len(content):
        os.truncate(file, len(whole))
    for line in whole.decode().splitlines():
        one = json.loads(line)
        yield one["key"], probabilities(*one["odds"])
