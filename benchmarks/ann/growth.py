"""How the time of a build grows with its rows."""

import math
import sys
import time
from collections.abc import Iterator

import grnnd
import numpy as np

from benchmarks.ann import data
from benchmarks.ann.curves import keep_growth
from benchmarks.ann.peers import Rows
from benchmarks.report import Result


def grown(counts: tuple[int, ...]) -> Iterator[Result]:
    """CPU-seconds of a build of so many descriptors, the better of two; the exponent is fitted to all."""
    rows, _ = data.photos(max(counts))
    taken = {count: min(_build_s(rows[:count]) for _ in range(2)) for count in counts}
    print("growth:", ", ".join(f"{count:,}: {s:.2f} CPU-s" for count, s in taken.items()), file=sys.stderr)
    keep_growth(taken)
    exponent = float(np.polyfit([math.log(count) for count in counts], [math.log(s) for s in taken.values()], 1)[0])
    yield Result(f"exponent of build time, {counts[0]:,} to {counts[-1]:,}", exponent, None, "", 1.15, "", "lower")


def _build_s(rows: Rows) -> float:
    started = time.process_time()
    grnnd.build(rows, threads=1)
    return time.process_time() - started
