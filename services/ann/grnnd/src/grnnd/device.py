"""Where a graph is built."""

import importlib
import importlib.util
import logging
from enum import StrEnum
from typing import Any

from grnnd.errors import InvalidInput, Unavailable

_log = logging.getLogger(__name__)

_WAY_OUT = "install grnnd[gpu] where there is a CUDA device, or say device='cpu'"


class Device(StrEnum):
    """CPU or CUDA; `auto` is resolved by `of`."""

    CPU = "cpu"
    CUDA = "cuda"

    @classmethod
    def of(cls, name: str) -> "Device":
        """Raises InvalidInput for an unknown name, Unavailable, which says why, for cuda where there is none."""
        match name:
            case "cpu":
                return cls.CPU
            case "cuda":
                _require_cuda()
                return cls.CUDA
            case "auto":
                return cls._best()
            case _:
                raise InvalidInput(f"device is {name!r}, allowed are auto, cpu, cuda")

    @classmethod
    def _best(cls) -> "Device":
        try:
            _require_cuda()
        except Unavailable as error:
            if error.__cause__ is not None:  # CuPy was installed for a device
                _log.warning("the CPU builds: %s", error)
            return cls.CPU
        return cls.CUDA


def _require_cuda() -> None:
    if importlib.util.find_spec("cupy") is None:
        raise Unavailable(f"CuPy is not installed: {_WAY_OUT}")
    try:
        cupy: Any = importlib.import_module("cupy")
        count = int(cupy.cuda.runtime.getDeviceCount())
    except Exception as error:  # no driver, a library that CuPy does not find, a CuPy of another Python
        raise Unavailable(f"CuPy finds no CUDA device ({type(error).__name__}: {error}): {_WAY_OUT}") from error
    if count == 0:
        raise Unavailable(f"there is no CUDA device: {_WAY_OUT}")
