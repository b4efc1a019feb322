"""grnnd beside its peers once more, at the settings that the last whole run chose: after a change of grnnd, in a third
of the time.

    python -m benchmarks.ann.again
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before any library starts its threads
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("NUMBA_NUM_THREADS", "1")

import json
from collections.abc import Iterator

from benchmarks.ann import curves, data, document, filters, library, plots
from benchmarks.ann.measured import Measured
from benchmarks.ann.peers import Rows, families
from benchmarks.report import Result, main

_ROUNDS = 3


def chosen(name: str, rows: Rows, queries: Rows) -> list[Measured]:
    """As `tuning.tuned`, from what it chose for data of this name the last time."""
    kept = {curve["name"] for curve in json.loads((curves.CURVES / f"{name}.json").read_text())["curves"]}
    every = [Measured(family, setting) for family in families() for setting in family.settings]
    found = [each for each in every if each.name in kept]
    for each in found:  # what is compiled at first use is no part of a build, as `tuned` has it
        each.family.build(rows[:1000], each.setting)
    return found


def measure(quick: bool) -> Iterator[Result]:
    """All kinds of data, all rows; quick: one kind."""
    yield from curves.kept(_measured(quick))
    plots.draw()
    document.write()


def _measured(quick: bool) -> Iterator[Result]:
    kinds = {"photos": data.photos, "diagnoses": data.diagnoses, "clusters": data.clusters}
    for name in list(kinds)[: 1 if quick else None]:
        rows, queries = kinds[name](100_000)
        yield from library.compare(name, rows, queries, _ROUNDS, chosen)
        yield from filters.filtered(name, rows, queries)


if __name__ == "__main__":
    main(__doc__ or "", measure)
