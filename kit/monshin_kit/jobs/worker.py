"""A worker's process.

from monshin_kit.jobs.worker import run_worker

if __name__ == "__main__":
    run_worker("ann", "monshin_ann.jobs:HANDLERS")
"""

import logging
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

from celery import signals  # type: ignore[import-untyped]
from celery.worker.consumer import Consumer  # type: ignore[import-untyped]

from monshin_kit import log, sqlite, telemetry
from monshin_kit.errors import MonshinError, Unavailable
from monshin_kit.jobs import redis_client
from monshin_kit.jobs.artefacts import ArtefactStore
from monshin_kit.jobs.celery_queue import celery_app, queue_name
from monshin_kit.jobs.handlers import Handlers
from monshin_kit.jobs.reconciler import Reconciler
from monshin_kit.jobs.settings import JobSettings, artefacts_url
from monshin_kit.jobs.worker_task import HANDLERS_KEY, SERVICE_KEY, STOPPING_KEY
from monshin_kit.server_settings import ServerSettings
from monshin_kit.settings import load

RECONNECT_S = 2.0

_log = logging.getLogger(__name__)


class PersistentConsumer(Consumer):  # type: ignore[misc]  # Celery has no types
    """Celery's own, which would wait up to 30 s between attempts to reach Redis again."""

    def ensure_connected(self, conn: Any) -> Any:
        """As Celery's, with attempts every 2 s at most."""
        conn.ensure_connection = partial(
            conn.ensure_connection, interval_start=0.2, interval_step=0.2, interval_max=RECONNECT_S
        )
        return super().ensure_connected(conn)


def serve_jobs(service: str, handlers: str) -> int:
    """Runs a worker until SIGTERM or SIGINT; its exit status. Running jobs then stop at their next step, and go back
    to the queue.

    handlers: `package.module:NAME` of a Handlers. Raises InvalidInput or FailedPrecondition if settings, handlers or
    Redis' durability are wrong.
    """
    server, settings = load(ServerSettings), load(JobSettings)
    log.configure(server.log_level)
    telemetry.use_hash_key(server.hash_key)
    sqlite.keep_temporary_files_in(server.home)
    Handlers.imported(handlers)  # a mistake is told at the start, not by the first job
    _await_durable_redis(settings)
    reconciler = Reconciler(service, settings, ArtefactStore(artefacts_url(settings, server)))
    telemetry.start_metrics(server.host, server.metrics_port)
    with tempfile.TemporaryDirectory(prefix="monshin-worker-") as folder:
        stopping = Path(folder) / "stopping"
        app = celery_app(
            service,
            settings,
            {SERVICE_KEY: service, HANDLERS_KEY: handlers, STOPPING_KEY: str(stopping)},
        )
        app.conf.worker_consumer = f"{PersistentConsumer.__module__}:{PersistentConsumer.__name__}"
        signals.worker_shutting_down.connect(lambda **_: stopping.touch(), weak=False)
        signals.worker_ready.connect(lambda **_: _log.info("serving", extra={"service": service}), weak=False)
        reconciler.start()
        try:
            worker = app.Worker(
                queues=[queue_name(service)],
                without_gossip=True,
                without_mingle=True,
                without_heartbeat=True,
                quiet=True,
            )
            worker.start()
        finally:
            reconciler.stop()
    _log.info("stopped", extra={"service": service})
    return int(worker.exitcode or 0)


def run_worker(service: str, handlers: str) -> None:
    """As `serve_jobs`, then exits; with 1 if it cannot start."""
    log.configure("info")
    try:
        sys.exit(serve_jobs(service, handlers))
    except MonshinError as error:
        _log.error("cannot start: " + error.message, extra={"service": service, "reason": error.reason})
        sys.exit(1)


def _await_durable_redis(settings: JobSettings) -> None:
    client = redis_client.connect(settings)
    while True:
        try:
            if not redis_client.check_durability(client):
                _log.warning("Redis does not tell whether it syncs each write: see to appendfsync always")
            return
        except Unavailable:
            _log.warning("Redis is away: trying again")
            time.sleep(RECONNECT_S)
