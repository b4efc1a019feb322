"""Conditions on payloads: a tree that is checked and planned once, then applied to column sets.

A point without the field fails every test but `Exists(field, wanted=False)`. A field that holds a list passes if one
of its elements does. Numbers equal numbers, strings strings, booleans booleans: `True` is not 1.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import assert_never

import numpy as np
from monshin_kit.errors import InvalidInput
from numpy.typing import NDArray

from monshin_ann.core.columns import Column, ColumnSet, Rows
from monshin_ann.core.payloads import Scalar

Mask = NDArray[np.bool_]
Test = Callable[[ColumnSet], Mask]

MAX_DEPTH = 8
MAX_CONDITIONS = 1024


@dataclass(frozen=True, slots=True)
class OneOf:
    """The field equals one of `values`; none: nothing passes."""

    field: str
    values: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class InRange:
    """The field is a number within the bounds given."""

    field: str
    gt: float = -math.inf
    gte: float = -math.inf
    lt: float = math.inf
    lte: float = math.inf


@dataclass(frozen=True, slots=True)
class Exists:
    """The field is there, or is not."""

    field: str
    wanted: bool


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every one of at least one filter passes."""

    filters: "tuple[Filter, ...]"


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of the filters passes."""

    filters: "tuple[Filter, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    """The filter does not pass."""

    filter: "Filter"


Filter = OneOf | InRange | Exists | AllOf | AnyOf | Not


class Plan:
    """A filter ready to be applied.

    key: the same for the same filter; not the tree itself, where True equals 1.0.
    Raises InvalidInput for more than 8 levels, more than 1024 conditions, and bounds or values that are NaN.
    >>> Plan(InRange("year", gte=2020)).mask(ColumnSet.of(['{"year":2019}', '{"year":2024}', None]))
    array([False,  True, False])
    """

    def __init__(self, tree: Filter) -> None:
        _check(tree)
        self.key = repr(tree)
        self._test = _planned(tree)

    def mask(self, columns: ColumnSet) -> Mask:
        """Which rows pass; bool of shape (columns.rows,)."""
        return self._test(columns)


def _check(tree: Filter) -> None:
    depth = _depth(tree)
    if depth > MAX_DEPTH:
        raise InvalidInput(f"the filter is {depth} levels deep: at most {MAX_DEPTH} are allowed", field="filter")
    conditions = list(_conditions(tree))
    if len(conditions) > MAX_CONDITIONS:
        raise InvalidInput(
            f"the filter holds {len(conditions)} conditions: at most {MAX_CONDITIONS} are allowed", field="filter"
        )
    if any(math.isnan(number) for condition in conditions for number in _numbers(condition)):
        raise InvalidInput("a bound or value of the filter is not a number", field="filter")


def _depth(node: Filter) -> int:
    return 1 + max(map(_depth, _children(node)), default=0)


def _conditions(node: Filter) -> Iterator[OneOf | InRange | Exists]:
    if isinstance(node, (OneOf, InRange, Exists)):
        yield node
    for child in _children(node):
        yield from _conditions(child)


def _children(node: Filter) -> tuple[Filter, ...]:
    match node:
        case AllOf(filters) | AnyOf(filters):
            return filters
        case Not(inner):
            return (inner,)
        case OneOf() | InRange() | Exists():
            return ()
        case _:
            assert_never(node)


def _numbers(condition: OneOf | InRange | Exists) -> list[float]:
    match condition:
        case OneOf(_, values):
            return [value for value in values if isinstance(value, float)]
        case InRange(_, gt, gte, lt, lte):
            return [gt, gte, lt, lte]
        case Exists():
            return []
        case _:
            assert_never(condition)


def _planned(node: Filter) -> Test:
    match node:
        case AllOf(filters):
            return _combined(np.logical_and, [_planned(each) for each in filters])
        case AnyOf(filters):
            return _combined(np.logical_or, [_planned(each) for each in filters])
        case Not(inner):
            return _negated(_planned(inner))
        case Exists(field, wanted):
            there = _field_test(field, lambda column: [column.present])
            return there if wanted else _negated(there)
        case InRange(field):
            return _field_test(field, lambda column: [_rows_in_range(column, node)])
        case OneOf(field, values):
            return _one_of(field, values)
        case _:
            assert_never(node)


def _combined(operation: np.ufunc, tests: list[Test]) -> Test:
    return lambda columns: operation.reduce([test(columns) for test in tests])


def _negated(test: Test) -> Test:
    return lambda columns: ~test(columns)


def _field_test(field: str, passing: Callable[[Column], list[Rows]]) -> Test:
    """passing: rows of the column that pass, as any number of arrays that may overlap."""

    def test(columns: ColumnSet) -> Mask:
        mask = np.zeros(columns.rows, dtype=np.bool_)
        column = columns.columns.get(field)
        for rows in passing(column) if column is not None else []:
            mask[rows] = True
        return mask

    return test


def _rows_in_range(column: Column, bounds: InRange) -> Rows:
    numbers = column.numbers
    is_above = (numbers > bounds.gt) & (numbers >= bounds.gte)
    return column.number_rows[is_above & (numbers < bounds.lt) & (numbers <= bounds.lte)]


def _one_of(field: str, values: tuple[Scalar, ...]) -> Test:
    texts = [value for value in values if isinstance(value, str)]
    flags = np.array([value for value in values if isinstance(value, bool)], dtype=np.int8)
    numbers = np.array([value for value in values if isinstance(value, float)], dtype=np.float64)

    def passing(column: Column) -> list[Rows]:
        codes = [column.codes[text] for text in texts if text in column.codes]
        return [
            column.text_rows[np.isin(column.texts, codes)],
            column.flag_rows[np.isin(column.flags, flags)],
            column.number_rows[np.isin(column.numbers, numbers)],
        ]

    return _field_test(field, passing)
