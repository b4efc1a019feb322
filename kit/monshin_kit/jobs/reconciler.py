"""Puts right what died: jobs whose worker is silent, ids that Celery lost, jobs that nobody asks for any more.

Runs in every worker and in the service; any number may run, since each step is one atomic script.
"""

import logging
import threading
import time

from monshin_kit.errors import Unavailable
from monshin_kit.jobs import codec, metrics
from monshin_kit.jobs.artefacts import ArtefactStore
from monshin_kit.jobs.celery_queue import FIRST, CeleryQueue, queue_keys
from monshin_kit.jobs.lease import Leases
from monshin_kit.jobs.record import JobId, State
from monshin_kit.jobs.runner import checkpoint_folder
from monshin_kit.jobs.settings import JobSettings

INTERVAL_S = 1.0
PATIENCE_S = 10.0
AWAY = float("inf")
_PURGE_INTERVAL_S = 60.0
_BATCH = 100

_log = logging.getLogger(__name__)


class Reconciler:
    """A thread that looks every second; `run_once` for tests. Also keeps the metrics of the service's jobs."""

    def __init__(self, service: str, settings: JobSettings, artefacts: ArtefactStore) -> None:
        self._service = service
        self._settings = settings
        self._artefacts = artefacts
        self._leases = Leases(service, settings)
        self._queue = CeleryQueue(service, settings)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="reconciler", daemon=True)
        self._quiet_until = 0.0
        self._purge_at = 0.0

    def start(self) -> None:
        """Begins."""
        self._thread.start()

    def stop(self) -> None:
        """Ends after the pass that runs now."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        self._leases.close()
        self._queue.close()

    def run_once(self) -> None:
        """One pass. Raises Unavailable if Redis does not answer."""
        metrics.show(self._service, codec.stats_of(*self._leases.run("stats")))
        if self._quiet_until == AWAY:
            self._quiet_until = time.monotonic() + self._settings.lease_s
        if time.monotonic() >= self._quiet_until:
            for job_id, state in self._reap():
                _log.warning("a worker was lost", extra={"service": self._service, "state": state})
                if state is State.QUEUED:
                    self._publish(job_id)
        patience_ms = round(PATIENCE_S * 1000)
        for job_id in self._leases.run("due", _BATCH, patience_ms, *queue_keys(self._service)):
            self._publish(job_id)
        if time.monotonic() >= self._purge_at:
            self._purge_at = time.monotonic() + _PURGE_INTERVAL_S
            self.purge()

    def purge(self) -> None:
        """Lets go what ended longer ago than it is kept, then its folders; the loop does so each minute.

        A folder that cannot be deleted now is tried again by the next purge, whichever process makes it. Raises as
        `run_once`.
        """
        for job_id in self._leases.run("purge", _BATCH, self._settings.retention_s * 1000):
            try:
                self._artefacts.delete(checkpoint_folder(self._service, job_id))
            except Unavailable:
                _log.warning("folders of purged jobs stay for now: the artefact store is away")
                return
            self._leases.run("swept", job_id)

    def _loop(self) -> None:
        while not self._stopping.wait(INTERVAL_S):
            try:
                self.run_once()
            except Unavailable:
                # Those who hold leases could not reach Redis either: once it is back, they have a lease's length.
                if self._quiet_until != AWAY:
                    _log.warning("jobs cannot be looked after: Redis is away", extra={"service": self._service})
                self._quiet_until = AWAY
            except Exception as error:  # noqa: BLE001  # the next pass may go well, and no job ends well without one
                _log.error("a pass over the jobs failed", exc_info=error, extra={"service": self._service})

    def _reap(self) -> list[tuple[JobId, State]]:
        limit = self._settings.max_lost
        message = f"its worker was lost {limit} times at the same place: out of memory, or a fault of the program?"
        flat = self._leases.run("reap", _BATCH, limit, "INTERNAL", "WORKER_LOST", message)
        return [(JobId(job_id), State(state)) for job_id, state in zip(flat[::2], flat[1::2], strict=True)]

    def _publish(self, job_id: JobId) -> None:
        """Before those that wait: a job whose worker was lost goes on at once."""
        try:
            self._queue.publish(job_id, FIRST)
            self._leases.run("published", job_id)
        except Unavailable:
            self._leases.run("unpublished", job_id)
