"""Which rules these are: a hash of everything that decides their answers."""

import hashlib
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from importlib.resources.abc import Traversable

# Packages of the core that the rules are made of; a changed comment makes another revision too: the safe side.
_PARTS = ("aliases", "cues", "quantities", "rules", "text")
# What makes a verdict of their opinions, and of readers' beside them: the order of tiers says whose opinion counts, and
# a map is fitted for what a weighing looks at and a reader gets to see.
_DECIDING = (
    "decision.py",
    "document_account.py",
    "evidence.py",
    "joint_decision.py",
    "judge.py",
    "orders.py",
    "retrieval/contexts.py",
    "retrieval/standing.py",
    "tables.py",
    "weighing.py",
)
_CODE = (".py", ".yaml")


def rules_revision(core: Traversable | None = None) -> str:
    """SHA-256 over the rules' sources and data, what joins readers to them, and the version of their dictionary.

    Verdicts of different revisions must not be counted together unsaid. core: the folder of the core; default: this
    package's.
    """
    sha256 = hashlib.sha256(_dictionary().encode())
    core = files("monshin_factcheck.core") if core is None else core
    for part in _PARTS:
        add_folder(sha256, core.joinpath(part), part)
    for name in _DECIDING:
        _add(sha256, name, core.joinpath(name))
    return sha256.hexdigest()


def add_folder(sha256: "hashlib._Hash", folder: Traversable, prefix: str) -> None:
    """Adds the code and the tables of a folder, not of folders in it, in the order of their names."""
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.is_file() and file.name.endswith(_CODE):
            _add(sha256, f"{prefix}/{file.name}", file)


def _add(sha256: "hashlib._Hash", name: str, file: Traversable) -> None:
    content = file.read_bytes()
    sha256.update(f"{name}\0{len(content)}\0".encode() + content)


def _dictionary() -> str:
    try:
        return version("sudachidict_core")
    except PackageNotFoundError:
        return ""
