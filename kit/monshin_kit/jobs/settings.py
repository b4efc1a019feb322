"""Where the jobs are kept, and how they are run."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from monshin_kit.errors import InvalidInput
from monshin_kit.server_settings import ServerSettings
from monshin_kit.settings import setting

BEATS_A_LEASE = 8


@dataclass(frozen=True, slots=True)
class JobSettings:
    """Read by whoever submits jobs, and by the workers."""

    prefix: ClassVar[str] = "MONSHIN_JOBS_"

    redis_url: str = setting("", "redis://host:port/db, rediss://… or unix:///path; without a password")
    redis_password_file: Path = setting(Path(), "file with the password of Redis; empty: none")
    artefacts_url: str = setting("", "folder or object store of checkpoints, file:///… or s3://…; empty: under home")
    call_limit_s: float = setting(0.9, "how long Redis may take for a service's call; then UNAVAILABLE", unit="s")
    worker_processes: int = setting(1, "jobs that a worker runs at the same time", unit="processes")
    lease_s: float = setting(9.0, "a worker that is silent for this long has lost its job", unit="s")
    max_lost: int = setting(2, "workers lost at one step without progress in between, until the job fails")
    queue_limit: int = setting(10_000, "jobs that may wait; more are refused", unit="jobs")
    retention_s: int = setting(
        30 * 24 * 3600, "how long finished jobs, their parts and their checkpoints are kept", unit="s"
    )

    def __post_init__(self) -> None:
        if self.lease_s < 1:
            raise InvalidInput(f"MONSHIN_JOBS_LEASE_S is {self.lease_s}, must be 1 or more")
        if self.call_limit_s <= 0:
            raise InvalidInput(f"MONSHIN_JOBS_CALL_LIMIT_S is {self.call_limit_s}, must be above 0")
        if self.max_lost < 1 or self.worker_processes < 1:
            raise InvalidInput("MONSHIN_JOBS_MAX_LOST and MONSHIN_JOBS_WORKER_PROCESSES must be 1 or more")

    @property
    def beat_s(self) -> float:
        """Seconds between two heartbeats; also how soon a worker learns that its job is cancelled."""
        return min(self.lease_s / BEATS_A_LEASE, 1.0)


def artefacts_url(settings: JobSettings, server: ServerSettings) -> str:
    """Of the artefact store: as set, or `data/artefacts` under the home folder."""
    return settings.artefacts_url or (server.home.absolute() / "data" / "artefacts").as_uri()
