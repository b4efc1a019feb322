"""How the time of a build grows with its rows."""

import math
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial

import grnnd
import numpy as np

from benchmarks.ann import data
from benchmarks.ann.curves import keep_growth
from benchmarks.ann.peers import Rows
from benchmarks.report import Result, median_interleaved


def grown(counts: tuple[int, ...], rounds: int) -> Iterator[Result]:
    """CPU-seconds of a build of so many descriptors; the exponent is fitted to all."""
    rows, _ = data.photos(max(counts))
    taken = builds_s(rows, counts, rounds, partial(grnnd.build, threads=1))
    print("growth:", ", ".join(f"{count:,}: {s:.2f} CPU-s" for count, s in taken.items()), file=sys.stderr)
    if rounds > 1:  # a quick run is told and forgotten
        keep_growth(taken)
    exponent = float(np.polyfit([math.log(count) for count in counts], [math.log(s) for s in taken.values()], 1)[0])
    yield Result(f"exponent of build time, {counts[0]:,} to {counts[-1]:,}", exponent, None, "", 1.15, "", "lower")


def builds_s(rows: Rows, counts: tuple[int, ...], rounds: int, build: Callable[[Rows], object]) -> dict[int, float]:
    """Median CPU-seconds of a build of the first rows, by how many; each round builds every size once."""
    medians = median_interleaved(rounds, *(partial(_build_s, rows[:count], build) for count in counts))
    return dict(zip(counts, medians, strict=True))


def _build_s(rows: Rows, build: Callable[[Rows], object]) -> float:
    started = time.process_time()
    build(rows)
    return time.process_time() - started
