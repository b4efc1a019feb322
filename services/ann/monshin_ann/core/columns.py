"""Payloads turned into columns, so that a filter tests thousands of them with a few array operations.

A field may hold a list, and then counts once for each element: a column is a list of (row, element) pairs, apart for
numbers, strings (coded by a dictionary) and booleans. Rows ascend in each.
"""

import threading
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from monshin_ann.core import payloads
from monshin_ann.core.deadline import FOREVER, Deadline

Rows = NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One field of the first rows of a block; parallel arrays of elements and the rows that hold them."""

    present: Rows
    number_rows: Rows
    numbers: NDArray[np.float64]
    text_rows: Rows
    texts: Rows
    codes: Mapping[str, int]
    flag_rows: Rows
    flags: NDArray[np.int8]


@dataclass(frozen=True, slots=True, eq=False)
class ColumnSet:
    """All fields of the first `rows` rows of a block. A field that no row has is missing."""

    rows: int
    columns: Mapping[str, Column]

    @classmethod
    def of(cls, texts: Sequence[str | None]) -> "ColumnSet":
        """Of payloads in JSON, one a row."""
        return PayloadColumns().read(texts, len(texts))


@dataclass(slots=True)
class _Growing:
    present: "array[int]" = field(default_factory=lambda: array("i"))
    number_rows: "array[int]" = field(default_factory=lambda: array("i"))
    numbers: "array[float]" = field(default_factory=lambda: array("d"))
    text_rows: "array[int]" = field(default_factory=lambda: array("i"))
    texts: "array[int]" = field(default_factory=lambda: array("i"))
    codes: dict[str, int] = field(default_factory=dict)
    flag_rows: "array[int]" = field(default_factory=lambda: array("i"))
    flags: "array[int]" = field(default_factory=lambda: array("b"))

    def add(self, row: int, value: payloads.Value) -> None:
        self.present.append(row)
        for element in payloads.elements(value):
            match element:
                case bool():  # before the numbers: Python's bool is an int
                    self.flag_rows.append(row)
                    self.flags.append(element)
                case str():
                    self.text_rows.append(row)
                    self.texts.append(self.codes.setdefault(element, len(self.codes)))
                case _:
                    self.number_rows.append(row)
                    self.numbers.append(element)

    def freeze(self) -> Column:
        return Column(
            present=np.array(self.present, dtype=np.int32),
            number_rows=np.array(self.number_rows, dtype=np.int32),
            numbers=np.array(self.numbers, dtype=np.float64),
            text_rows=np.array(self.text_rows, dtype=np.int32),
            texts=np.array(self.texts, dtype=np.int32),
            codes=dict(self.codes),
            flag_rows=np.array(self.flag_rows, dtype=np.int32),
            flags=np.array(self.flags, dtype=np.int8),
        )


class PayloadColumns:
    """The columns of a block that grows at its end: parsed when first asked for, then only its new rows.

    texts, of both methods: the block's payloads in JSON; those already parsed must not have changed.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._growing: dict[str, _Growing] = {}
        self._parsed = 0
        self._read = ColumnSet(0, MappingProxyType({}))

    def read(self, texts: Sequence[str | None], rows: int) -> ColumnSet:
        """The columns of at least the first `rows` rows."""
        self.parse(texts, rows, FOREVER)
        return self._read

    def parse(self, texts: Sequence[str | None], rows: int, until: Deadline) -> bool:
        """Whether the first `rows` rows are parsed by then; if not, the next call goes on where this one stopped."""
        if self._read.rows >= rows:
            return True
        if not until.acquire(self._lock):
            return False
        try:
            while self._parsed < rows:
                if until.has_passed():
                    return False
                for name, value in payloads.decode(texts[self._parsed]).items():
                    self._growing.setdefault(name, _Growing()).add(self._parsed, value)
                self._parsed += 1
            if self._read.rows < rows:
                frozen = {name: growing.freeze() for name, growing in self._growing.items()}
                # A call that ran out of time may have parsed more than this one asks for.
                self._read = ColumnSet(self._parsed, MappingProxyType(frozen))
            return True
        finally:
            self._lock.release()
