"""The curves of the last run, kept for `plots`."""

import json
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.ann.measured import Measured

CURVES = Path(__file__).parent / "curves"


def keep(data: str, count: int, found: Sequence[Measured]) -> None:
    """Recall against speed and the build of each, on so many rows of one kind of data."""
    curves = [
        {
            "name": each.name,
            "kind": each.family.kind,
            "build_s": each.build_s,
            "recalls": list(each.recalls.values()),
            "rates": [statistics.median(rates[effort] for rates in each.rates) for effort in each.recalls],
        }
        for each in found
    ]
    _write(data.replace(" ", "-"), {"data": data, "rows": count, "curves": curves})


def keep_growth(builds_s: Mapping[int, float]) -> None:
    """CPU-seconds of a build by rows."""
    _write("growth", builds_s)


def _write(name: str, kept: object) -> None:
    CURVES.mkdir(exist_ok=True)
    (CURVES / f"{name}.json").write_text(json.dumps(kept, indent=1) + "\n")
