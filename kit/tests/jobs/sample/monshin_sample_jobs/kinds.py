"""What the sample's jobs are told."""

from dataclasses import dataclass

from monshin_kit.jobs import Kind


@dataclass(frozen=True, slots=True)
class CountSpec:
    """Counts to `total`, `pause_s` apart, and saves a checkpoint at each number if it `saves`.

    diary: file that gets a line `attempt number` for each. dies_at: kills its own process there, `deaths` times at
    most (0: always); 0: never. fails_with: an error at the end, one of `invalid`, `patient`.
    """

    diary: str
    total: int
    pause_s: float = 0.0
    saves: bool = True
    dies_at: int = 0
    deaths: int = 0
    fails_with: str = ""


@dataclass(frozen=True, slots=True)
class CountResult:
    """The sum of what it counted."""

    total: int


@dataclass(frozen=True, slots=True)
class ShardsSpec:
    """Counts in `shards` jobs of its own, each as `shard` of CountSpec says."""

    diary: str
    shards: int
    total: int
    pause_s: float = 0.0
    dying_shards: tuple[int, ...] = ()
    deaths: int = 1


@dataclass(frozen=True, slots=True)
class SortSpec:
    """Sorts by SQLite; the file `diary` tells in which folder."""

    diary: str


COUNT = Kind("sample.count", CountSpec)
SHARDS = Kind("sample.shards", ShardsSpec)
SORT = Kind("sample.sort", SortSpec)
