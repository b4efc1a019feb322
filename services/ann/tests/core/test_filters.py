"""Filters against an evaluator that reads payload by payload."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from monshin_ann.core import filters, payloads
from monshin_ann.core.columns import ColumnSet, PayloadColumns
from monshin_ann.core.filters import AllOf, AnyOf, Exists, Filter, InRange, Not, OneOf, Plan
from monshin_kit.errors import InvalidInput

NAMES = st.sampled_from(["ward", "year", "病名"])
SCALARS = st.one_of(
    st.sampled_from(["ICU", "", "1", "true", "糖尿病"]), st.sampled_from([-1.5, 0.0, 1.0, 2024.0]), st.booleans()
)
BOUNDS = st.sampled_from([-2.0, 0.0, 1.0, 2000.0])
PAYLOADS = st.dictionaries(NAMES, st.one_of(SCALARS, st.lists(SCALARS, max_size=3)))
CONDITIONS = st.one_of(
    st.builds(OneOf, NAMES, st.lists(SCALARS, max_size=3).map(tuple)),
    st.builds(Exists, NAMES, st.booleans()),
    st.dictionaries(st.sampled_from(["gt", "gte", "lt", "lte"]), BOUNDS).flatmap(
        lambda bounds: st.builds(InRange, NAMES, **{name: st.just(value) for name, value in bounds.items()})
    ),
)
FILTERS = st.recursive(
    CONDITIONS,
    lambda inner: st.one_of(
        st.builds(AllOf, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(Not, inner),
    ),
    max_leaves=6,
)


@settings(
    max_examples=400, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(facts=st.lists(PAYLOADS, max_size=12), tree=FILTERS, first=st.integers(0, 12))
def test_a_filter_passes_what_reading_each_payload_passes(
    naive_filter: Callable[..., bool], facts: list[dict[str, Any]], tree: Filter, first: int
) -> None:
    """Also where the columns were read before the last rows came."""
    texts = [payloads.encode(each, "payloads") for each in facts]
    columns = PayloadColumns()
    columns.read(texts, min(first, len(texts)))

    mask = Plan(tree).mask(columns.read(texts, len(texts)))

    assert mask.tolist() == [naive_filter(each, tree) for each in facts]


def deep(levels: int) -> Filter:
    """So many levels of negation around a condition, it included."""
    tree: Filter = Exists("ward", True)
    for _ in range(levels - 1):
        tree = Not(tree)
    return tree


def test_eight_levels_are_the_most() -> None:
    assert Plan(deep(8)).mask(ColumnSet.of(['{"ward":"ICU"}'])).tolist() == [False]
    with pytest.raises(InvalidInput, match="9 levels") as caught:
        Plan(deep(9))
    assert caught.value.violations[0].field == "filter"


def test_conditions_are_limited() -> None:
    row = AnyOf((Exists("a", True),) * 64)
    assert Plan(AnyOf((row,) * 16))
    with pytest.raises(InvalidInput, match="1088 conditions"):
        Plan(AnyOf((row,) * 17))


@pytest.mark.parametrize("tree", [OneOf("a", (float("nan"),)), InRange("a", gt=float("nan"))])
def test_not_a_number_is_refused_as_a_bound_or_value(tree: Filter) -> None:
    with pytest.raises(InvalidInput, match="not a number"):
        Plan(tree)


def test_payloads_are_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The columns are kept: a second filter does not read JSON again."""
    texts: list[str | None] = [f'{{"ward":"w{i % 7}","year":{2000 + i % 25}.0}}' for i in range(100_000)]
    columns = PayloadColumns()
    columns.read(texts, len(texts))
    plan = Plan(AllOf((OneOf("ward", ("w3",)), filters.InRange("year", gte=2010, lt=2015))))
    monkeypatch.setattr("json.loads", lambda text: pytest.fail("parsed again"))

    mask = plan.mask(columns.read(texts, len(texts)))

    expected = [i % 7 == 3 and 10 <= i % 25 < 15 for i in range(100_000)]
    assert np.array_equal(mask, expected)
