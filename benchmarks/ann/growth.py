"""How the build grows with its rows, what memory it takes, what a filter costs, and what tight clusters do."""

import json
import math
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial

import grnnd
import numpy as np

from benchmarks.ann import data
from benchmarks.ann.library import CURVES, nearest, recall
from benchmarks.ann.peers import K, Rows, faiss_hnsw
from benchmarks.report import Result

# Not ru_maxrss, in which a child begins with its parent's.
_CHILD = """
import sys
from pathlib import Path
import numpy as np, grnnd
def read(name):
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith(name))
rows = np.load(sys.argv[1])
before = read("VmRSS")
Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
grnnd.build(rows, threads=1)
print(before, read("VmHWM"))
"""
_DEGREE = 32
_WIDTH = 48


def grown(counts: tuple[int, ...]) -> Iterator[Result]:
    """CPU-seconds of a build of so many descriptors, the better of two; the exponent is fitted to all."""
    rows, _ = data.photos(max(counts))
    taken = {count: min(_build_s(rows[:count]) for _ in range(2)) for count in counts}
    print("growth:", ", ".join(f"{count:,}: {s:.2f} CPU-s" for count, s in taken.items()), file=sys.stderr)
    CURVES.mkdir(exist_ok=True)
    (CURVES / "growth.json").write_text(json.dumps(taken, indent=1) + "\n")
    exponent = float(np.polyfit([math.log(count) for count in counts], [math.log(s) for s in taken.values()], 1)[0])
    yield Result(f"exponent of build time, {counts[0]:,} to {counts[-1]:,}", exponent, None, "", 1.15, "", "lower")


def memory(name: str, rows: Rows, folder: str) -> Iterator[Result]:
    """Peak of a process that builds, over vectors + graph + 16 · degree bytes a vertex."""
    path = f"{folder}/rows.npy"
    np.save(path, rows)
    output = subprocess.run([sys.executable, "-c", _CHILD, path], capture_output=True, text=True, check=True).stdout
    before, peak = map(int, output.split())
    count = len(rows)
    wanted = rows.nbytes + count * (4 * _DEGREE + 16 * _DEGREE)
    held = peak - before + rows.nbytes
    yield Result(
        f"memory of a build, {name}", held / 2**20, wanted / 2**20, "vectors + graph + 16 degree", 1.1, "MiB", "lower"
    )


def filtered(name: str, rows: Rows, queries: Rows) -> Iterator[Result]:
    """One row in a hundred, in ten and in three may be found; of the first so few that they are scanned."""
    graph = grnnd.build(rows, threads=1)
    plain = _rate(lambda: graph.search(queries, K, target_recall=0.95, threads=1), len(queries))
    for percent, target in ((1, 0.5), (10, 0.0), (33, 0.0)):
        passing = np.random.default_rng(percent).random(len(rows)) < percent / 100
        places = np.flatnonzero(passing)
        exact = places[nearest(rows[places], queries)]
        search = partial(graph.search, queries, K, target_recall=0.95, filter=passing, threads=1)
        what = f"filter that {percent} % pass, {name}"
        yield Result(f"recall, {what}", recall(search().ids, exact), None, "", 0.95, "", "higher")
        ours = _rate(search, len(queries))
        yield Result(f"search, {what}", ours, plain, "no filter", target, "queries/CPU-s", "higher")


def tight_clusters(count: int) -> Iterator[Result]:
    """Recall at one width for all, beside faiss HNSW, where edges hardly lead from cluster to cluster."""
    for centres in (50, 400, 1000):
        rows, queries = data.tight(count, centres)
        exact = nearest(rows, queries)
        ours = recall(grnnd.build(rows, threads=1).search(queries, K, ef=_WIDTH, threads=1).ids, exact)
        peer = recall(faiss_hnsw(rows, {"M": 16, "efC": 60})(queries, _WIDTH), exact)
        name = f"recall at ef {_WIDTH}, {centres} tight clusters"
        yield Result(name, ours, peer, "faiss HNSW M=16 efC=60", 0.99, "", "higher")


def _build_s(rows: Rows) -> float:
    started = time.process_time()
    grnnd.build(rows, threads=1)
    return time.process_time() - started


def _rate(search: Callable[[], object], count: int) -> float:
    taken = []
    for _ in range(3):
        started = time.process_time()
        search()
        taken.append(time.process_time() - started)
    return count / sorted(taken)[1]
