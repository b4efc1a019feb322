"""What jobs need beside the services: a Redis of our own unless one is configured, and a worker."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from monshin_kit.errors import MonshinError

from monshin.launcher.units import Unit

_URL, _PASSWORD = "MONSHIN_JOBS_REDIS_URL", "MONSHIN_JOBS_REDIS_PASSWORD_FILE"
USERS = {"ann": "monshin_ann.worker"}  # services that have jobs, and their workers


def with_jobs(
    services: Sequence[Unit], home: Path, environment: Mapping[str, str] = os.environ
) -> tuple[list[Unit], str]:
    """The services, after a Redis and with their workers; and why there are none, or nothing.

    Without Redis the services start all the same, and their jobs are unavailable.
    """
    redis: list[Unit] = []
    env: dict[str, str] = {}
    if not environment.get(_URL):
        if find_spec("fsspec") is None:
            return list(services), "kit is installed without its extra `jobs`: no long jobs"
        # Here, since kit's jobs bring what a mere client does not have.
        from monshin_kit.jobs.redis_server import prepare_redis

        try:
            plan = prepare_redis(home / "data" / "redis")
        except MonshinError as error:
            return list(services), error.message
        socket = plan.url.removeprefix("unix://")
        redis = [Unit("redis", argv=plan.argv, socket=socket)]
        env = {_URL: plan.url, _PASSWORD: str(plan.password_file)}
    after = tuple(unit.name for unit in redis)
    found = [
        replace(unit, env={**unit.env, **env}, after=(*unit.after, *after)) if unit.name in USERS else unit
        for unit in services
    ]
    names = {unit.name for unit in services}
    workers = [
        Unit(f"{name}-worker", module, after=(*after, name), env=env) for name, module in USERS.items() if name in names
    ]
    return [*redis, *found, *workers], ""
