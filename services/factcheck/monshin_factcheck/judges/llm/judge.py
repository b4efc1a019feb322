"""The judge `llm`, as its seat asks it: one request a reading, side by side."""

import asyncio
import hashlib
import json
from collections.abc import Sequence

from monshin_kit.errors import MonshinError

from monshin_factcheck.core.semantic import Answer, Reading, is_silence
from monshin_factcheck.judges.llm.endpoint import Endpoint
from monshin_factcheck.judges.llm.prompt import SCHEMA, SYSTEM, prompt
from monshin_factcheck.judges.llm.reply import answer_of

NAME = "llm"


class LlmJudge:
    """A Worker. Claim and evidence are sent to the endpoint of the settings, and nowhere else."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    @property
    def revision(self) -> str:
        """SHA-256 of endpoint, model name and prompt; what the endpoint runs under that name cannot be seen."""
        told = [self._endpoint.url, self._endpoint.model, SYSTEM, SCHEMA]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()

    async def open(self) -> None:
        """As Worker.open."""
        await self._endpoint.open()

    async def read(self, readings: Sequence[Reading]) -> list[Answer | MonshinError]:
        """As Worker.read; raises the first error if several claims were asked and none was answered at all. What fails
        for one claim alone may not for the next."""
        answers = await asyncio.gather(*(self._answer(reading) for reading in readings))
        silent = [answer for answer in answers if isinstance(answer, MonshinError) and is_silence(answer)]
        if len(silent) == len(answers) and len({reading.claim for reading in readings}) > 1:
            raise silent[0]
        return answers

    async def close(self) -> None:
        """As Worker.close."""
        await self._endpoint.close()

    async def _answer(self, reading: Reading) -> Answer | MonshinError:
        try:
            asked = prompt(reading)
            completion = await self._endpoint.complete(asked.system, asked.user, SCHEMA)
            return answer_of(completion, reading, asked.shown)
        except MonshinError as error:
            return error
