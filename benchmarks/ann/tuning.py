"""The settings of each peer that are measured: of each family the one that searches fastest at recall 0.95, and the one
that builds fastest among those that reach it, tried in one round on a part of the rows."""

import sys

from benchmarks.ann.measured import Measured
from benchmarks.ann.peers import Rows, families
from benchmarks.ann.truth import nearest

ROWS = 25_000
_QUERIES = 300
_FIRST_ROWS = 2000


def tuned(data: str, rows: Rows, queries: Rows) -> list[Measured]:
    """Ours first. A family with one setting is not tried."""
    rows, queries = rows[:ROWS], queries[:_QUERIES]
    exact = nearest(rows, queries)
    chosen = []
    count = 0
    for family in families():
        tried = [Measured(family, setting) for setting in family.settings]
        if len(tried) > 1:
            count += len(tried)
            family.build(rows[:_FIRST_ROWS], family.settings[0])  # numba compiles, which is no part of a build
            for each in tried:
                search = each.build(rows)
                search(queries[:1], family.efforts[0])  # what is compiled or laid out at the first call
                each.search(search, queries, exact)
                print(f"  tried {each.name}: {each.build_s:.1f} CPU-s, {each.rate:.0f}/s", file=sys.stderr)
            tried = [each for each in tried if each.rate > 0] or tried
        fastest = {each.name: each for each in (max(tried, key=_rate), min(tried, key=_build_s))}
        chosen += [Measured(each.family, each.setting) for each in fastest.values()]
    print(f"{data}: chosen of {count} settings of the peers on {len(rows):,} rows in one round", file=sys.stderr)
    return chosen


def _rate(each: Measured) -> float:
    return each.rate


def _build_s(each: Measured) -> float:
    return each.build_s
