"""Files of points for a bulk load: what they are, what belongs before them, and how they are sent."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from monshin_kit.errors import InvalidInput
from monshin_protos.ann.v1 import index_pb2

_PIECE_BYTES = 1024 * 1024
_MAGIC = {b"PAR1": index_pb2.IMPORT_FORMAT_PARQUET, b"\x93NUM": index_pb2.IMPORT_FORMAT_NPY}


@dataclass(frozen=True, slots=True)
class PointFile:
    """ids: of the rows of an .npy file; empty: `id_prefix` followed by the row, from 0. Parquet has its own.

    Raises InvalidInput for an id that is empty or more than one line.
    """

    path: Path
    format: index_pb2.ImportFormat.ValueType
    ids: Sequence[str] = ()
    id_prefix: str = ""

    def __post_init__(self) -> None:
        for row, text in enumerate(self.ids):
            if not text or "\n" in text:
                raise InvalidInput(f"the id of row {row} is empty, or more than one line")

    def messages(self, collection: str, request_id: str) -> Iterator[index_pb2.ImportPointsRequest]:
        """All messages of an import into the collection of this resource name. The file is read twice: for its checksum
        first, so that a repeated request is known by it.
        """
        head = "".join(f"{each}\n" for each in self.ids).encode()
        digest, size = hashlib.sha256(head), len(head)
        for piece in self._pieces():
            digest.update(piece)
            size += len(piece)
        yield index_pb2.ImportPointsRequest(
            name=collection, format=self.format, size=size, sha256=digest.hexdigest(), id_bytes=len(head),
            id_prefix=self.id_prefix, request_id=request_id,
        )  # fmt: skip
        for start in range(0, len(head), _PIECE_BYTES):
            yield index_pb2.ImportPointsRequest(data=head[start : start + _PIECE_BYTES])
        for piece in self._pieces():
            yield index_pb2.ImportPointsRequest(data=piece)

    def _pieces(self) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            while data := file.read(_PIECE_BYTES):
                yield data


def format_of(path: Path) -> index_pb2.ImportFormat.ValueType:
    """By the first bytes of the file, never by its name. Raises InvalidInput where they are of neither format."""
    with path.open("rb") as file:
        found = _MAGIC.get(file.read(4))
    if found is None:
        raise InvalidInput(f"{path} is neither Parquet nor .npy")
    return found
