"""Celery, which carries a job's id from whoever submits it to a worker, and nothing else.

Acknowledged late and prefetched singly, so that an id stays in Redis while a worker is busy. Its redelivery after a
worker's death is not relied on (it took 103 s, or never came within 45 s): the reconciler sends the id again.
"""

from typing import Any

import redis
from celery import Celery  # type: ignore[import-untyped]
from kombu.exceptions import KombuError, OperationalError

from monshin_kit.jobs import redis_client
from monshin_kit.jobs.record import JobId
from monshin_kit.jobs.settings import JobSettings

TASK = "monshin.jobs.run"
_KEY_PREFIX = "monshin:celery:"
# Longer than any job: a redelivered id does no harm, but is noise.
_VISIBILITY_S = 7 * 24 * 3600
_RETRY = {"max_retries": 1, "interval_start": 0}
_SEPARATOR = ":"
# kombu's Redis has a list for each; workers empty the first before they take from the second.
FIRST, USUAL = 0, 9


def celery_app(service: str, settings: JobSettings, extra: dict[str, Any] | None = None) -> Any:
    """A Celery application that talks to the same Redis as the store. Raises InvalidInput if the settings are wrong.

    extra: further configuration; it reaches the worker's child processes.
    """
    app = Celery(f"monshin-{service}", set_as_current=False)
    app.conf.update(
        broker_url=redis_client.broker_url(settings),
        broker_transport_options={
            "global_keyprefix": _KEY_PREFIX,
            "visibility_timeout": _VISIBILITY_S,
            "socket_connect_timeout": redis_client.CONNECT_LIMIT_S,
            "socket_timeout": redis_client.ANSWER_LIMIT_S,
            "socket_keepalive": True,
            "health_check_interval": 5,
            "priority_steps": [FIRST, USUAL],
            "sep": _SEPARATOR,
        },
        broker_connection_retry=True,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        accept_content=["json"],
        task_serializer="json",
        result_backend=None,
        task_ignore_result=True,
        task_default_queue=queue_name(service),
        task_default_priority=USUAL,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        worker_pool="prefork",
        worker_pool_start_method="spawn",  # a forked child would inherit gRPC channels and threads that are dead there
        worker_concurrency=settings.worker_processes,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        include=["monshin_kit.jobs.worker_task"],
        **(extra or {}),
    )
    return app


def queue_name(service: str) -> str:
    """Celery's queue of a service's jobs."""
    return f"monshin.{service}"


def queue_keys(service: str) -> tuple[str, str]:
    """The lists in Redis that hold it: ids that go first, and the others."""
    first = _KEY_PREFIX + queue_name(service)
    return first, f"{first}{_SEPARATOR}{USUAL}"


class CeleryQueue:
    """Sends ids to the workers of a service. Safe for threads."""

    def __init__(self, service: str, settings: JobSettings) -> None:
        self._app = celery_app(service, settings)

    def publish(self, job_id: JobId, priority: int = USUAL) -> None:
        """FIRST: before all that wait. Raises Unavailable within some seconds if Redis does not take it."""
        try:
            self._app.send_task(TASK, args=[job_id], priority=priority, retry=True, retry_policy=_RETRY)
        except (KombuError, OperationalError, redis.RedisError, OSError) as error:
            raise redis_client.unavailable(error) from error

    def close(self) -> None:
        """Closes the connections."""
        self._app.close()
