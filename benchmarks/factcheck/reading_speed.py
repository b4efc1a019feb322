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
# Claims a second are aimed at on two cores: half of it of each.
_TARGET_A_CORE = 2.5
# One is the default of the service: where others use the cores, two threads wait for each other, four times slower.
_THREADS = (1, 2)


def measure() -> Iterator[Result]:
    """Claims a second of wall time and of CPU time, on one thread and on two; nothing where the judge cannot be loaded.

    First of reading alone, one document a claim; then of a check, which looks for passages, has the rules judge them
    and two documents read.
    """
    try:
        for threads in _THREADS:
            for name, (rate, cpu_rate) in _rates(threads).items():
                name = f"{name}, {threads} thread{'s' * (threads > 1)}"
                yield Result(name, rate, None, "", _TARGET_A_CORE * threads, "claims/s", "higher")
                yield Result(f"{name}, a CPU second", cpu_rate, None, "", _TARGET_A_CORE, "claims", "higher")
    except (ImportError, FailedPrecondition):
        return


def _rates(threads: int) -> dict[str, tuple[float, float]]:
    from monshin_factcheck.judges.local.judge import ADAPTER, LocalJudge

    judge = LocalJudge(Artefacts(CACHE / "factcheck"), ADAPTER, threads=threads)
    readings = [Reading(row.claim, row.text, ()) for row in held_out(DATA / "factcheck-train", _ITEMS)]
    alone = list({reading.context: reading for reading in readings}.values())
    rates: dict[str, tuple[float, float]] = {}
    for name, asked in (("claims that share documents", readings), ("a document for each claim", alone)):
        judge.read(asked[:2])
        began, spent = time.perf_counter(), time.process_time()
        judge.read(asked)
        seconds, cpu = time.perf_counter() - began, time.process_time() - spent
        rates[f"local reading alone, {name}"] = len(asked) / seconds, len(asked) / cpu
    rates["a whole check with local, two own documents a claim"] = asyncio.run(_whole_check(threads))
    return rates


async def _whole_check(threads: int) -> tuple[float, float]:
    """Claims a second of wall and of CPU time. The sources are passage and mirror of each claim's item: these two are
    what the words find, and no other claim's reading is of use."""
    rows = list({row.item: row for row in held_out(DATA / "factcheck-train", _CLAIMS)}.values())
    texts = list({row.text: row for row in held_out(DATA / "factcheck-train", _CLAIMS)})
    claims = [Claim(Span(0, len(row.claim)), row.claim, True) for row in rows]
    sources: Sequence[SourceText] = [SourceText(text) for text in texts]
    async with served_checker(keeps=False, threads=threads) as (checker, evidence_of):
        await anext(checker.check(Run(evidence_of(sources), _TODAY), claims[:1]))
        evidence = evidence_of(sources)
        began, spent = time.perf_counter(), time.process_time()
        checked = [one async for one in checker.check(Run(evidence, _TODAY), claims)]
        return len(checked) / (time.perf_counter() - began), len(checked) / (time.process_time() - spent)
