"""Vectors as matrices: unpacked from bytes, and checked before anything is computed with them."""

from dataclasses import dataclass
from enum import Enum

import numpy as np
from monshin_kit.errors import InvalidInput
from numpy.typing import NDArray

from monshin_ann.core.definition import Definition, Metric

Matrix = NDArray[np.float32]
Lengths = NDArray[np.float64]

# Squares and products of lengths up to this stay finite in float32, those of cosine down to its inverse stay normal.
MAX_LENGTH = 1e18
MIN_COSINE_LENGTH = 1e-18


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with which row."""

    row: int
    what: str


class NumberType(Enum):
    """What a packed number is; the value is numpy's name for it."""

    FLOAT32 = "<f4"
    FLOAT16 = "<f2"


def unpack(data: bytes, dim: int, number_type: NumberType, field: str) -> Matrix:
    """The rows of `data`, packed one after another, as float32 of shape (n, dim).

    field: path of the vectors in the request, for the error. Raises InvalidInput if `data` is not whole rows.
    """
    row_bytes = dim * np.dtype(number_type.value).itemsize
    if not data or len(data) % row_bytes:
        raise InvalidInput(
            f"{len(data)} bytes came: they must be one or more rows of {dim} numbers, {row_bytes} bytes each",
            field=f"{field}.data",
        )
    return np.frombuffer(data, dtype=number_type.value).reshape(-1, dim).astype(np.float32, copy=False)


def lengths(rows: Matrix) -> Lengths:
    """Euclidean length of each row, in float64.

    >>> lengths(np.array([[3, 4]], dtype=np.float32))
    array([5.])
    """
    wide = rows.astype(np.float64)
    found: Lengths = np.sqrt(np.square(wide, out=wide).sum(axis=1))
    return found


def check(rows: Matrix, definition: Definition, field: str) -> Lengths:
    """The rows' lengths; raises InvalidInput, naming the first bad row, unless all may enter or query the collection.

    A row must be of the collection's dim, finite, not longer than 1e18, and under cosine not (nearly) zero.
    """
    if rows.shape[1] != definition.dim:
        raise InvalidInput(
            f"dim {rows.shape[1]} came, but {definition.name} is of dim {definition.dim}", field=f"{field}.dim"
        )
    with np.errstate(invalid="ignore"):
        found = lengths(rows)
    if (fault := first_fault(found, definition.metric)) is not None:
        raise InvalidInput(f"row {fault.row} {fault.what}", field=f"{field}.data")
    return found


def first_fault(found: Lengths, metric: Metric) -> Fault | None:
    """Why rows of these lengths may not all enter or query a collection; None: they may."""
    is_finite = np.isfinite(found)  # exactly where the row is: float64 cannot overflow here
    faults = [
        (~is_finite, "holds a number that is not finite"),
        (found > MAX_LENGTH, f"is longer than {MAX_LENGTH:g}: distances would overflow"),
    ]
    if metric is Metric.COSINE:
        faults.append((found < MIN_COSINE_LENGTH, "is zero: it has no cosine similarity to anything"))
    return next((Fault(int(is_bad.argmax()), what) for is_bad, what in faults if is_bad.any()), None)
