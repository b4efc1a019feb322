"""A checker as the service puts one together for its default settings, in this process, without embed and ann."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from monshin_factcheck.checking.absences import Absences
from monshin_factcheck.checking.checker import Checker
from monshin_factcheck.checking.evidence import SourceEvidence
from monshin_factcheck.checking.reading import ReadingRoom
from monshin_factcheck.checking.seats import Seat
from monshin_factcheck.core.retrieval.terms import Terms
from monshin_factcheck.core.rules.judge import RulesJudge
from monshin_factcheck.core.rules.revision import rules_revision
from monshin_factcheck.core.rules.statement import Reader
from monshin_factcheck.core.source import SourceText
from monshin_factcheck.core.text.words import Analyser
from monshin_factcheck.core.weighing import Weighings
from monshin_factcheck.judges.fitted import BUILT_IN, load_weighings
from monshin_factcheck.judges.seating import seats
from monshin_factcheck.settings import FactcheckSettings
from monshin_kit.executor import Executor

from benchmarks.factcheck.corpora import Away
from benchmarks.factcheck_vectors import CACHE
from services.factcheck.tools.kept_judge import KeptJudge

_PATIENCE_S = 3600.0

EvidenceOf = Callable[[Sequence[SourceText]], SourceEvidence]


@asynccontextmanager
async def served_checker(
    *, keeps: bool, reads: bool = True, threads: int = 1
) -> AsyncIterator[tuple[Checker, EvidenceOf]]:
    """A checker, and what makes evidence of sources; where they have many sentences words alone search.

    keeps: what judges say is kept in .cache/factcheck/scores, and not asked for again. reads: False for rules alone.
    Ends the program if a judge is away.
    """
    settings = replace(FactcheckSettings(), judge_timeout_s=_PATIENCE_S, judge_threads=threads)
    taken = seats(settings, CACHE / "factcheck") if reads else []
    if keeps:
        scores = CACHE / "factcheck" / "scores"
        taken = [Seat(seat.name, KeptJudge(seat, scores), timeout_s=_PATIENCE_S) for seat in taken]
    executor, analyser, revision = Executor(), Analyser(), rules_revision()
    room = ReadingRoom(taken, Weighings(load_weighings([BUILT_IN]), revision), documents=settings.documents_read)
    await room.open()
    missing = Absences()
    room.is_open(missing)
    if missing:
        raise SystemExit(f"judges cannot be asked: {missing}, see the log above")
    checker = Checker(
        RulesJudge(Reader(analyser)), executor, room,
        judged=settings.passages_judged, found=settings.passages_found, revision=revision,
    )  # fmt: skip
    terms = Terms(analyser)
    try:
        yield checker, lambda sources: SourceEvidence(sources, terms, Away(), executor)
    finally:
        await room.close()
        executor.close()
