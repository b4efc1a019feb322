"""What to build next, decided from sizes alone.

A new segment is made of the head once that has enough points, together with segments that are not much larger: so a
point is built into a graph about log₂(n / seal_points) times in its life, and there are never more than a few segments
(the logarithmic method of Bentley & Saxe, 1980).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from monshin_ann.core.index import MAX_WASTE
from monshin_ann.core.segment import Segment
from monshin_ann.core.snapshot import Snapshot

_NOT_MUCH_LARGER = 2


@dataclass(frozen=True, slots=True)
class Limits:
    """seal_points: so many in the head make a segment. segment_points: a segment has no more of them."""

    seal_points: int = 20_000
    segment_points: int = 1_000_000


LIMITS = Limits()


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """Segments to be built anew; with_head: together with the points that have no graph."""

    segments: tuple[Segment, ...]
    with_head: bool


def next_build(snapshot: Snapshot, limits: Limits, until: int | None = None) -> Choice | None:
    """What to build now, or nothing.

    until: every point up to this sequence number is wanted in as few segments as the limits allow; if that is one, it
    holds no rows deleted by then, since other systems read it as it is. What comes later is not waited for, so that
    this ends however much is written.
    """
    head = snapshot.points - snapshot.indexed_points
    segments = sorted(snapshot.segments, key=_living)
    if until is not None:
        return _toward_few(snapshot.without_graph(until), segments, limits, until)
    if wasteful := [each for each in segments if each.points > MAX_WASTE * _living(each)]:
        return Choice((wasteful[0],), with_head=False)
    if head < limits.seal_points:
        return None
    chosen, points = list[Segment](), head
    for segment in segments:
        if _living(segment) > _NOT_MUCH_LARGER * points or points + _living(segment) > limits.segment_points:
            break
        chosen.append(segment)
        points += _living(segment)
    return Choice(tuple(chosen), with_head=True)


def _toward_few(head: int, segments: Sequence[Segment], limits: Limits, until: int) -> Choice | None:
    chosen, points = list[Segment](), head
    for segment in segments:
        if points + _living(segment) > limits.segment_points:
            break
        chosen.append(segment)
        points += _living(segment)
    is_settled = head == 0 and len(chosen) <= 1 and not any(each.dead_by(until) for each in chosen)
    if not is_settled:
        return Choice(tuple(chosen), with_head=head > 0)
    worn = [each for each in segments if each.points > MAX_WASTE * _living(each)]
    return Choice((worn[0],), with_head=False) if worn else None


def _living(segment: Segment) -> int:
    return segment.points - segment.dead
