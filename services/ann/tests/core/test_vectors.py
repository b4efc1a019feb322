"""What may enter as a vector."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from monshin_ann.core import vectors
from monshin_ann.core.definition import Metric
from monshin_ann.core.vectors import NumberType
from monshin_kit.errors import InvalidInput


def field_of(error: InvalidInput) -> str:
    """The path of its only violation."""
    [violation] = error.violations
    return violation.field


def test_float16_is_widened() -> None:
    data = np.array([[1.5, -2.0], [0.25, 65504.0]], dtype="<f2")

    found = vectors.unpack(data.tobytes(), 2, NumberType.FLOAT16, "vectors")

    assert found.dtype == np.float32
    assert np.array_equal(found, data.astype(np.float32))


@pytest.mark.parametrize("size", [0, 1, 11, 13])
def test_bytes_that_are_not_whole_rows_are_refused(size: int) -> None:
    with pytest.raises(InvalidInput, match="12 bytes each") as caught:
        vectors.unpack(bytes(size), 3, NumberType.FLOAT32, "queries")
    assert field_of(caught.value) == "queries.data"


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ([1, float("nan")], "row 1 holds a number that is not finite"),
        ([float("inf"), 0], "row 1 holds a number that is not finite"),
        ([-float("inf"), 0], "row 1 holds a number that is not finite"),
        ([3e38, 3e38], "row 1 is longer than"),
    ],
)
def test_a_row_that_would_break_distances_is_named(definition: Callable[..., Any], bad: list[float], why: str) -> None:
    rows = np.array([[1, 2], bad, [5, 6]], dtype=np.float32)
    with pytest.raises(InvalidInput, match=why) as caught:
        vectors.check(rows, definition(dim=2), "chunk.vectors")
    assert field_of(caught.value) == "chunk.vectors.data"


@pytest.mark.parametrize("tiny", [0.0, -0.0, 1e-30])
def test_a_zero_vector_is_refused_under_cosine_only(definition: Callable[..., Any], tiny: float) -> None:
    rows = np.full((1, 2), tiny, dtype=np.float32)
    vectors.check(rows, definition(dim=2, metric=Metric.L2), "vectors")
    vectors.check(rows, definition(dim=2, metric=Metric.INNER_PRODUCT), "vectors")
    with pytest.raises(InvalidInput, match="row 0 is zero"):
        vectors.check(rows, definition(dim=2, metric=Metric.COSINE), "vectors")


def test_another_dim_is_refused(definition: Callable[..., Any]) -> None:
    with pytest.raises(InvalidInput, match="dim 2 came") as caught:
        vectors.check(np.zeros((1, 2), np.float32), definition(dim=3), "vectors")
    assert field_of(caught.value) == "vectors.dim"
