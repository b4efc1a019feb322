"""Each service starts in an environment that holds its own distribution and what that declares, and nothing else.

The distributions of this repository are built and installed as wheels, so that a file which only an editable install
would see is missed here. What they depend on is linked from our environment by its metadata: no network is needed.
deploy/images.sh does the same with a real installation of everything.
"""

import asyncio
import functools
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Mapping
from importlib.metadata import Distribution, distribution, distributions
from pathlib import Path

import pytest
from monshin.certificates import create_certificates
from monshin.launcher.units import Unit
from monshin_kit.auth import dev
from monshin_kit.testing import free_port
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

pytestmark = pytest.mark.slow

FOLDERS = {"embed": "services/embed", "ann": "services/ann", "factcheck": "services/factcheck", "gateway": "gateway"}
# Heavy, and not of these services: an import that reaches for them would make every image large.
ABSENT = {
    "ann": ("torch", "transformers", "sudachipy", "starlette", "rich", "pytest"),
    "factcheck": ("starlette", "rich", "pytest"),
    "gateway": ("torch", "transformers", "numpy", "sudachipy", "rich", "pytest"),
    "embed": ("sudachipy", "starlette", "faiss", "bm25s", "pytest"),
}
START_LIMIT_S = 180.0


@pytest.fixture(scope="module")
def wheel(repo: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Builds a folder's distribution, from a copy, since building writes beside the sources."""
    place = tmp_path_factory.mktemp("wheels")

    @functools.cache
    def build(folder: str) -> Path:
        source, target = place / "source" / folder, place / "built" / folder
        leave = shutil.ignore_patterns("build", "*.egg-info", "__pycache__", "tests", "monshin_protos")
        shutil.copytree(repo / folder, source, ignore=leave)
        _pip("wheel", "--no-index", "--no-deps", "--no-build-isolation", "--wheel-dir", target, source)
        (built,) = target.glob("*.whl")
        return built

    return build


@pytest.mark.parametrize("name", FOLDERS)
async def test_a_service_starts_with_what_it_declares_and_nothing_else(
    services: dict[str, Unit], wheel: Callable[[str], Path], tmp_path: Path, name: str
) -> None:
    python = _environment(tmp_path / "environment", [wheel(folder) for folder in ("protos", "kit", FOLDERS[name])])
    for module in ABSENT[name]:
        present = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({module!r}) is not None)"
        assert subprocess.run([python, "-c", present], timeout=60).returncode == 0, f"{name} brings {module}"

    port = free_port()
    env = _settings(tmp_path / "home", name, port)
    question = [f"https://127.0.0.1:{port}/healthz"] if services[name].speaks_http else []
    log_path = tmp_path / "service.log"
    with log_path.open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            python, "-m", services[name].module, env=env, cwd=tmp_path, stdout=log, stderr=log
        )
    try:
        async with asyncio.timeout(START_LIMIT_S):
            while await _ask(python, env, question) != 0:
                assert process.returncode is None, log_path.read_text()[-2000:]
        process.terminate()
        assert await asyncio.wait_for(process.wait(), 60) == 0, log_path.read_text()[-2000:]
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _ask(python: Path, env: dict[str, str], question: list[str]) -> int:
    probe = await asyncio.create_subprocess_exec(
        python, "-m", "monshin_kit.probe", *question, env=env, stderr=asyncio.subprocess.DEVNULL
    )
    return await probe.wait()


def _settings(home: Path, name: str, port: int) -> dict[str, str]:
    """Mutual TLS, as in compose and in Kubernetes; nothing of the environment of the tests but the path."""
    keys = home / "keys"
    dev.create_keys(keys)
    create_certificates(keys, [name])
    certificate, key = str(keys / f"{name}.pem"), str(keys / f"{name}-key.pem")
    own = {}
    if name == "gateway":
        own = {"MONSHIN_GATEWAY_TLS_CERTIFICATE": certificate, "MONSHIN_GATEWAY_TLS_KEY": key}
    elif name == "factcheck":
        (keys / "token").write_text(dev.sign_token(keys / dev.SIGNING_KEY, "service"))
        own = {"MONSHIN_SERVICE_TOKEN_FILE": str(keys / "token")}
    return {
        "PATH": os.environ["PATH"],
        "MONSHIN_HOME": str(home),
        "MONSHIN_PORT": str(port),
        "MONSHIN_TLS_CA": str(keys / "ca.pem"),
        "MONSHIN_TLS_CERTIFICATE": certificate,
        "MONSHIN_TLS_KEY": key,
        **own,
    }


def _environment(place: Path, wheels: list[Path]) -> Path:
    """Makes the environment and returns its Python."""
    venv.create(place, with_pip=False, symlinks=True)
    python = place / "bin" / "python"
    _pip("--python", python, "install", "--no-index", "--no-deps", *wheels)
    (site,) = place.glob("lib/python*/site-packages")
    ours = {each.metadata["Name"]: each for each in distributions(path=[str(site)])}
    needed: set[str] = set()
    for each in ours.values():
        _collect(each.requires or [], frozenset(), needed, ours)
    for name in needed:
        _link(name, site)
    return python


def _collect(requires: list[str], extras: frozenset[str], needed: set[str], ours: Mapping[str, Distribution]) -> None:
    """Adds all that is required, and what that requires, as the metadata of our environment says."""
    for text in requires:
        requirement = Requirement(text)
        name, marker = canonicalize_name(requirement.name), requirement.marker
        wanted = marker is None or any(marker.evaluate({"extra": extra}) for extra in extras | {""})
        if wanted and name in ours and requirement.extras:
            _collect(ours[name].requires or [], frozenset(requirement.extras), needed, ours)
        if wanted and name not in ours and (name not in needed or requirement.extras):
            needed.add(name)
            _collect(distribution(name).requires or [], frozenset(requirement.extras), needed, ours)


def _link(name: str, site: Path) -> None:
    """File by file: distributions such as googleapis-common-protos share folders with others."""
    for file in distribution(name).files or []:
        if file.parts[0] != ".." and "__pycache__" not in file.parts:
            place = site / file
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(Path(str(file.locate())).resolve())


def _pip(*arguments: str | Path) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
