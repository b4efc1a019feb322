"""What is built when: few segments, little work, an end."""

from dataclasses import dataclass
from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st
from monshin_ann.core.building import Limits, next_build
from monshin_ann.core.segment import Segment
from monshin_ann.core.snapshot import Snapshot

LIMITS = Limits(seal_points=100, segment_points=3000)
WISHED = 7  # the sequence number of a wish for everything


@dataclass(eq=False)
class Sizes:
    """Stands for a segment: only sizes count here. late: of the dead, those that died after the wish."""

    points: int
    dead: int = 0
    late: int = 0

    def dead_by(self, until: int) -> int:
        """As a segment's."""
        assert until == WISHED
        return self.dead - self.late


@dataclass(eq=False)
class Held:
    """Stands for a snapshot. late: of the points without a graph, those that came after the wish."""

    head: int
    segments: tuple[Sizes, ...]
    late: int = 0

    @property
    def points(self) -> int:
        """As a snapshot's."""
        return self.head + self.indexed_points

    @property
    def indexed_points(self) -> int:
        """As a snapshot's."""
        return sum(each.points - each.dead for each in self.segments)

    def without_graph(self, until: int) -> int:
        """As a snapshot's, with blocks of one point."""
        assert until == WISHED
        return self.head - self.late


def snapshot(head: int, segments: list[Sizes], late: int = 0) -> Snapshot:
    """Of so many points without a graph, and these segments."""
    return cast(Snapshot, Held(head, tuple(segments), late))


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
        while (choice := next_build(snapshot(head, segments), LIMITS)) is not None:
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
        choice = next_build(snapshot(head, segments), LIMITS, WISHED)
        if choice is None:
            break
        head, segments, _ = carried_out(choice, head, segments, LIMITS.segment_points)
    else:
        raise AssertionError("it never ends")
    assert head == 0
    living = sorted(each.points - each.dead for each in segments)
    assert len(living) < 2 or living[0] + living[1] > LIMITS.segment_points
    assert all(each.points <= 1.3 * (each.points - each.dead) for each in segments)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    head=st.integers(0, 8000),
    sizes=st.lists(st.integers(1, 3000), max_size=8),
    come=st.integers(1, 5000),
    share=st.floats(0, 1),
)
def test_a_wish_for_everything_ends_however_much_is_written(
    head: int, sizes: list[int], come: int, share: float
) -> None:
    """During each build so many points come, and such a share of those in segments die: none of that is waited for."""
    segments, late, builds = [Sizes(points) for points in sizes], 0, 0
    while (choice := next_build(snapshot(head + late, segments, late), LIMITS, WISHED)) is not None:
        head, segments, _ = carried_out(choice, head, segments, LIMITS.segment_points)
        late += come
        for each in segments:
            died = int((each.points - each.dead) * share)
            each.dead, each.late = each.dead + died, each.late + died
        segments = [each for each in segments if each.points > 0]
        builds += 1
        assert builds < 200, "it never ends"
    assert head == 0


def test_a_segment_that_has_lost_much_is_built_anew_alone() -> None:
    worn, sound = Sizes(1000, 300), Sizes(1000, 200)
    choice = next_build(snapshot(10, [sound, worn]), LIMITS)
    assert choice is not None
    assert choice.segments == (cast(Segment, worn),)
    assert not choice.with_head


def test_a_wish_for_everything_leaves_no_deleted_row_in_an_only_segment() -> None:
    """An export takes the segment as it is: one deleted row would be in its way until many more have died."""
    worn = Sizes(1000, 1)
    assert next_build(snapshot(0, [worn]), LIMITS) is None
    choice = next_build(snapshot(0, [worn]), LIMITS, WISHED)
    assert choice is not None
    assert choice.segments == (cast(Segment, worn),)
    assert next_build(snapshot(0, [Sizes(999)]), LIMITS, WISHED) is None


def test_nothing_is_built_of_few_points() -> None:
    assert next_build(snapshot(99, [Sizes(1000)]), LIMITS) is None
