"""A real gateway process for tests, on a free port of this machine."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
from monshin_kit.auth import dev
from monshin_kit.testing import free_port

START_LIMIT_S = 30.0


class GatewayProcess:
    """Runs `python -m monshin_gateway` while its block runs.

    home: the test's folder; keys are made there. upstreams: name → `host:port`. env: further settings.
    """

    def __init__(self, home: Path, upstreams: Mapping[str, str], env: Mapping[str, str] | None = None) -> None:
        self.home = home
        self.port = free_port()
        self.log_path = home / "monshin_gateway.log"
        self._env = {
            "MONSHIN_HOME": str(home),
            "MONSHIN_PORT": str(self.port),
            "MONSHIN_GATEWAY_UPSTREAMS": " ".join(f"{name}={target}" for name, target in upstreams.items()),
            **(env or {}),
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Such as `http://127.0.0.1:41234`."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        dev.create_keys(self.home / "keys")
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "monshin_gateway"], env={**os.environ, **self._env}, stdout=log, stderr=log
            )
        self._wait_alive()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, stack: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> int:
        """SIGTERM, then the exit status once running requests have ended."""
        assert self._process is not None, "the gateway was not started"
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        return self._process.wait(60)

    def token(self, role: str = "administrator") -> str:
        """A token signed with this home's key."""
        return dev.sign_token(self.home / "keys" / dev.SIGNING_KEY, role)

    def client(self, role: str = "administrator") -> httpx.Client:
        """An HTTP client with a token for `role`."""
        return httpx.Client(base_url=self.url, headers={"authorization": f"Bearer {self.token(role)}"}, timeout=30)

    def log(self) -> str:
        """All that the process has written."""
        return self.log_path.read_text()

    def _wait_alive(self) -> None:
        deadline = time.monotonic() + START_LIMIT_S
        while time.monotonic() < deadline:
            assert self._process is not None, "the gateway was not started"
            assert self._process.poll() is None, f"the gateway ended: {self.log()[-2000:]}"
            try:
                httpx.get(f"{self.url}/healthz", timeout=2)
            except httpx.TransportError:
                time.sleep(0.02)
            else:
                return
        raise AssertionError(f"the gateway does not answer after {START_LIMIT_S} s: {self.log()[-2000:]}")
