"""What memory a build takes."""

import subprocess
import sys
from collections.abc import Callable, Iterator

import numpy as np

from benchmarks.ann.peers import Rows
from benchmarks.report import Result, median_interleaved

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


def grown_bytes(path: str) -> float:
    """By how much a process grows that builds of the rows in a file, which it has read."""
    output = subprocess.run([sys.executable, "-c", _CHILD, path], capture_output=True, text=True, check=True).stdout
    before, peak = map(int, output.split())
    return peak - before


def memory(
    name: str, rows: Rows, folder: str, rounds: int, measure: Callable[[str], float] = grown_bytes
) -> Iterator[Result]:
    """Peak of a process that builds, over vectors + graph + 16 · degree bytes a vertex; the median of so many
    processes."""
    path = f"{folder}/rows.npy"
    np.save(path, rows)
    (grown,) = median_interleaved(rounds, lambda: measure(path))
    wanted = rows.nbytes + len(rows) * (4 * _DEGREE + 16 * _DEGREE)
    held = grown + rows.nbytes
    yield Result(
        f"memory of a build, {name}", held / 2**20, wanted / 2**20, "vectors + graph + 16 degree", 1.1, "MiB", "lower"
    )
