"""What builds take of memory and disk, measured, and what was predicted for them."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from monshin_ann.remote_build.memory import predicted_bytes, predicted_disk_bytes
from monshin_ann.remote_build.request import parse

# Peak of a fresh process over a build, less what it had before; a small build first loads the libraries.
PROGRAM = """
import sys
from pathlib import Path
from threading import Event
from monshin_ann.remote_build.builder import Builder
from monshin_ann.remote_build.object_store import S3Store
from monshin_ann.remote_build.request import parse

def memory(name):
    return int(Path("/proc/self/status").read_text().split(name)[1].split()[0]) * 1024

endpoint, folder, small, large = sys.argv[1:]
builder = Builder(S3Store(endpoint), Path(folder), threads=1, memory_limit_bytes=0)
builder.build(parse(small.encode()), Event(), lambda share: None)
before = memory("VmRSS:")
Path("/proc/self/clear_refs").write_text("5")
builder.build(parse(large.encode()), Event(), lambda share: None)
print(memory("VmHWM:") - before)
"""


@pytest.mark.parametrize(
    ("data_type", "space", "dim", "m"),
    [
        ("float", "l2", 256, 16),
        ("half_float", "l2", 256, 16),
        ("byte", "l2", 256, 16),
        ("float", "innerproduct", 256, 16),
        ("float", "l2", 512, 2),  # so few edges that the upload takes the most
    ],
)
def test_the_prediction_is_an_upper_bound_and_not_a_wild_one(
    store: Any, sent: Any, sample: Any, tmp_path: Path, data_type: str, space: str, dim: int, m: int
) -> None:
    """From the object store into it. The file of the vectors is mapped, and the system gives it back: not counted."""
    rows, _ = sample(50_000, dim)
    bodies = []
    for count in (500, len(rows)):
        key = f"measured/{data_type}-{space}-{dim}-{count}"
        kept = rows[:count]
        if data_type == "byte":
            kept = np.clip(np.rint(kept * 4), -128, 127).astype(np.int8)
        store.put(f"{key}.knnvec", kept.tobytes())
        store.put(f"{key}.knndid", np.arange(count, dtype="<i4").tobytes())
        bodies.append(sent(key, kept, space, data_type=data_type))
        bodies[-1]["index_parameters"]["algorithm_parameters"]["m"] = m
    command = [sys.executable, "-c", PROGRAM, store.endpoint, str(tmp_path), *map(json.dumps, bodies)]
    env = os.environ | store.credentials
    result = subprocess.run(command, check=True, capture_output=True, text=True, env=env)
    request = parse(json.dumps(bodies[-1]).encode())

    used = int(result.stdout) - (0 if data_type == "byte" else request.vector_bytes)
    assert used <= predicted_bytes(request) <= 1.6 * used
    on_disk = request.vector_bytes + request.id_bytes + len(store.get(request.index_key))
    assert on_disk <= predicted_disk_bytes(request)
