"""Time for leases, which jumps."""

import redis
from monshin_kit.jobs import JobId, JobSettings
from monshin_kit.jobs.redis_client import connect, prefix


class Clock:
    """Lets a lease lapse, or a publication grow old, by moving its time in Redis into the past."""

    def __init__(self, service: str, settings: JobSettings) -> None:
        self._redis: redis.Redis = connect(settings)
        self._prefix = prefix(service)

    def lapse(self, job_id: JobId) -> None:
        """As if its worker had been silent for a lease's length."""
        self._redis.zadd(f"{self._prefix}leased", {job_id: 1}, xx=True)

    def age_publication(self, job_id: JobId) -> None:
        """As if the job had waited for very long since Celery got it."""
        self._redis.zadd(f"{self._prefix}queued", {job_id: 1}, xx=True)

    def age_end(self, job_id: JobId) -> None:
        """As if it had ended very long ago."""
        self._redis.zadd(f"{self._prefix}finished", {job_id: 1}, xx=True)

    def end_pause(self, job_id: JobId) -> None:
        """As if the pause of a postponed job were over."""
        self._redis.zadd(f"{self._prefix}delayed", {job_id: 1}, xx=True)
        self._redis.hset(f"{self._prefix}job:{job_id}", "not_before_ms", 1)

    def close(self) -> None:
        """Closes the connection."""
        self._redis.close()
