"""A model that reads has a post of its own: its own thread or connection, its own time-out, its own failures."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import ClassVar, Generic, Protocol, TypeVar

from monshin_kit.errors import DeadlineExceeded, FailedPrecondition, MonshinError, Unavailable
from monshin_kit.executor import Executor

from monshin_factcheck.checking.circuit import Circuit

_log = logging.getLogger(__name__)

# What models and libraries raise where an input or a file is not what they expect. None of it may fail a check.
_BROKEN = (RuntimeError, ValueError, ArithmeticError, LookupError, TypeError, OSError, MemoryError)

Asked = TypeVar("Asked")
Told = TypeVar("Told")
_AskedIn = TypeVar("_AskedIn", contravariant=True)
_ToldOut = TypeVar("_ToldOut", covariant=True)


class Reads(Protocol[_AskedIn, _ToldOut]):
    """A model that computes, such as a SemanticJudge or a Reranker."""

    @property
    def revision(self) -> str:
        """Hash of what decides what it tells."""
        ...

    def read(self, asked: Sequence[_AskedIn], /) -> Sequence[_ToldOut]:
        """One thing told for each thing asked, in order; blocks."""
        ...


class Worker(Protocol[_AskedIn, _ToldOut]):
    """A model as its post asks it: never blocks the event loop."""

    @property
    def revision(self) -> str:
        """As Reads.revision; valid once it is open."""
        ...

    async def open(self) -> None:
        """Makes it ready; raises a MonshinError that names what is missing."""
        ...

    async def read(self, asked: Sequence[_AskedIn], /) -> Sequence[_ToldOut]:
        """As Reads.read; raises a MonshinError."""
        ...

    async def close(self) -> None:
        """Ends it."""
        ...


class InThread(Generic[Asked, Told]):
    """A model that computes, in one thread of its own. load: makes it; may block for a minute."""

    def __init__(self, load: Callable[[], Reads[Asked, Told]]) -> None:
        self._load = load
        self._executor = Executor(workers=1, queue_limit=64, name="reading")
        self._model: Reads[Asked, Told] | None = None
        self._is_loading = False

    @property
    def revision(self) -> str:
        """As Worker.revision."""
        return self._model.revision if self._model is not None else ""

    async def open(self) -> None:
        """As Worker.open."""
        self._is_loading = True
        self._model = await self._executor.run(self._loaded)

    async def read(self, asked: Sequence[Asked], /) -> Sequence[Told]:
        """As Worker.read; what nobody waits for any more is dropped before it is computed."""
        if self._model is None:
            raise Unavailable("the model is not loaded")
        return await self._executor.run(self._model.read, asked)

    async def close(self) -> None:
        """As Worker.close; a model that is still being loaded is left to the end of the process."""
        if not self._is_loading:
            await asyncio.to_thread(self._executor.close)

    def _loaded(self) -> Reads[Asked, Told]:
        try:
            return self._load()
        finally:
            self._is_loading = False


class Post(Generic[Asked, Told]):
    """One model, asked with a time-out. name: also before it is open. timeout_s: for what is asked at once.

    A subclass says what the model is.
    """

    KIND: ClassVar[str]

    def __init__(
        self, name: str, worker: Worker[Asked, Told], *, timeout_s: float, circuit: Circuit | None = None
    ) -> None:
        self.name = name
        self._worker = worker
        self._timeout_s = timeout_s
        self._circuit = circuit or Circuit()
        self._closed_for = "UNAVAILABLE"

    @property
    def revision(self) -> str:
        """The model's; empty while it is not open."""
        return "" if self._closed_for else self._worker.revision

    @property
    def absence(self) -> str:
        """Why it cannot be asked now, as the name of a status; empty if it can."""
        return self._closed_for or ("UNAVAILABLE" if self._circuit.is_shut else "")

    async def open(self) -> None:
        """Makes the model ready. Where that fails the log names what is missing, and the post stays empty."""
        try:
            try:
                await self._worker.open()
            except _BROKEN as error:
                raise FailedPrecondition(f"its files could not be used ({type(error).__name__})") from error
        except MonshinError as error:
            self._closed_for = error.code
            _log.error(f"a {self.KIND} is missing: {error.message}", extra={"model": self.name, "reason": error.reason})
            return
        self._closed_for = ""
        _log.info(f"a {self.KIND} is ready", extra={"model": self.name, "revision": self._worker.revision})

    async def ask(self, asked: Sequence[Asked]) -> Sequence[Told]:
        """What it tells of each. Raises a MonshinError in time."""
        try:
            told = await self._told(asked)
        except MonshinError:
            self._circuit.failed()
            raise
        if self._is_silence(told):
            self._circuit.failed()
        else:
            self._circuit.succeeded()
        return told

    async def close(self) -> None:
        """Ends the model."""
        await self._worker.close()

    def _is_silence(self, told: Sequence[Told]) -> bool:
        """Whether what was told counts for the circuit as no answer; a subclass knows what it means."""
        return False

    async def _told(self, asked: Sequence[Asked]) -> Sequence[Told]:
        who = f"the {self.KIND} {self.name}"
        try:
            async with asyncio.timeout(self._timeout_s):
                told = await self._worker.read(asked)
        except TimeoutError:
            raise DeadlineExceeded(f"{who} took more than {self._timeout_s} s") from None
        except _BROKEN as error:
            _log.error(f"a {self.KIND} failed", extra={"model": self.name, "reason": type(error).__name__})
            raise Unavailable(f"{who} failed") from error
        if len(told) != len(asked):
            raise Unavailable(f"{who} gave {len(told)} answers to {len(asked)} questions")
        return told
