"""Which rules these are: a hash of everything that decides their answers."""

import hashlib
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from importlib.resources.abc import Traversable

# Packages of the core that the rules are made of; a changed comment makes another revision too: the safe side.
_PARTS = ("aliases", "cues", "quantities", "rules", "text")
# What makes a verdict of their opinions.
_DECIDING = "decision.py"
_CODE = (".py", ".yaml")


def rules_revision() -> str:
    """SHA-256 over the rules' sources and data and the version of the dictionary they read with.

    Verdicts of different revisions must not be counted together unsaid.
    """
    sha256 = hashlib.sha256(_dictionary().encode())
    core = files("monshin_factcheck.core")
    for part in _PARTS:
        for file in sorted(core.joinpath(part).iterdir(), key=lambda file: file.name):
            if file.is_file() and file.name.endswith(_CODE):
                _add(sha256, f"{part}/{file.name}", file)
    _add(sha256, _DECIDING, core.joinpath(_DECIDING))
    return sha256.hexdigest()


def _add(sha256: "hashlib._Hash", name: str, file: Traversable) -> None:
    content = file.read_bytes()
    sha256.update(f"{name}\0{len(content)}\0".encode() + content)


def _dictionary() -> str:
    try:
        return version("sudachidict_core")
    except PackageNotFoundError:
        return ""
