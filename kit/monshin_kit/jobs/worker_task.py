"""What runs inside the worker's child processes, which Celery spawns: each imports this module by itself."""

from functools import cache
from pathlib import Path
from typing import Any

from celery import shared_task, signals  # type: ignore[import-untyped]

from monshin_kit import log, telemetry
from monshin_kit.jobs.artefacts import ArtefactStore
from monshin_kit.jobs.celery_queue import TASK, CeleryQueue
from monshin_kit.jobs.handlers import Handlers
from monshin_kit.jobs.lease import Leases
from monshin_kit.jobs.record import job_id
from monshin_kit.jobs.runner import Runner
from monshin_kit.jobs.settings import JobSettings, artefacts_url
from monshin_kit.server_settings import ServerSettings
from monshin_kit.settings import load

SERVICE_KEY = "monshin_service"
HANDLERS_KEY = "monshin_handlers"
STOPPING_KEY = "monshin_stopping_file"


@shared_task(name=TASK, bind=True)  # type: ignore[untyped-decorator]
def run_job(task: Any, text: str) -> None:
    """Celery's only task of ours: does the job of this id, if it waits still."""
    conf = task.app.conf
    runner = _runner(conf[SERVICE_KEY], conf[HANDLERS_KEY], Path(conf[STOPPING_KEY]))
    runner.run(job_id(text))


@signals.setup_logging.connect  # type: ignore[untyped-decorator]  # with a receiver, Celery leaves logging alone
def _configure_logging(**_: object) -> None:
    log.configure(load(ServerSettings).log_level)


@cache
def _runner(service: str, handlers: str, stopping_file: Path) -> Runner:
    """Once a process, at its first job: settings are read, tracing starts, the handlers are imported."""
    server = load(ServerSettings)
    settings = load(JobSettings)
    telemetry.use_hash_key(server.hash_key)
    tracing = telemetry.start_tracing(service, server.otlp_endpoint, server.trace_ratio)
    signals.worker_process_shutdown.connect(lambda **_: tracing.shutdown(), weak=False)
    return Runner(
        leases=Leases(service, settings),
        handlers=Handlers.imported(handlers),
        artefacts=ArtefactStore(artefacts_url(settings, server)),
        publish=CeleryQueue(service, settings).publish,
        beat_s=settings.beat_s,
        is_stopping=stopping_file.exists,
    )
