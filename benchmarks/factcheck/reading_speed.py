"""How fast the judge `local` reads, a document for many claims or for each one, and how fast a check with it is."""

import asyncio
import time
from collections.abc import Iterator, Sequence

from monshin_factcheck.checking.checker import Run
from monshin_factcheck.core.claims.claim import Claim
from monshin_factcheck.core.semantic import Reading
from monshin_factcheck.core.source import SourceText
from monshin_factcheck.core.text.spans import Span
from monshin_kit.artefacts import Artefacts
from monshin_kit.errors import FailedPrecondition

from benchmarks.factcheck.served_checker import served_checker
from benchmarks.factcheck.sets import DATA
from benchmarks.factcheck_vectors import CACHE
from benchmarks.report import Result
from services.factcheck.tools.weighing_rows import held_out

_ITEMS = 12
# Of a whole check, a claim each.
_CLAIMS = 40
_TODAY = "2026-01-01"
_TARGET = 5.0
# The default of the service; on a busy machine two threads wait for each other and read four times fewer.
_THREADS = 1


def measure() -> Iterator[Result]:
    """Claims a second of wall time on one thread, and of CPU time; nothing where the judge cannot be loaded.

    First of reading alone, one document a claim; then of a check, which looks for passages, has the rules judge them
    and two documents read.
    """
    try:
        from monshin_factcheck.judges.local.judge import ADAPTER, LocalJudge

        judge = LocalJudge(Artefacts(CACHE / "factcheck"), ADAPTER, threads=_THREADS)
    except (ImportError, FailedPrecondition):
        return
    readings = [Reading(row.claim, row.text, ()) for row in held_out(DATA / "factcheck-train", _ITEMS)]
    alone = list({reading.context: reading for reading in readings}.values())
    for name, asked in (("claims that share documents", readings), ("a document for each claim", alone)):
        judge.read(asked[:2])
        began, spent = time.perf_counter(), time.process_time()
        judge.read(asked)
        seconds, cpu = time.perf_counter() - began, time.process_time() - spent
        yield Result(f"local reading alone, {name}", len(asked) / seconds, None, "", _TARGET, "claims/s", "higher")
        yield Result(
            f"local reading alone, {name}, a CPU second", len(asked) / cpu, None, "", _TARGET, "claims", "higher"
        )
    rate, cpu_rate = asyncio.run(_whole_check())
    yield Result("a whole check with local, two own documents a claim", rate, None, "", _TARGET, "claims/s", "higher")
    yield Result("the same, a CPU second", cpu_rate, None, "", _TARGET, "claims", "higher")


async def _whole_check() -> tuple[float, float]:
    """Claims a second of wall and of CPU time. The sources are passage and mirror of each claim's item: these two are
    what the words find, and no other claim's reading is of use."""
    rows = list({row.item: row for row in held_out(DATA / "factcheck-train", _CLAIMS)}.values())
    texts = list({row.text: row for row in held_out(DATA / "factcheck-train", _CLAIMS)})
    claims = [Claim(Span(0, len(row.claim)), row.claim, True) for row in rows]
    sources: Sequence[SourceText] = [SourceText(text) for text in texts]
    async with served_checker(keeps=False) as (checker, evidence_of):
        await anext(checker.check(Run(evidence_of(sources), _TODAY), claims[:1]))
        evidence = evidence_of(sources)
        began, spent = time.perf_counter(), time.process_time()
        checked = [one async for one in checker.check(Run(evidence, _TODAY), claims)]
        return len(checked) / (time.perf_counter() - began), len(checked) / (time.process_time() - spent)
