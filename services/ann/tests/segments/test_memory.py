"""What the build of a segment takes of memory, measured, and what was predicted for it."""

import subprocess
import sys
from pathlib import Path

# Peak of a fresh process over a build, less what it had before; a small build first loads the libraries.
PROGRAM = """
import sys, threading, time
from pathlib import Path
import numpy as np
from monshin_ann.collection import Collection
from monshin_ann.core.block import Batch
from monshin_ann.core.building import Limits
from monshin_ann.core.definition import Code, CollectionId, Definition, Metric
from monshin_ann.indexing import BuildSettings
from monshin_ann.store.points_file import PointsFile
from monshin_kit.requests import NOT_REMEMBERED

def memory(name):
    return int(Path("/proc/self/status").read_text().split(name)[1].split()[0]) * 1024

def predicted():
    while (build := collection.view_index().build) is None:
        time.sleep(0.001)
    found.append(build.memory_bytes)

path, found, points, dim = Path(sys.argv[1]), [], 30_000, 1024
definition = Definition(CollectionId("notes"), dim, Metric.L2, 0, code=Code.FLOAT16)
PointsFile.create(path, definition)
collection = Collection(definition, path, BuildSettings(Limits(seal_points=1, segment_points=points)))
rng = np.random.default_rng(0)
for start in range(0, points, 1000):
    rows = rng.random((1000, dim), dtype=np.float32)
    names = [f"p{start + number}" for number in range(1000)]
    batch = Batch(names, rows, np.linalg.norm(rows.astype(np.float64), axis=1), [None] * 1000)
    collection.upsert(batch, NOT_REMEMBERED).result()
    if start == 0:
        assert collection.build_next()
looking = threading.Thread(target=predicted)
looking.start()
Path("/proc/self/clear_refs").write_text("5")
before = memory("VmRSS:")
assert collection.build_next()
looking.join()
print(memory("VmHWM:") - before, *found)
collection.close()
"""


def test_a_build_takes_no_more_memory_than_was_predicted(tmp_path: Path) -> None:
    """From the first row that is read to the swap. Half floats take the most of all codes; and the rows would be in
    memory once more if their checksums were not made one after the other."""
    command = [sys.executable, "-c", PROGRAM, str(tmp_path / "notes.sqlite")]
    used, predicted = map(int, subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())
    assert used <= predicted <= 1.15 * used + (96 << 20)
