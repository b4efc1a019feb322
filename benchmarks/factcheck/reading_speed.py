"""How fast the judge `local` reads: claims that share a document, and a document for each claim."""

import time
from collections.abc import Iterator

from monshin_factcheck.core.semantic import Reading
from monshin_kit.artefacts import Artefacts
from monshin_kit.errors import FailedPrecondition

from benchmarks.factcheck.sets import DATA
from benchmarks.factcheck_vectors import CACHE
from benchmarks.report import Result
from services.factcheck.tools.weighing_rows import held_out

_ITEMS = 12
_TARGET = 5.0
# The default of the service; on a busy machine two threads wait for each other and read four times fewer.
_THREADS = 1


def measure() -> Iterator[Result]:
    """Claims a second of wall time on one thread, and of CPU time; nothing where the judge cannot be loaded."""
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
        yield Result(f"local, {name}", len(asked) / seconds, None, "", _TARGET, "claims/s", "higher")
        yield Result(f"local, {name}, a CPU second", len(asked) / cpu, None, "", _TARGET, "claims", "higher")
