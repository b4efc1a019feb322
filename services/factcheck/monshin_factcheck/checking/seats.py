"""A judge that reads has its own seat: its own thread or connection, its own time-out, its own failures."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from monshin_kit.errors import DeadlineExceeded, FailedPrecondition, MonshinError, Unavailable
from monshin_kit.executor import Executor

from monshin_factcheck.checking.circuit import Circuit
from monshin_factcheck.core.semantic import Answer, Reading, SemanticJudge, Worthless

_log = logging.getLogger(__name__)

# What models and libraries raise where an input or a file is not what they expect. None of it may fail a check.
_BROKEN = (RuntimeError, ValueError, ArithmeticError, LookupError, TypeError, OSError, MemoryError)


class Worker(Protocol):
    """A judge as its seat asks it: never blocks the event loop."""

    @property
    def revision(self) -> str:
        """As SemanticJudge.revision; valid once it is open."""
        ...

    async def open(self) -> None:
        """Makes it ready; raises a MonshinError that names what is missing."""
        ...

    async def read(self, readings: Sequence[Reading]) -> Sequence[Answer | MonshinError]:
        """As SemanticJudge.read; raises a MonshinError."""
        ...

    async def close(self) -> None:
        """Ends it."""
        ...


class InThread:
    """A judge that computes, in one thread of its own. load: makes it; may block for a minute."""

    def __init__(self, load: Callable[[], SemanticJudge]) -> None:
        self._load = load
        self._executor = Executor(workers=1, queue_limit=64, name="reading")
        self._judge: SemanticJudge | None = None
        self._is_loading = False

    @property
    def revision(self) -> str:
        """As Worker.revision."""
        return self._judge.revision if self._judge is not None else ""

    async def open(self) -> None:
        """As Worker.open."""
        self._is_loading = True
        self._judge = await self._executor.run(self._loaded)

    async def read(self, readings: Sequence[Reading]) -> Sequence[Answer | MonshinError]:
        """As Worker.read; what nobody waits for any more is dropped before it is computed."""
        if self._judge is None:
            raise Unavailable("the judge is not loaded")
        return await self._executor.run(self._judge.read, readings)

    async def close(self) -> None:
        """As Worker.close; a judge that is still being loaded is left to the end of the process."""
        if not self._is_loading:
            await asyncio.to_thread(self._executor.close)

    def _loaded(self) -> SemanticJudge:
        try:
            return self._load()
        finally:
            self._is_loading = False


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer a reading, or why there is none; elapsed_ms: of all of them together."""

    judge: str
    revision: str
    answers: Sequence[Answer | MonshinError]
    elapsed_ms: float


class Seat:
    """One judge, asked with a time-out. name: also before it is open. timeout_s: for one group of readings."""

    def __init__(self, name: str, worker: Worker, *, timeout_s: float, circuit: Circuit | None = None) -> None:
        self.name = name
        self._worker = worker
        self._timeout_s = timeout_s
        self._circuit = circuit or Circuit()
        self._closed_for = "UNAVAILABLE"

    @property
    def revision(self) -> str:
        """The judge's; empty while it is not open."""
        return "" if self._closed_for else self._worker.revision

    @property
    def absence(self) -> str:
        """Why it cannot be asked now, as the name of a status; empty if it can."""
        return self._closed_for or ("UNAVAILABLE" if self._circuit.is_shut else "")

    async def open(self) -> None:
        """Makes the judge ready. Where that fails the log names what is missing, and the seat stays empty."""
        try:
            try:
                await self._worker.open()
            except _BROKEN as error:
                raise FailedPrecondition(f"its files could not be used ({type(error).__name__})") from error
        except MonshinError as error:
            self._closed_for = error.code
            _log.error("a judge is missing: " + error.message, extra={"model": self.name, "reason": error.reason})
            return
        self._closed_for = ""
        _log.info("a judge is ready", extra={"model": self.name, "revision": self._worker.revision})

    async def read(self, readings: Sequence[Reading]) -> Answered:
        """Its answers; one with words that are not in the context counts for none. Raises a MonshinError in time."""
        began = time.perf_counter()
        try:
            found = await self._asked(readings)
        except MonshinError:
            self._circuit.failed()
            raise
        self._circuit.succeeded()
        answers = [_checked(answer, reading) for answer, reading in zip(found, readings, strict=True)]
        return Answered(self.name, self._worker.revision, answers, (time.perf_counter() - began) * 1000)

    async def close(self) -> None:
        """Ends the judge."""
        await self._worker.close()

    async def _asked(self, readings: Sequence[Reading]) -> Sequence[Answer | MonshinError]:
        try:
            async with asyncio.timeout(self._timeout_s):
                found = await self._worker.read(readings)
        except TimeoutError:
            raise DeadlineExceeded(f"the judge {self.name} took more than {self._timeout_s} s") from None
        except _BROKEN as error:
            _log.error("a judge failed", extra={"model": self.name, "reason": type(error).__name__})
            raise Unavailable(f"the judge {self.name} failed") from error
        if len(found) != len(readings):
            raise Unavailable(f"the judge {self.name} gave {len(found)} answers to {len(readings)} readings")
        return found


def _checked(answer: Answer | MonshinError, reading: Reading) -> Answer | MonshinError:
    if isinstance(answer, MonshinError) or answer.is_about(reading):
        return answer
    return Worthless("the answer rests on words that are not in the evidence")
