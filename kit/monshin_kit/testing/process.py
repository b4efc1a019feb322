"""The real server of a service, in a process of its own, on a free port, with keys and data in a test's folder."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from monshin_kit.auth import dev
from monshin_kit.channel import ChannelSettings, connect
from monshin_kit.testing.ports import free_port

START_LIMIT_S = 120.0


class ServiceProcess:
    """Starts `python -m module` and stops it at the end of the block.

    module: such as `monshin_embed`. home: the test's folder; keys are made there once, and services that share it
    trust the same tokens. env: further settings. Logs go to `{home}/{module}.log`.
    """

    def __init__(self, module: str, home: Path, env: Mapping[str, str] | None = None) -> None:
        self.module = module
        self.home = home
        self.port = free_port()
        self.log_path = home / f"{module}.log"
        self._env = dict(env or {})
        self._process: asyncio.subprocess.Process | None = None
        self._channels: list[grpc.aio.Channel] = []

    @property
    def target(self) -> str:
        """`host:port` for a channel."""
        return f"127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """Of the running process."""
        assert self._process is not None, "the service was not started"
        return self._process.pid

    async def __aenter__(self) -> Self:
        await self.start()
        await self.wait_serving()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, stack: TracebackType | None
    ) -> None:
        for channel in self._channels:
            await channel.close(None)
        await self.stop()

    async def start(self) -> None:
        """Starts the process, without waiting for it to serve; on the same port and data each time."""
        keys = self.home / "keys"
        dev.create_keys(keys)
        token = self.home / "service.token"
        if not token.exists():
            token.write_text(self.token("service", subject="test-service"))
        env = {
            **os.environ,
            "MONSHIN_HOME": str(self.home),
            "MONSHIN_PORT": str(self.port),
            "MONSHIN_SERVICE_TOKEN_FILE": str(token),
            **self._env,
        }
        with self.log_path.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", self.module, env=env, stdout=log, stderr=log
            )

    async def wait_serving(self, limit_s: float = START_LIMIT_S) -> None:
        """Returns once health says SERVING; raises AssertionError with the end of the log if it does not."""
        await self._wait_health(health_pb2.HealthCheckResponse.SERVING, "", limit_s)

    async def wait_port(self, limit_s: float = START_LIMIT_S) -> None:
        """Returns once the port answers health calls, whether or not the service is loaded."""
        await self._wait_health(None, "liveness", limit_s)

    async def stop(self) -> int:
        """SIGTERM, then the exit status once it has drained."""
        return await self._end(signal.SIGTERM)

    async def kill(self) -> int:
        """SIGKILL: what a power cut leaves behind."""
        return await self._end(signal.SIGKILL)

    def channel(
        self, role: str = "administrator", *, services: Sequence[str] = (), token: str = ""
    ) -> grpc.aio.Channel:
        """A channel whose calls carry a token for `role`, or `token`; closed at the end of the block."""
        bearer = token or self.token(role)
        channel = connect(self.target, services, ChannelSettings(), lambda: bearer)
        self._channels.append(channel)
        return channel

    def token(self, role: str, *, ttl_s: int = 3600, subject: str = "") -> str:
        """A token signed with this home's key."""
        return dev.sign_token(self.home / "keys" / dev.SIGNING_KEY, role, ttl_s, subject=subject)

    def log(self) -> str:
        """All that the process has written."""
        return self.log_path.read_text() if self.log_path.exists() else ""

    async def _end(self, number: signal.Signals) -> int:
        process = self._process
        if process is None:
            return 0
        if process.returncode is None:
            process.send_signal(number)
        return await asyncio.wait_for(process.wait(), 60)

    async def _wait_health(self, wanted: int | None, name: str, limit_s: float) -> None:
        deadline = time.monotonic() + limit_s
        async with grpc.aio.insecure_channel(self.target, options=[("grpc.max_reconnect_backoff_ms", 100)]) as channel:
            stub = health_pb2_grpc.HealthStub(channel)
            while time.monotonic() < deadline:
                assert self._process is not None, "the service was not started"
                assert self._process.returncode is None, f"{self.module} ended: {self.log()[-2000:]}"
                try:
                    answer = await stub.Check(health_pb2.HealthCheckRequest(service=name), timeout=2)
                except grpc.aio.AioRpcError:
                    await asyncio.sleep(0.02)
                    continue
                if wanted is None or answer.status == wanted:
                    return
                await asyncio.sleep(0.05)
        raise AssertionError(f"{self.module} does not serve after {limit_s} s: {self.log()[-2000:]}")
