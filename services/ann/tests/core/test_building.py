"""What is built when: few segments, little work, an end."""

from dataclasses import dataclass
from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st
from monshin_ann.core.background import Background
from monshin_ann.core.building import Limits, next_build
from monshin_ann.core.segment import Segment
from monshin_ann.core.snapshot import Snapshot

LIMITS = Limits(seal_points=100, segment_points=3000)


@dataclass(eq=False)
class Sizes:
    """Stands for a segment: only sizes count here."""

    points: int
    dead: int = 0


def snapshot(head: int, segments: list[Sizes]) -> Snapshot:
    """Of so many points without a graph, and these segments."""
    points = head + sum(each.points - each.dead for each in segments)
    return Snapshot((), cast(tuple[Segment, ...], tuple(segments)), 0, points, 0, Background())


def carried_out(choice: Any, head: int, segments: list[Sizes], most: int) -> tuple[int, list[Sizes], int]:
    """Head and segments after the build, and how many points it built."""
    points = sum(each.points - each.dead for each in choice.segments)
    taken = min(head, max(most - points, 1)) if choice.with_head else 0
    left = [each for each in segments if each not in choice.segments]
    built = points + taken
    return head - taken, [*left, Sizes(built)] if built else left, built


@settings(max_examples=100, deadline=None, derandomize=True)
@given(steps=st.lists(st.integers(1, 400), min_size=1, max_size=60))
def test_points_that_only_come_lie_in_few_segments_and_are_built_few_times(steps: list[int]) -> None:
    """With n points: at most log₂(n / seal) + n / largest + 3 segments, and as many builds a point."""
    head, segments, work = 0, list[Sizes](), 0
    for step in steps:
        head += step
        while (choice := next_build(snapshot(head, segments), LIMITS, wants_all=False)) is not None:
            head, segments, built = carried_out(choice, head, segments, LIMITS.segment_points)
            work += built
        assert head < LIMITS.seal_points
    points = head + sum(each.points for each in segments)
    few = max(1.0, points / LIMITS.seal_points).__ceil__().bit_length() + points // (LIMITS.segment_points // 3) + 3
    assert len(segments) <= few
    assert work <= few * points


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    head=st.integers(0, 8000),
    sizes=st.lists(st.tuples(st.integers(1, 3000), st.floats(0, 1)), max_size=8),
)
def test_a_wish_for_everything_comes_to_an_end(head: int, sizes: list[tuple[int, float]]) -> None:
    """Then every point is in a segment, no two segments would fit one, and none has lost more than it may."""
    segments = [Sizes(points, int(points * share)) for points, share in sizes]
    for _ in range(50):
        choice = next_build(snapshot(head, segments), LIMITS, wants_all=True)
        if choice is None:
            break
        head, segments, _ = carried_out(choice, head, segments, LIMITS.segment_points)
    else:
        raise AssertionError("it never ends")
    assert head == 0
    living = sorted(each.points - each.dead for each in segments)
    assert len(living) < 2 or living[0] + living[1] > LIMITS.segment_points
    assert all(each.points <= 1.3 * (each.points - each.dead) for each in segments)


def test_a_segment_that_has_lost_much_is_built_anew_alone() -> None:
    worn, sound = Sizes(1000, 300), Sizes(1000, 200)
    choice = next_build(snapshot(10, [sound, worn]), LIMITS, wants_all=False)
    assert choice is not None
    assert choice.segments == (cast(Segment, worn),)
    assert not choice.with_head


def test_a_wish_for_everything_leaves_no_deleted_row_in_an_only_segment() -> None:
    """An export takes the segment as it is: one deleted row would be in its way until many more have died."""
    worn = Sizes(1000, 1)
    assert next_build(snapshot(0, [worn]), LIMITS, wants_all=False) is None
    choice = next_build(snapshot(0, [worn]), LIMITS, wants_all=True)
    assert choice is not None
    assert choice.segments == (cast(Segment, worn),)
    assert next_build(snapshot(0, [Sizes(999)]), LIMITS, wants_all=True) is None


def test_nothing_is_built_of_few_points() -> None:
    assert next_build(snapshot(99, [Sizes(1000)]), LIMITS, wants_all=False) is None
