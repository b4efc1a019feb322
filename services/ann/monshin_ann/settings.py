"""The service's own settings; those that every service has are kit's."""

from dataclasses import dataclass
from typing import ClassVar

from monshin_kit.settings import setting


@dataclass(frozen=True, slots=True)
class AnnSettings:
    """Read once, in `__main__`."""

    prefix: ClassVar[str] = "MONSHIN_ANN_"

    collections_limit: int = setting(
        1000, "how many collections there may be; each takes a thread and up to ten open files", unit="collections"
    )
    memory_limit_mib: int = setting(
        0, "vectors held in memory at most; an upsert beyond it is refused; 0: no limit", unit="MiB"
    )
    seal_points: int = setting(
        20_000, "points without a graph from which on one is built; up to then they are compared exactly", unit="points"
    )
    segment_points: int = setting(1_000_000, "points of a graph at most", unit="points")
    build_threads: int = setting(1, "CPU threads of a build; 0: all", unit="threads")
    build_memory_mib: int = setting(
        0, "memory that a build may take, by its estimate; 0: what the system has left", unit="MiB"
    )
    build_device: str = setting("auto", "where graphs are built: `cpu`, `cuda`, or `auto`: cuda where it is there")
    compact_interval_s: float = setting(
        30.0, "how often each file is looked at for disk space to give back; 0: never", unit="s"
    )
