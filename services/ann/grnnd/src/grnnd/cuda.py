"""Builds on a CUDA device, through CuPy (extra `gpu`)."""

import importlib
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from grnnd import nvrtc, on_device
from grnnd.engine import Bytes, Floats, Ids, OnChunk
from grnnd.plan import Plan

_WARPS = 4  # a block
_WARP = 32
_MAX_BLOCKS = 1 << 20  # teams beyond that are taken in turn
_ROOM_BYTES = 12  # of a key and a length


def build_on_device(kind: str, rows: Bytes | Floats, order: Ids, plan: Plan, out: Ids, on_chunk: OnChunk) -> None:
    """Fills `out`, as `on_device.build` says; the graph is that of the CPU over codes, and over small whole floats.

    Raises Unavailable without NVRTC, TooLarge if the device is too small.
    """
    on_device.build(_CupyBackend(), kind, rows, order, plan, out, on_chunk)


class _CupyBackend:
    def __init__(self) -> None:
        self.xp: Any = importlib.import_module("cupy")
        architecture = int(self.xp.cuda.Device().compute_capability)
        with tempfile.TemporaryDirectory() as folder:  # CuPy loads modules from files
            file = Path(folder) / "kernels.cubin"
            file.write_bytes(nvrtc.cubin(architecture))
            self._module = self.xp.RawModule(path=str(file))
            self._module.get_function("choose")  # loads it, while the file is there

    @property
    def free_bytes(self) -> int:
        """What the system gives, and what CuPy's pool holds unused."""
        free, _ = self.xp.cuda.runtime.memGetInfo()
        return int(free) + int(self.xp.get_default_memory_pool().free_bytes())

    def launch(self, name: str, count: int, room: int, *arguments: Any) -> None:
        blocks = min(-(-count // _WARPS), _MAX_BLOCKS)
        kernel = self._module.get_function(name)
        shared = room * _WARPS * _ROOM_BYTES
        kernel((blocks,), (_WARPS * _WARP,), (np.uint32(count), np.uint32(room), *arguments), shared_mem=shared)
        self.xp.cuda.get_current_stream().synchronize()  # errors show where they belong, and progress is true
