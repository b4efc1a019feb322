"""Lists of artefacts, themselves artefacts: what a plan made, what the shards found, what a collection is made of."""

import dataclasses
import json
from dataclasses import dataclass
from typing import TypeVar

from monshin_kit.errors import DataLoss
from monshin_kit.jobs import Artefact

T = TypeVar("T", bound="Plan | Parts | Published")


@dataclass(frozen=True, slots=True)
class Cell:
    """rows, vectors: references of its files. size: how many vectors it holds, 0 is possible."""

    rows: str
    vectors: str
    size: int


@dataclass(frozen=True, slots=True)
class Plan:
    """vectors: float32 (rows, dim). owners: uint32 (rows,). points: a file of `points_table`."""

    rows: int
    dim: int
    vectors: str
    owners: str
    points: str
    sources: tuple[str, ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Parts:
    """rows, lists: references, one of each a cell; empty where the cell is."""

    rows: tuple[str, ...]
    lists: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Published:
    """What the service fetches. vectors: empty under L2, where the graph holds them as they came.

    sources: references of the Parquet files that all this was made of; the collection's truth.
    """

    rows: int
    dim: int
    metric: str
    shards: int
    graph: str
    points: str
    vectors: str
    sources: tuple[str, ...]

    @property
    def files(self) -> dict[str, Artefact]:
        """By the names that they have in the service's folder; none ends in .sqlite, which backups take."""
        named = {"graph.grnnd": self.graph, "points.table": self.points, "vectors.f32": self.vectors}
        return {name: Artefact.of(reference) for name, reference in named.items() if reference}


def encode(value: "Plan | Parts | Published") -> bytes:
    """As JSON."""
    return json.dumps(dataclasses.asdict(value), separators=(",", ":"), sort_keys=True).encode()


def decode(cls: type[T], content: bytes) -> T:
    """What `encode` wrote. Raises DataLoss if it is something else."""
    try:
        fields = json.loads(content)
        for name, value in fields.items():
            if isinstance(value, list):
                fields[name] = tuple(Cell(**each) if isinstance(each, dict) else each for each in value)
        return cls(**fields)
    except (ValueError, TypeError, AttributeError) as error:
        raise DataLoss(f"a list of artefacts is no {cls.__name__}: written by another version?") from error
