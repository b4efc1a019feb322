"""GRNND: fast, deterministic construction of approximate nearest neighbour graphs, and search in them.

>>> import numpy as np, grnnd
>>> vectors = np.random.default_rng(0).standard_normal((1000, 16), dtype=np.float32)
>>> graph = grnnd.build(vectors, threads=1)
>>> ids, distances = graph.search(vectors[:2], 3)
>>> ids[:, 0].tolist(), distances[:, 0].tolist()
([0, 1], [0.0, 0.0])
"""

from grnnd.building import build
from grnnd.calibration import Calibration
from grnnd.errors import Cancelled, Damaged, GrnndError, InvalidInput, TooLarge, Unavailable
from grnnd.external import ExternalMerge, Part
from grnnd.graph import Graph, Hits
from grnnd.memory import predict_memory
from grnnd.merging import merge
from grnnd.progress import Progress
from grnnd.storage import load

__all__ = [
    "Calibration",
    "Cancelled",
    "Damaged",
    "ExternalMerge",
    "Graph",
    "GrnndError",
    "Hits",
    "InvalidInput",
    "Part",
    "Progress",
    "TooLarge",
    "Unavailable",
    "build",
    "load",
    "merge",
    "predict_memory",
]
