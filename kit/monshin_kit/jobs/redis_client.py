"""The connection to Redis: addresses, passwords, scripts, and what its errors mean."""

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import redis
import redis.asyncio
from redis.backoff import NoBackoff
from redis.retry import Retry

from monshin_kit.errors import FailedPrecondition, InvalidInput, Unavailable
from monshin_kit.jobs.settings import JobSettings

CONNECT_LIMIT_S = 0.8
ANSWER_LIMIT_S = 5.0  # of a worker's calls, which may wait; a service's calls have JobSettings.call_limit_s


def connect(settings: JobSettings) -> Any:
    """For workers and reconcilers; nothing is sent yet. Raises InvalidInput if the settings are wrong.

    `Any`, here and below: the types of redis-py do not know that this client decodes.
    """
    return redis.Redis.from_url(
        _checked(settings.redis_url),
        password=password(settings) or None,
        decode_responses=True,
        protocol=2,
        socket_timeout=ANSWER_LIMIT_S,
        socket_connect_timeout=CONNECT_LIMIT_S,
        retry=Retry(NoBackoff(), 0),
    )


def connect_async(settings: JobSettings) -> Any:
    """For services, which limit each call as a whole (`call_limit_s`); nothing is sent yet. Raises InvalidInput if the
    settings are wrong.

    It has no limit of its own: redis-py would set it with asyncio.wait_for, which in Python 3.11 drops a cancellation
    that arrives together with the result, and with it the caller's limit.
    """
    return redis.asyncio.Redis.from_url(
        _checked(settings.redis_url),
        password=password(settings) or None,
        decode_responses=True,
        protocol=2,
        socket_timeout=None,
        socket_connect_timeout=CONNECT_LIMIT_S,
        retry=redis.asyncio.retry.Retry(NoBackoff(), 0),
    )


def broker_url(settings: JobSettings) -> str:
    """The same Redis as Celery writes it."""
    url = urlsplit(_checked(settings.redis_url))
    secret = quote(password(settings), safe="")
    login = f":{secret}@" if secret else ""
    if url.scheme == "unix":
        return f"redis+socket://{login}{url.path}"
    return f"{url.scheme}://{login}{url.netloc}{url.path}"


def password(settings: JobSettings) -> str:
    """From its file; empty if there is none. Raises InvalidInput if the file cannot be read."""
    if settings.redis_password_file == Path():
        return ""
    try:
        return settings.redis_password_file.read_text().strip()
    except OSError as error:
        raise InvalidInput(f"MONSHIN_JOBS_REDIS_PASSWORD_FILE cannot be read ({type(error).__name__})") from error


def prefix(service: str) -> str:
    """How the names of all keys of a service's jobs begin."""
    return f"monshin:jobs:{service}:"


@cache
def script(name: str) -> str:
    """The text of one of our scripts, with what all have in common."""
    folder = files("monshin_kit.jobs") / "lua"
    return (folder / "prelude.lua").read_text() + (folder / f"{name}.lua").read_text()


def unavailable(error: Exception) -> Unavailable:
    """What any trouble with Redis means to a caller: unreachable, silent, loading, its disk full."""
    return Unavailable(f"the store of jobs does not answer ({type(error).__name__})")


def check_durability(client: Any) -> bool:
    """Whether Redis says that it syncs each write to disk; False if it does not tell (managed services).

    Raises FailedPrecondition if it says that it does not: what we acknowledge would be lost. Raises Unavailable.
    """
    wanted = {"appendonly": "yes", "appendfsync": "always"}
    try:
        found: dict[str, Any] = {}
        for name in wanted:
            found.update(client.config_get(name))
    except redis.ResponseError:
        return False
    except (redis.RedisError, OSError) as error:
        raise unavailable(error) from error
    if wrong := {name: found.get(name) for name, value in wanted.items() if found.get(name) != value}:
        raise FailedPrecondition(f"Redis must run with {wanted}, but has {wrong}: jobs would be lost when it dies")
    return True


def _checked(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("redis", "rediss", "unix") or "@" in parts.netloc:
        raise InvalidInput(
            "MONSHIN_JOBS_REDIS_URL must be redis://host:port/db, rediss://… or unix:///path, "
            "with the password in MONSHIN_JOBS_REDIS_PASSWORD_FILE"
        )
    return url
