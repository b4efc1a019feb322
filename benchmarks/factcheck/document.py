"""Writes the evaluation: docs/factcheck-report.md as a whole, and the table between the markers in RESULTS.md."""

import datetime
import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.factcheck import examples, retrieval, retrieval_tables, tables, wrong_doses
from benchmarks.factcheck.figures import Claims, Interval
from benchmarks.factcheck.methods import Judged
from benchmarks.factcheck.served import served_map
from benchmarks.report import Result
from services.factcheck.tools.fit_weighing import (
    CONTRADICTED_PRECISION,
    SUPPORTED_PRECISION,
)

_ROOT = Path(__file__).parents[2]
REPORT = _ROOT / "docs" / "factcheck-report.md"
RESULTS = _ROOT / "benchmarks" / "RESULTS.md"
_TEXT = Path(__file__).parent / "report.md"
_BEGIN, _END = "<!-- factcheck: begin -->", "<!-- factcheck: end -->"
_FIGURES = "../benchmarks/factcheck/figures"

Sets = Mapping[str, tuple[Claims, Sequence[Judged]]]


def write(
    sets: Sets,
    areas: Mapping[str, Sequence[Interval]],
    found: retrieval.Found,
    doses: wrong_doses.Found,
    results: Sequence[Result],
) -> None:
    """Both files; report.md beside this file holds the words, with a name in braces for each table.

    areas: AUROC of each set by method.
    """
    served = {name: (claims, judged[-1]) for name, (claims, judged) in sets.items()}
    weighing = served_map()
    parts = {
        "served": ", ".join(sorted(weighing.judges)),
        "temperature": f"{weighing.temperature:g}",
        "least_supported": f"{weighing.supported:g}",
        "least_contradicted": f"{weighing.contradicted:g}",
        "supported_precision": f"{SUPPORTED_PRECISION:g}",
        "contradicted_precision": f"{CONTRADICTED_PRECISION:g}",
        "machine": _machine(),
        "targets": _targets(results),
        "summary": tables.summary(sets, areas),
        "groups": tables.groups(sets),
        "quantities": tables.quantities(sets),
        "wrong_doses": wrong_doses.table(doses),
        "coverage": tables.coverage(sets),
        "confusions": tables.confusions(sets),
        "bins": tables.bins(sets),
        "retrieval": retrieval_tables.recall(found),
        "ways": retrieval_tables.ways(found),
        "corpus_cost": retrieval_tables.cost(found),
        **retrieval_tables.reranking(found),
        "figures": _FIGURES,
        "kinds": "\n\n".join(f"{name}:\n\n{examples.by_kind(one, own)}" for name, (own, one) in served.items()),
        "examples": "\n".join(f"## {name}\n\n{examples.examples(one, own)}" for name, (own, one) in served.items()),
    }
    REPORT.write_text(_TEXT.read_text("utf-8").format(**parts).rstrip() + "\n", "utf-8")
    before, rest = RESULTS.read_text("utf-8").split(_BEGIN)
    _, after = rest.split(_END)
    kept = "\n\n".join((_machine(), parts["targets"], parts["summary"], parts["retrieval"], parts["corpus_cost"]))
    RESULTS.write_text(f"{before}{_BEGIN}\n{kept}\n{_END}{after}", "utf-8")


def _targets(results: Sequence[Result]) -> str:
    lines = ["| what | measured | target | |", "|---|---|---|---|"]
    for one in results:
        sign = "≥" if one.better == "higher" else "≤"
        aim = f"{sign} {one.target:g}" + (f" × {one.peer_name} ({one.peer:.3f})" if one.peer is not None else "")
        lines.append(f"| {one.name} | {one.ours:.3g} {one.unit} | {aim} | {'met' if one.ok else '**missed**'} |")
    return "\n".join(lines)


def _machine() -> str:
    load = os.getloadavg()[0]
    return (
        f"Measured {datetime.date.today().isoformat()} on {platform.machine()}, {len(os.sched_getaffinity(0))} cores, "
        f"load {load:.1f} at the end of the run."
    )
