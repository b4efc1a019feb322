"""What the last run found, kept for `plots` and `document`."""

import json
import math
import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.ann.measured import HIGH_RECALL, RECALL, Measured
from benchmarks.report import Result

CURVES = Path(__file__).parent / "curves"


def keep(data: str, count: int, found: Sequence[Measured]) -> None:
    """Recall against speed and the build of each, on so many rows of one kind of data."""
    curves = [
        {
            "name": each.name,
            "kind": each.family.kind,
            "build_s": each.build_s,
            "at": {str(recall): _at(each, recall) for recall in (RECALL, HIGH_RECALL)},
            "recalls": list(each.recalls.values()),
            "rates": [statistics.median(rates[effort] for rates in each.rates) for effort in each.recalls],
        }
        for each in found
    ]
    _write(data.replace(" ", "-"), {"data": data, "rows": count, "curves": curves})


def keep_growth(builds_s: Mapping[int, float]) -> None:
    """CPU-seconds of a build by rows."""
    _write("growth", builds_s)


def kept(results: Iterable[Result]) -> Iterator[Result]:
    """The same results; at their end each takes the place of its like of an earlier run."""
    file, new = CURVES / "results.json", []
    for result in results:
        new.append({**asdict(result), "ratio": result.ratio, "ok": result.ok})
        yield result
    names = {one["name"] for one in new}
    old = json.loads(file.read_text()) if file.exists() else []
    _write("results", [*(one for one in old if one["name"] not in names), *new])


def _at(each: Measured, recall: float) -> dict[str, float | None]:
    """effort: the least that reaches the recall; None, and a rate of 0, where none does."""
    effort = each.effort_for(recall)
    return {"effort": effort if math.isfinite(effort) else None, "rate": each.rate_at(recall)}


def _write(name: str, kept: object) -> None:
    CURVES.mkdir(exist_ok=True)
    (CURVES / f"{name}.json").write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
