"""What the rules are made of, as one hash: verdicts of different revisions must not be counted together unsaid."""

import hashlib
from importlib import resources
from importlib.resources.abc import Traversable


def rules_revision() -> str:
    """SHA-256 over names and contents of the core's code and data, lower-case hex; differs at any change of them."""
    digest = hashlib.sha256()
    for name, file in sorted(_files(resources.files("monshin_factcheck.core"), "")):
        content = file.read_bytes()
        digest.update(f"{name}\n{len(content)}\n".encode() + content)
    return digest.hexdigest()


def _files(folder: Traversable, prefix: str) -> list[tuple[str, Traversable]]:
    found: list[tuple[str, Traversable]] = []
    for entry in folder.iterdir():
        name = f"{prefix}{entry.name}"
        if entry.is_dir():
            found += _files(entry, f"{name}/")
        elif entry.name.endswith((".py", ".yaml", ".json")):
            found.append((name, entry))
    return found
