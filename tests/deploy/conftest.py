"""The deployment files, read once."""

import functools
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from monshin.launcher.units import Unit, units
from monshin.settings import ClientSettings

REPO = Path(__file__).parents[2]
Manifest = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stage:
    """One FROM of the Dockerfile. lines: its instructions, continuations joined."""

    base: str
    lines: tuple[str, ...]

    def arguments(self, instruction: str) -> list[str]:
        """What follows each such instruction."""
        return [line.removeprefix(instruction).strip() for line in self.lines if line.startswith(instruction + " ")]

    @property
    def env(self) -> dict[str, str]:
        """Its ENV instructions, without those of its base."""
        return dict(pair.split("=", 1) for line in self.arguments("ENV") for pair in line.split())


@pytest.fixture(scope="session")
def repo() -> Path:
    """The root of the repository."""
    return REPO


@pytest.fixture(scope="session")
def services() -> dict[str, Unit]:
    """What `monshin up` starts: the list that every deployment file must agree with."""
    return {unit.name: unit for unit in units(ClientSettings())}


@pytest.fixture(scope="session")
def memory_mib() -> Callable[[str], int]:
    """A limit of a container as compose or Kubernetes writes it; compose's units are powers of two as well."""

    def read(limit: str) -> int:
        unit = limit.lstrip("0123456789")
        return int(limit.removesuffix(unit)) * {"M": 1, "Mi": 1, "G": 1024, "Gi": 1024}[unit]

    return read


@pytest.fixture(scope="session")
def stages() -> dict[str, Stage]:
    """The Dockerfile's stages by name."""
    text = (REPO / "deploy/Dockerfile").read_text()
    text = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)
    text = re.sub(r"\\\n\s*", "", text)
    found = {}
    for block in re.split(r"^(?=FROM )", text, flags=re.MULTILINE)[1:]:
        lines = [line for line in block.splitlines() if line]
        _, base, _, name = lines[0].split()
        found[name] = Stage(base, tuple(lines[1:]))
    return found


@pytest.fixture(scope="session")
def compose() -> dict[str, Any]:
    """docker-compose.yml's services by name."""
    services: dict[str, Any] = yaml.safe_load((REPO / "docker-compose.yml").read_text())["services"]
    return services


@pytest.fixture(scope="session")
def rendered() -> Callable[[str], list[Manifest]]:
    """What `kubectl kustomize` makes of a folder below deploy/kubernetes; skips where there is no kubectl."""
    kubectl = shutil.which("kubectl")

    @functools.cache
    def render(folder: str) -> list[Manifest]:
        if kubectl is None:
            pytest.skip("kubectl is not installed: the kustomize folders are not rendered")
        command = [kubectl, "kustomize", str(REPO / "deploy/kubernetes" / folder)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return list(yaml.safe_load_all(done.stdout))

    return render
