"""A real Redis for tests, which can be killed, paused, and started again on the same data."""

import signal
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import redis

from monshin_kit.jobs import redis_client
from monshin_kit.jobs.redis_server import RedisPlan, prepare_redis
from monshin_kit.jobs.settings import JobSettings
from monshin_kit.testing.ports import free_port

_LIMIT_S = 30.0


class RedisProcess:
    """Runs while its block does, on a free loopback port, its data in `folder`; as in production, each write is synced.

    env: what a service or worker needs to find it. call_limit_s: as in JobSettings; by default so long that a busy
    machine fails no test that is not about it.
    """

    def __init__(self, folder: Path, call_limit_s: float = 30.0) -> None:
        self._call_limit_s = call_limit_s
        self.plan: RedisPlan = prepare_redis(folder, port=free_port())
        self.log_path = folder / "redis.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def settings(self) -> JobSettings:
        """Defaults, but for the address and the limit."""
        return JobSettings(
            redis_url=self.plan.url, redis_password_file=self.plan.password_file, call_limit_s=self._call_limit_s
        )

    @property
    def env(self) -> dict[str, str]:
        """The same as environment."""
        return {
            "MONSHIN_JOBS_REDIS_URL": self.plan.url,
            "MONSHIN_JOBS_REDIS_PASSWORD_FILE": str(self.plan.password_file),
            "MONSHIN_JOBS_CALL_LIMIT_S": str(self._call_limit_s),
        }

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, stack: TracebackType | None
    ) -> None:
        self.kill()

    def start(self) -> None:
        """Returns once it answers."""
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(self.plan.argv, stdout=log, stderr=log)
        deadline = time.monotonic() + _LIMIT_S
        with redis_client.connect(self.settings) as client:
            while True:
                try:
                    client.ping()
                    return
                except redis.ConnectionError:  # also while it reads its data
                    assert time.monotonic() < deadline, f"Redis does not start: {self.log_path.read_text()[-2000:]}"
                    time.sleep(0.02)

    def kill(self) -> None:
        """SIGKILL: what a power cut leaves behind."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(_LIMIT_S)

    def pause(self) -> None:
        """It falls silent, its connections stay."""
        assert self._process is not None, "Redis was not started"
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """After a pause."""
        assert self._process is not None, "Redis was not started"
        self._process.send_signal(signal.SIGCONT)
