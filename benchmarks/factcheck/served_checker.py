"""A checker as the service puts one together for its default settings, in this process, without embed and ann."""

import hashlib
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from monshin_factcheck.checking.checker import Checker
from monshin_factcheck.checking.evidence import SourceEvidence
from monshin_factcheck.checking.reading import ReadingRoom
from monshin_factcheck.checking.seats import Answered, Seat
from monshin_factcheck.clients.embedder import Embedded, Embedder
from monshin_factcheck.core.evidence import probabilities
from monshin_factcheck.core.retrieval.terms import Terms
from monshin_factcheck.core.rules.judge import RulesJudge
from monshin_factcheck.core.rules.revision import rules_revision
from monshin_factcheck.core.rules.statement import Reader
from monshin_factcheck.core.semantic import Answer, Reading
from monshin_factcheck.core.source import SourceText
from monshin_factcheck.core.text.spans import Span
from monshin_factcheck.core.text.words import Analyser
from monshin_factcheck.core.weighing import Weighings
from monshin_factcheck.judges.fitted import BUILT_IN, load_weighings
from monshin_factcheck.judges.seating import seats
from monshin_factcheck.settings import FactcheckSettings
from monshin_kit.errors import MonshinError, Unavailable
from monshin_kit.executor import Executor

from benchmarks.factcheck_vectors import CACHE

_PATIENCE_S = 3600.0

EvidenceOf = Callable[[Sequence[SourceText]], SourceEvidence]


@asynccontextmanager
async def served_checker(*, keeps: bool) -> AsyncIterator[tuple[Checker, EvidenceOf]]:
    """A checker, and what makes evidence of sources; where they have many sentences words alone search.

    keeps: what judges say is kept in .cache/factcheck/scores, and not asked for again. Ends the program if one is away.
    """
    settings = replace(FactcheckSettings(), judge_timeout_s=_PATIENCE_S)
    taken = seats(settings, CACHE / "factcheck")
    if keeps:
        scores = CACHE / "factcheck" / "scores"
        taken = [Seat(seat.name, _Kept(seat, scores), timeout_s=_PATIENCE_S) for seat in taken]
    executor, analyser, revision = Executor(), Analyser(), rules_revision()
    room = ReadingRoom(taken, Weighings(load_weighings([BUILT_IN]), revision), documents=settings.documents_read)
    await room.open()
    missing: dict[str, str] = {}
    room.is_open(missing)
    if missing:
        raise SystemExit(f"judges cannot be asked: {missing}, see the log above")
    checker = Checker(
        RulesJudge(Reader(analyser)), executor, room,
        judged=settings.passages_judged, found=settings.passages_found, revision=revision,
    )  # fmt: skip
    terms = Terms(analyser)
    try:
        yield checker, lambda sources: SourceEvidence(sources, terms, _NoEmbedder(), executor)
    finally:
        await room.close()
        executor.close()


class _NoEmbedder(Embedder):
    """embed is away."""

    def __init__(self) -> None:
        pass

    async def queries(self, texts: Sequence[str]) -> Embedded:
        raise Unavailable("embed takes no part")


class _Kept:
    """A judge as a Worker whose answers are kept by its revision; they rest on all of the context, as `local`'s do."""

    def __init__(self, seat: Seat, folder: Path) -> None:
        self._seat = seat
        self._folder = folder
        self._known: dict[str, list[float]] = {}

    @property
    def revision(self) -> str:
        return self._seat.revision

    async def open(self) -> None:
        await self._seat.open()
        if self._seat.absence:
            raise Unavailable(f"the judge {self._seat.name} is away ({self._seat.absence})")
        if self._file.exists():
            lines = map(json.loads, self._file.read_text("utf-8").splitlines())
            self._known = {one["key"]: one["odds"] for one in lines}

    async def read(self, readings: Sequence[Reading]) -> Sequence[Answer | MonshinError]:
        wanted = [reading for reading in readings if _key(reading) not in self._known]
        if wanted:
            self._keep(wanted, await self._seat.read(wanted))
        return [Answer(probabilities(*self._known[_key(one)]), Span(one.body, len(one.context))) for one in readings]

    async def close(self) -> None:
        await self._seat.close()

    @property
    def _file(self) -> Path:
        return self._folder / f"{self._seat.name}-{self.revision[:16]}.jsonl"

    def _keep(self, readings: Sequence[Reading], told: Answered) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        with self._file.open("a", encoding="utf-8") as lines:
            for reading, answer in zip(readings, told.answers, strict=True):
                if isinstance(answer, MonshinError):
                    raise SystemExit(f"the judge {self._seat.name} did not answer ({answer.code}): run this again")
                odds = answer.probabilities
                self._known[_key(reading)] = [odds.supported, odds.contradicted, odds.neither]
                lines.write(json.dumps({"key": _key(reading), "odds": self._known[_key(reading)]}) + "\n")


def _key(reading: Reading) -> str:
    """As Row.key of tools/weighing_rows.py."""
    return hashlib.sha256(f"{reading.claim}\0{reading.context}".encode()).hexdigest()
