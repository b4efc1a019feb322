"""How a benchmark is run and told: one JSON object a line on stdout, a table for people on stderr."""

import argparse
import json
import statistics
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Result:
    """One figure of ours beside a peer's, both measured in the same run.

    peer: None where there is nobody to compare with. target: for `ratio`, or for `ours` where there is no peer;
    reached from above if better is `higher`, from below if `lower`.
    """

    name: str
    ours: float
    peer: float | None
    peer_name: str
    target: float
    unit: str
    better: Literal["higher", "lower"]

    @property
    def ratio(self) -> float | None:
        """Ours divided by the peer's."""
        return None if self.peer is None else self.ours / self.peer

    @property
    def ok(self) -> bool:
        """Whether the target is reached; NaN never reaches one."""
        figure = self.ours if self.ratio is None else self.ratio
        return figure >= self.target if self.better == "higher" else figure <= self.target


def median_interleaved(rounds: int, *measures: Callable[[], float]) -> list[float]:
    """The median of each measure; a round takes each of them once, so that a busy machine hits all alike."""
    taken = [[measure() for measure in measures] for _ in range(rounds)]
    return [statistics.median(figures) for figures in zip(*taken, strict=True)]


def emit(result: Result) -> None:
    """One JSON object on stdout."""
    line = {**asdict(result), "ratio": result.ratio, "ok": result.ok}
    print(json.dumps(line, ensure_ascii=False), flush=True)


def table(results: Iterable[Result]) -> None:
    """All results on stderr, a line each, misses marked."""
    print(f"\n{'':2}{'name':46}{'ours':>11}{'peer':>11}{'ratio':>8}  target", file=sys.stderr)
    for result in results:
        peer = "" if result.peer is None else f"{result.peer:.4g}"
        ratio = "" if result.ratio is None else f"{result.ratio:.3f}"
        sign = "≥" if result.better == "higher" else "≤"
        aim = f"{sign} {result.target:g}{' × ' + result.peer_name if result.peer is not None else ' ' + result.unit}"
        mark = "✓" if result.ok else "✗"
        print(f"{mark:2}{result.name:46}{result.ours:>11.4g}{peer:>11}{ratio:>8}  {aim}", file=sys.stderr)


def main(description: str, measure: Callable[[bool], Iterable[Result]]) -> None:
    """Runs a benchmark from the command line; `measure` is told whether to be quick (under a minute)."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help="less than a minute, figures less steady")
    arguments = parser.parse_args()
    results = []
    for result in measure(arguments.quick):
        emit(result)
        results.append(result)
    table(results)
