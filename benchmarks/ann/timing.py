"""How the parts of the benchmark are timed."""

import statistics
import time
from collections.abc import Callable


def rate(work: Callable[[], object], count: int, repeats: int = 1) -> Callable[[], float]:
    """How many of `count` things a CPU-second, which a busy machine changes less than one of the clock."""

    def measured() -> float:
        started = time.process_time()
        for _ in range(repeats):
            work()
        return count * repeats / (time.process_time() - started)

    return measured


def p50_ms(work: Callable[[], object], repeats: int) -> Callable[[], float]:
    """The median of so many calls, by the clock."""

    def measured() -> float:
        taken = []
        for _ in range(repeats):
            started = time.perf_counter()
            work()
            taken.append(1000 * (time.perf_counter() - started))
        return statistics.median(taken)

    return measured
