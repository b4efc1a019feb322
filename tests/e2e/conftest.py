"""All services of one machine, started by `monshin up`, with some documents of the demonstration corpus."""

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from monshin_kit.testing import ServiceProcess, free_port

from .command import Monshin, against

REPOSITORY = Path(__file__).resolve().parents[2]
GUARD_S = 300


@dataclass(frozen=True)
class Platform:
    """A running set of services; `env` leads commands to it."""

    home: Path
    env: dict[str, str]
    ports: dict[str, int]

    def monshin(self, *arguments: str, stdin: str | bytes = "") -> subprocess.CompletedProcess[bytes]:
        """Runs the command; its output as bytes."""
        data = stdin.encode() if isinstance(stdin, str) else stdin
        return subprocess.run(
            [sys.executable, "-m", "monshin", *arguments], env=self.env, cwd=REPOSITORY, input=data,
            capture_output=True, timeout=GUARD_S, check=False,
        )  # fmt: skip

    def launcher(self) -> int:
        """Number of the launcher's process."""
        return int(json.loads((self.home / "run" / "state.json").read_text())["pid"])

    def state(self) -> dict[str, dict[str, object]]:
        """What the launcher wrote, by unit."""
        record = json.loads((self.home / "run" / "state.json").read_text())
        return {unit["name"]: unit for unit in record["units"]}


@pytest.fixture(scope="session")
def stopped_platform(tmp_path_factory: pytest.TempPathFactory) -> Platform:
    """Settings of a new home on free ports; nothing runs yet."""
    home = tmp_path_factory.mktemp("monshin")
    ports = {name: free_port() for name in ("embed", "ann", "factcheck", "gateway")}
    env = {
        **os.environ,
        "MONSHIN_HOME": str(home),
        "MONSHIN_EMBED_CACHE_DIR": str(REPOSITORY / ".monshin" / "cache" / "embed"),
        **{f"MONSHIN_{name.upper()}_TARGET": f"127.0.0.1:{port}" for name, port in ports.items()},
    }
    return Platform(home, env, ports)


@pytest.fixture(scope="session")
def platform(stopped_platform: Platform) -> Iterator[Platform]:
    """The running services with the corpus `manual`: the demonstration's drug pages."""
    started = stopped_platform.monshin("up", "--detach")
    try:
        assert started.returncode == 0, started.stderr.decode()
        corpus = REPOSITORY / "demo" / "corpus" / "drugs.jsonl"
        imported = stopped_platform.monshin("factcheck", "import", "manual", str(corpus))
        assert imported.returncode == 0, imported.stderr.decode()
        yield stopped_platform
    finally:
        ended = stopped_platform.monshin("down")
    assert ended.returncode == 0, ended.stderr.decode()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ann(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServiceProcess]:
    """ann alone, for the tests of a file, each with a collection of its own."""
    async with ServiceProcess("monshin_ann", tmp_path_factory.mktemp("ann")) as running:
        yield running


@pytest.fixture(scope="module")
def monshin(ann: ServiceProcess) -> Monshin:
    """As a model developer of ann's home."""
    return against(ann)
