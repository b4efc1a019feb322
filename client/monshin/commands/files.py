"""Files that commands take; `-` is standard input."""

import sys
from pathlib import Path

import click
from monshin_kit.errors import InvalidInput

from monshin.importers import MAX_BYTES, File

FILE = click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True)


def opened(file: Path, encoding: str = "") -> File:
    """For an importer. Raises InvalidInput for one that is larger than an importer reads."""
    if str(file) != "-" and file.stat().st_size > MAX_BYTES:
        raise InvalidInput(f"{file}: larger than {MAX_BYTES} bytes: split it")
    return File(str(file), read(file), encoding)


def read(file: Path) -> bytes:
    """All of it."""
    return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
