"""`make bench-factcheck`: the evaluation report of fact checking, on development data.

python -m benchmarks.factcheck [--quick] [--items N]: N held-out items of factcheck-train (default 200). Writes
docs/factcheck-report.md, the figures beside this file, and the table between the markers in benchmarks/RESULTS.md;
with --quick it only tells. All of it is development data that has been looked at: no figure here says how well unseen
claims are judged. What judges said is kept in .cache/factcheck/scores by their revision, vectors in .cache/factcheck.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from benchmarks.factcheck import (
    document,
    on_screen,
    plots,
    reading_speed,
    retrieval,
    retrieval_tables,
    speed,
    wrong_doses,
)
from benchmarks.factcheck.figures import (
    Claims,
    Interval,
    accuracy,
    auroc,
    auroc_with_interval,
    precision,
    quantity_errors,
    recall,
    risks,
    wrong_doses_supported,
)
from benchmarks.factcheck.methods import Judged, methods
from benchmarks.factcheck.sets import DATA
from benchmarks.report import Result, emit, table
from services.factcheck.tools.fit_weighing import ITEMS, STRANGERS
from services.factcheck.tools.weighing_rows import DEV, GIVEN, HELD_OUT, labelled

_QUICK_ITEMS = 10


def main() -> None:
    """Judges, measures, tells, writes."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--quick", action="store_true", help="few claims, nothing is written")
    options.add_argument("--items", type=int, default=ITEMS)
    chosen = options.parse_args()
    began = time.perf_counter()
    sets = judged_sets(_QUICK_ITEMS if chosen.quick else chosen.items)
    found = retrieval.measure(is_quick=chosen.quick)
    doses = wrong_doses.measure(is_quick=chosen.quick)
    results = [
        *_results(sets),
        *wrong_doses.results(doses),
        *retrieval_tables.results(found),
        *speed.measure(),
        *on_screen.measure(),
        *reading_speed.measure(),
    ]
    for result in results:
        emit(result)
    table(results)
    for part in (retrieval_tables.recall, retrieval_tables.ways, retrieval_tables.cost):
        sys.stderr.write(f"\n{part(found)}\n")
    if not chosen.quick:
        # A bootstrap of each takes seconds: once for the table and the picture.
        areas = {name: [_area(one, claims) for one in judged] for name, (claims, judged) in sets.items()}
        plots.draw(sets, areas)
        retrieval_tables.draw(found)
        document.write(sets, areas, found, doses, results)
    sys.stderr.write(f"{time.perf_counter() - began:.0f} s\n")


def judged_sets(items: int) -> dict[str, tuple[Claims, list[Judged]]]:
    """Both sets under all methods, each claim beside the passage that it was given."""
    every = labelled(DATA, items, STRANGERS)
    judged = methods(every)
    rows = [row for row in every if row.way == GIVEN]
    is_real = np.array([row.source == DEV for row in rows])
    return {
        name: (
            Claims([rows[at] for at in np.flatnonzero(own)]),
            [Judged(one.name, one.odds[own], one.verdicts[own]) for one in judged],
        )
        for name, own in ((DEV, is_real), (HELD_OUT, ~is_real))
    }


def _area(judged: Judged, claims: Claims) -> Interval:
    return auroc_with_interval(judged, claims, np.ones(len(claims.rows), bool))


def _results(sets: Mapping[str, tuple[Claims, Sequence[Judged]]]) -> Iterator[Result]:
    """Targets of issue 6, for what serves."""
    for name, (claims, judged) in sets.items():
        best = judged[-1]
        caught, _, alarms = quantity_errors(best, claims)
        error = risks(best, claims)
        yield Result(f"C against S AUROC, {name}", auroc(best.margins, claims.labels), None, "", 0.88, "", "higher")
        yield Result(f"three-way accuracy, {name}", accuracy(best, claims), None, "", 0.78, "", "higher")
        yield Result(f"precision of SUPPORTED, {name}", precision(best, claims, 0).value, None, "", 0.95, "", "higher")
        yield Result(
            f"recall of SUPPORTED as served, {name}", recall(best, claims, 0).value, None, "", 0.5, "", "higher"
        )
        yield Result(f"quantity errors at 5 % alarms, {name}", caught.value, None, "", 0.95, "", "higher")
        yield Result(f"false alarms on quantities, {name}", alarms.value, None, "", 0.05, "", "lower")
        worst = wrong_doses_supported(best, claims)
        yield Result(f"wrong doses SUPPORTED of {worst.n}, {name}", worst.k, None, "", 0, "", "lower")
        yield Result(f"error at 70 % over 100 %, {name}", error[1] / max(error[0], 1e-9), None, "", 0.5, "", "lower")


if __name__ == "__main__":
    main()
