"""What a collection answers, however it was built."""

from dataclasses import dataclass
from enum import Enum

from monshin_kit.errors import Aborted

from monshin_ann.core.search import Neighbours
from monshin_ann.store.layout import StoredPoint

RESOURCE = "monshin/Collection"


class Replaced(Aborted):
    """A restore put another collection in this one's place: whoever looks it up again finds that one."""


class State(Enum):
    """SERVING, or QUARANTINED: the file is damaged or does not fit memory; reads and writes answer DataLoss."""

    SERVING = "serving"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class Stats:
    """Sizes of a collection; all but the disk's are 0 where it is quarantined."""

    points: int
    sequence: int
    disk_bytes: int
    memory_bytes: int
    indexed_points: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The answer of a search: one entry a query, and the sequence number that all of them saw.

    recall: calibrated for such a search, as `core.recall` says; None: unknown, or time ran out.
    """

    neighbours: list[Neighbours]
    sequence: int
    recall: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """Points in the order of their ids. after: where the next page begins; empty: there is none."""

    points: list[StoredPoint]
    after: str

    def within(self, limit_bytes: int, *, with_vectors: bool) -> "Page":
        """This page, or as many of its first points as fit, at least one."""
        size = 0
        for number, point in enumerate(self.points):
            size += point.size_bytes(with_vectors=with_vectors)
            if number > 0 and size > limit_bytes:
                return Page(self.points[:number], self.points[number - 1].id)
        return self
