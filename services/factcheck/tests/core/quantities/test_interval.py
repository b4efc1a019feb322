"""Intervals against the plain question which numbers they hold."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from monshin_factcheck.core.quantities.interval import Interval, Relation, relate

# Ends are whole, probes lie on them and halfway between: no relation can hide from that.
PROBES = [Fraction(n, 2) for n in range(-4, 17)]


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    """Not empty, ends from 0 to 6, some without end."""
    low = draw(st.one_of(st.none(), st.integers(0, 6)))
    high = draw(st.one_of(st.none(), st.integers(0 if low is None else low, 6)))
    is_point = low is not None and low == high
    return Interval(
        None if low is None else Fraction(low),
        None if high is None else Fraction(high),
        not is_point and draw(st.booleans()),
        not is_point and draw(st.booleans()),
    )


def holds(interval: Interval, number: Fraction) -> bool:
    """By the definition of an interval."""
    above = interval.low is None or number > interval.low or (number == interval.low and not interval.low_open)
    below = interval.high is None or number < interval.high or (number == interval.high and not interval.high_open)
    return above and below


@given(intervals(), intervals())
def test_relations_are_those_of_the_sets(one: Interval, other: Interval) -> None:
    """The oracle asks number by number."""
    mine = {number for number in PROBES if holds(one, number)}
    theirs = {number for number in PROBES if holds(other, number)}
    if mine == theirs:
        expected = Relation.EQUAL
    elif mine < theirs:
        expected = Relation.INSIDE
    elif mine > theirs:
        expected = Relation.AROUND
    else:
        expected = Relation.OVERLAPS if mine & theirs else Relation.APART
    assert relate(one, other) is expected
