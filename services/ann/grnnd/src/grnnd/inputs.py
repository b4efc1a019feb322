"""Checks of what callers hand in: everything is refused before anything is computed."""

import operator
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from grnnd.engine import Bytes, Floats
from grnnd.errors import InvalidInput

MAX_DIM = 65_536
MAX_ROWS = 2**31 - 2  # an edge has 31 bits for its vertex
MAX_SIZE = 1e16  # squares of differences of such coordinates still add up within float32, at MAX_DIM
_CHUNK_NUMBERS = 1 << 20  # looked at at a time: no copy of everything, however wide a row


def vectors(rows: ArrayLike, name: str, dim: int | None = None) -> Floats:
    """As float32, C-contiguous, of shape (n, dim), finite; the same memory where it already is.

    Raises InvalidInput.
    """
    found = np.asarray(rows)
    if found.dtype.kind not in "fiu":
        raise InvalidInput(f"{name} have dtype {found.dtype}, allowed are real numbers")
    if found.ndim != 2:
        raise InvalidInput(f"{name} have shape {found.shape}, allowed is (rows, dim)")
    if dim is not None and found.shape[1] != dim:
        raise InvalidInput(f"{name} have dim {found.shape[1]}, the graph has {dim}")
    if not 1 <= found.shape[1] <= MAX_DIM:
        raise InvalidInput(f"{name} have dim {found.shape[1]}, allowed are 1 to {MAX_DIM}")
    if len(found) > MAX_ROWS:
        raise InvalidInput(f"{name} are {len(found)} rows, allowed are up to {MAX_ROWS}: build shards")
    with np.errstate(over="ignore"):  # float64 beyond float32 becomes infinite, and is refused below
        checked: Floats = np.ascontiguousarray(found, dtype=np.float32)
    for rows_at_once in chunks(checked):
        part = checked[rows_at_once]
        is_bad = ~(np.abs(part) <= MAX_SIZE)
        if is_bad.any():
            row, column = np.unravel_index(int(np.argmax(is_bad)), part.shape)
            place = f"{name}[{rows_at_once.start + int(row)}, {int(column)}]"
            raise InvalidInput(f"{place} is {part[row, column]}, allowed are finite numbers up to {MAX_SIZE:g}")
    return checked


def chunks(rows: Floats) -> Iterator[slice]:
    """Of an array of shape (n, dim), row after row: a few MiB each, at least one row."""
    step = max(1, _CHUNK_NUMBERS // rows.shape[1])
    return (slice(start, start + step) for start in range(0, len(rows), step))


def whole(value: Any, name: str, low: int, high: int) -> int:
    """An integer of a range, its ends included. Raises InvalidInput."""
    try:
        number = operator.index(value)
    except TypeError:
        raise InvalidInput(f"{name} is {value!r}, allowed are whole numbers from {low} to {high}") from None
    if isinstance(value, bool) or not low <= number <= high:
        raise InvalidInput(f"{name} is {value!r}, allowed are whole numbers from {low} to {high}")
    return number


def filter_bits(rows: ArrayLike | None, count: int) -> tuple[Bytes, int]:
    """Bits by row, lowest first, and how many are set; an empty array stands for all.

    rows: bool of shape (count,), or such bits as uint8 of shape (⌈count / 8⌉,), whose spare bits are zero.
    Raises InvalidInput.
    """
    if rows is None:
        return np.empty(0, dtype=np.uint8), count
    found = np.asarray(rows)
    packed = -(-count // 8)
    if found.dtype == np.bool_ and found.shape == (count,):
        bits: NDArray[np.uint8] = np.packbits(found, bitorder="little")
    elif found.dtype == np.uint8 and found.shape == (packed,):
        bits = np.ascontiguousarray(found)
        if count % 8 and bits[-1] >> (count % 8):
            raise InvalidInput(f"filter has bits beyond row {count - 1}, they must be zero")
    else:
        raise InvalidInput(
            f"filter has dtype {found.dtype} and shape {found.shape}, "
            f"allowed are bool ({count},) or packed bits, lowest first, as uint8 ({packed},)"
        )
    return bits, int(np.bitwise_count(bits).sum(dtype=np.int64))
