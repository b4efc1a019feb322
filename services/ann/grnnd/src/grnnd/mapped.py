"""Arrays that are files: as large as the disk, in memory as far as they are used."""

import mmap
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray


def mapped(
    path: str | PathLike[str], dtype: DTypeLike, shape: tuple[int, ...], *, is_new: bool = False
) -> NDArray[Any]:
    """The file as an array: a new one, writable, or one that is there, read-only. Raises OSError, ValueError."""
    if 0 in shape:
        return np.empty(shape, dtype=dtype)
    return np.memmap(path, dtype=dtype, mode="w+" if is_new else "r", shape=shape)


def release(*arrays: NDArray[Any]) -> None:
    """Gives back the memory of mapped arrays; what was written stays with the file, and is read again when needed."""
    for array in arrays:
        file = getattr(array, "_mmap", None)
        if isinstance(file, mmap.mmap):
            file.madvise(mmap.MADV_DONTNEED)
