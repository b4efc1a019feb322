"""The service's own settings; those that every service has are kit's."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from monshin_kit.settings import setting


@dataclass(frozen=True, slots=True)
class AnnSettings:
    """Read at the start of the service and of a worker, and of each job there."""

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
    build_device: str = setting(
        "auto", "where graphs are built: `cpu`, `cuda`, or `auto`: cuda where it is there and large enough"
    )
    compact_interval_s: float = setting(
        30.0, "how often each file is looked at for disk space to give back; 0: never", unit="s"
    )


@dataclass(frozen=True, slots=True)
class RemoteBuildSettings:
    """Of the port on which OpenSearch asks for builds; read once, in `__main__`."""

    prefix: ClassVar[str] = "MONSHIN_ANN_REMOTE_BUILD_"

    port: int = setting(0, "port on which OpenSearch asks for builds; 0: off")
    credential_file: Path = setting(
        Path(), "file with the one line user:password that OpenSearch sends; without it the port does not open"
    )
    s3_endpoint: str = setting("", "address of the object store, such as https://minio:9000; empty: AWS")
    threads: int = setting(0, "threads of a build; 0: all CPUs", unit="threads")
    queue_limit: int = setting(16, "builds that may wait for the one that runs; more are refused", unit="builds")
    memory_limit_mib: int = setting(
        0, "memory that a build may take; a larger one is refused; 0: what the system has to spare", unit="MiB"
    )
