"""The folder of collections' files. A file, its log and the segments beside it come and go together.

{id}-{token}.sqlite            a collection
{id}-{token}.segments/         its segments
{id}-{token}.sqlite.set-aside  one that may not serve, since another of its id does
.scratch/                      uploads, and copies on their way out; no id begins with a dot
"""

import re
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

import apsw
from monshin_kit import durable
from monshin_kit.errors import DataLoss

from monshin_ann.core.definition import CollectionId, Definition
from monshin_ann.store import definitions
from monshin_ann.store.segment_files import SegmentFiles, size_bytes

_SUFFIX, _SET_ASIDE = ".sqlite", ".set-aside"
_SCRATCH = ".scratch"
_TOKEN = re.compile(r"-[0-9a-f]{8}$")
_AND_LOG = ("-wal", "-shm", "")


@dataclass(frozen=True, slots=True)
class Identity:
    """What a file says of itself. sequence: of its last mutation."""

    definition: Definition
    sequence: int

    @property
    def age(self) -> tuple[int, int, int]:
        """The greater, the later; of files of one id."""
        return self.definition.created_ns, self.definition.revision, self.sequence


class Folder:
    """Raises OSError where it cannot be written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.path.mkdir(parents=True, exist_ok=True)

    @property
    def scratch(self) -> Path:
        """A folder on the same disk, for what no start needs."""
        return self.path / _SCRATCH

    def clear_scratch(self) -> None:
        """Makes it, and removes what calls left there that a crash cut off; no call may be at work."""
        # Earlier versions left them among the collections, whose files and folders all have a suffix.
        copies = [path for path in self.path.glob("copy-*") if not path.suffix and path.is_dir()]
        for left in (*copies, self.scratch):
            if left.exists():
                shutil.rmtree(left)
        for upload in self.path.glob("upload-*.upload*"):
            upload.unlink()
        self.scratch.mkdir()

    def files(self) -> list[str]:
        """Names of the collections' files, in order."""
        return sorted(path.name for path in self.path.glob(f"*{_SUFFIX}"))

    def new_name(self, collection_id: CollectionId) -> str:
        """Of a file, never used before."""
        return f"{collection_id}-{secrets.token_hex(4)}{_SUFFIX}"

    def identity(self, file: str) -> Identity | None:
        """What the file says; its points are not looked at. None: no collection was ever written into it.

        Raises DataLoss if that cannot be read.
        """
        try:
            connection = apsw.Connection(str(self.path / file), flags=apsw.SQLITE_OPEN_READWRITE)
            try:
                if not connection.execute("SELECT count(*) FROM sqlite_schema WHERE name='collection'").get:
                    return None
                row = connection.execute("SELECT definition, checksum, sequence FROM collection").fetchone()
            finally:
                connection.close()
            return Identity(definitions.decode(row[0], row[1]), int(row[2])) if row is not None else None
        except (apsw.Error, AttributeError, IndexError, TypeError, ValueError) as error:
            raise DataLoss(f"{file} cannot be read: restore it from a backup") from error

    def remove(self, file: str) -> None:
        """The file, its log and its segments; on disk when this returns."""
        segment_files(self.path / file).clear()
        for suffix in _AND_LOG:
            (self.path / (file + suffix)).unlink(missing_ok=True)
        durable.sync(self.path)

    def set_aside(self, file: str) -> None:
        """Keeps it under a name by which no start finds it; its segments can be made again."""
        segment_files(self.path / file).clear()
        for suffix in reversed(_AND_LOG):
            if (path := self.path / (file + suffix)).exists():
                path.rename(self.path / (file + _SET_ASIDE + suffix))
        durable.sync(self.path)


def id_of(file: str) -> CollectionId:
    """Of the collection in a file of this name."""
    return CollectionId(_TOKEN.sub("", file.removesuffix(_SUFFIX)))


def file_bytes(path: Path) -> int:
    """Of a collection's file with its log, as of now."""
    return size_bytes((path, path.with_name(path.name + "-wal")))


def segment_files(path: Path) -> SegmentFiles:
    """The segments of a collection's file."""
    return SegmentFiles(path.with_suffix(".segments"))
