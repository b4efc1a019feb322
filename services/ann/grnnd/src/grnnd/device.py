"""Where a graph is built."""

import importlib
import importlib.util
from enum import StrEnum
from typing import Any

from grnnd.errors import InvalidInput, Unavailable


class Device(StrEnum):
    """CPU or CUDA; `auto` is resolved by `of`."""

    CPU = "cpu"
    CUDA = "cuda"

    @classmethod
    def of(cls, name: str) -> "Device":
        """Raises InvalidInput for an unknown name, Unavailable for cuda where there is none."""
        match name:
            case "cpu":
                return cls.CPU
            case "cuda":
                if not _has_cuda():
                    raise Unavailable("no CUDA device, or no CuPy: install grnnd[gpu], or say device='cpu'")
                return cls.CUDA
            case "auto":
                return cls.CUDA if _has_cuda() else cls.CPU
            case _:
                raise InvalidInput(f"device is {name!r}, allowed are auto, cpu, cuda")


def _has_cuda() -> bool:
    if importlib.util.find_spec("cupy") is None:
        return False
    cupy: Any = importlib.import_module("cupy")
    try:
        return int(cupy.cuda.runtime.getDeviceCount()) > 0
    except cupy.cuda.runtime.CUDARuntimeError:  # no driver
        return False
