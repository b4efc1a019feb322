"""Whether two quantities say the same, and if not, in which of their parts they differ."""

from enum import Enum
from fractions import Fraction

from monshin_factcheck.core.quantities.analytes import are_near, in_units_of
from monshin_factcheck.core.quantities.clocks import CLOCK, EITHER_HALF, HALF_DAY
from monshin_factcheck.core.quantities.comparators import Comparator
from monshin_factcheck.core.quantities.interval import Relation, relate
from monshin_factcheck.core.quantities.quantity import Order, Quantity

# Months and years have no fixed number of days: half a year is 26 weeks to everyone but a calendar.
_CALENDAR_TOLERANCE = Fraction(1, 20)
# 4週 is a month to some and not to others: neither the same nor other.
_CALENDAR_DOUBT = Fraction(1, 10)
_CALENDAR_UNITS = frozenset({"か月", "年"})
_HALF_TOLD = frozenset({CLOCK, EITHER_HALF})


class Agreement(Enum):
    """What comparing two quantities of the same role gives."""

    # The same set of numbers.
    SAME = "same"
    # The same numbers, one said as a bound and one as the number itself: 4 gまで, 最大量は4 g.
    SAME_NUMBER = "same_number"
    # A case within what the evidence says: 25 where it says more than 20.
    WITHIN = "within"
    # A case outside of a bound: nothing is said of it.
    OUTSIDE = "outside"
    # Other numbers.
    CONFLICT = "conflict"
    # The same numbers with another unit.
    UNIT_CONFLICT = "unit_conflict"
    # The same numbers with a bound on the other side: 以上 and 未満.
    COMPARATOR_CONFLICT = "comparator_conflict"
    # The same bound but for the number itself: 以下 and 未満.
    BOUNDARY = "boundary"
    # Of different kinds, or bounds on opposite sides: neither agrees nor disagrees.
    INCOMPARABLE = "incomparable"


CONFLICTS = frozenset({Agreement.CONFLICT, Agreement.UNIT_CONFLICT, Agreement.COMPARATOR_CONFLICT})


def compare(claim: Quantity, evidence: Quantity) -> Agreement:
    """How the claim's quantity stands to the evidence's, if both are about the same attribute."""
    if not _may_be_same_order(claim.order, evidence.order):
        return Agreement.INCOMPARABLE
    if {claim.dimension, evidence.dimension} == _HALF_TOLD:
        return _by_half_of_day(claim, evidence)
    converted = in_units_of(claim, evidence)
    if converted is not None and are_near(converted, evidence):
        return Agreement.SAME
    if converted is not None and claim.numbers != evidence.numbers:
        return compare(converted, evidence)
    if claim.dimension != evidence.dimension:
        is_swapped = bool(claim.numbers) and claim.numbers == evidence.numbers
        return Agreement.UNIT_CONFLICT if is_swapped and _are_related(claim, evidence) else Agreement.INCOMPARABLE
    relation = relate(claim.interval, evidence.interval)
    calendar = _calendar_difference(claim, evidence)
    if (relation is Relation.EQUAL and claim.comparator is evidence.comparator) or calendar <= _CALENDAR_TOLERANCE:
        return Agreement.SAME
    if claim.comparator.is_little or evidence.comparator.is_little:
        return _near_by(claim, evidence, relation)
    if claim.interval.ends == evidence.interval.ends:
        return _same_ends(claim.comparator, evidence.comparator)
    if calendar <= _CALENDAR_DOUBT:
        return Agreement.INCOMPARABLE
    found = _different_ends(claim, evidence, relation)
    is_unit_swapped = claim.numbers == evidence.numbers and claim.unit != evidence.unit and bool(claim.numbers)
    return Agreement.UNIT_CONFLICT if is_unit_swapped and found is not Agreement.WITHIN else found


def are_comparable(claim: Quantity, evidence: Quantity) -> bool:
    """Whether the two could be about the same attribute at all."""
    if not _may_be_same_order(claim.order, evidence.order):
        return False
    if in_units_of(claim, evidence) is not None or {claim.dimension, evidence.dimension} == _HALF_TOLD:
        return True
    if claim.dimension != evidence.dimension:
        return claim.numbers == evidence.numbers and bool(claim.numbers) and _are_related(claim, evidence)
    return True


def _are_related(claim: Quantity, evidence: Quantity) -> bool:
    """Amounts of some kind on both sides: mg and mg/kg, mg and mL, but not mg and 歳."""
    if not (claim.is_read and evidence.is_read):
        return False
    one, other = claim.dimension.split("/")[0], evidence.dimension.split("/")[0]
    return one == other or {one, other} <= {"mass", "volume", "unit", "amount", "charge", "pressure", "share", "length"}


def _same_ends(claim: Comparator, evidence: Comparator) -> Agreement:
    if Comparator.NONE in (claim, evidence) or Comparator.RANGE in (claim, evidence):
        return Agreement.SAME_NUMBER
    return Agreement.BOUNDARY if claim.points_up == evidence.points_up else Agreement.COMPARATOR_CONFLICT


def _different_ends(claim: Quantity, evidence: Quantity, relation: Relation) -> Agreement:
    is_bound_there = evidence.comparator.points_up or evidence.comparator.points_down
    is_bound_here = claim.comparator.points_up or claim.comparator.points_down
    if is_bound_here and is_bound_there:
        is_same_side = claim.comparator.points_up == evidence.comparator.points_up
        return Agreement.CONFLICT if is_same_side else Agreement.INCOMPARABLE
    if relation is Relation.INSIDE and (claim.interval.is_point or is_bound_there):
        return Agreement.WITHIN
    if is_bound_there and not is_bound_here:
        return Agreement.OUTSIDE
    if is_bound_here and relation is Relation.AROUND:
        return Agreement.WITHIN if evidence.comparator is Comparator.NONE else Agreement.INCOMPARABLE
    return Agreement.CONFLICT


def _near_by(claim: Quantity, evidence: Quantity, relation: Relation) -> Agreement:
    """Where one of the two is `a little less` or `a little more`: how much that is nobody knows, so little is said."""
    if _named(claim) == _named(evidence):
        if claim.comparator.is_little and evidence.comparator.is_little:
            return Agreement.COMPARATOR_CONFLICT
        if Comparator.NONE in (claim.comparator, evidence.comparator):
            return Agreement.BOUNDARY
    is_bound_there = evidence.comparator.points_up or evidence.comparator.points_down
    if relation is Relation.INSIDE and is_bound_there:
        return Agreement.WITHIN
    if relation is not Relation.APART:
        return Agreement.INCOMPARABLE
    return Agreement.OUTSIDE if is_bound_there else Agreement.CONFLICT


def _named(quantity: Quantity) -> Fraction | None:
    """The number that the words name, in base units; None for a range."""
    if quantity.comparator is Comparator.LITTLE_LESS:
        return quantity.interval.high
    is_one = quantity.comparator is Comparator.LITTLE_MORE or quantity.interval.is_point
    return quantity.interval.low if is_one else None


def _may_be_same_order(claim: Order, evidence: Order) -> bool:
    """What a change starts from is nothing else.

    BEFORE and AFTER are left to words: 食事の30分前に服用 is 服用の30分後に食事.
    """
    return claim is evidence or (Order.UNSAID in (claim, evidence) and Order.FROM not in (claim, evidence))


def _calendar_difference(claim: Quantity, evidence: Quantity) -> Fraction:
    """By which share two times differ, where one is told in months or years; 1 where that is no question."""
    if claim.dimension != "time" or claim.comparator is not evidence.comparator or claim.unit == evidence.unit:
        return Fraction(1)
    ends, others = claim.interval.ends, evidence.interval.ends
    if not ends or len(ends) != len(others) or not {claim.unit, evidence.unit} & _CALENDAR_UNITS:
        return Fraction(1)
    return max(
        abs(one - other) / max(abs(one), abs(other), Fraction(1, 10**9))
        for one, other in zip(ends, others, strict=True)
    )


def _by_half_of_day(claim: Quantity, evidence: Quantity) -> Agreement:
    """3時 may be 午前3時 and 午後3時: it agrees with either, which confirms neither, and is never 午後5時."""
    if not (claim.interval.is_point and evidence.interval.is_point):
        return Agreement.INCOMPARABLE
    one, other = claim.interval.ends[0], evidence.interval.ends[0]
    return Agreement.INCOMPARABLE if (one - other) % HALF_DAY == 0 else Agreement.CONFLICT
