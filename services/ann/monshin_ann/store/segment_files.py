"""Segments on disk: derived from the collection's file, checked by their sums, thrown away where anything is wrong.

    {collection}.segments/{n}.graph     grnnd's own file: vectors as searched, codes, edges; sums of its own
    {collection}.segments/{n}.vectors   the vectors as stored, where the graph has others (cosine, not of length 1)
    {collection}.segments/{n}.rows      which points these are; written last: without it the segment is not there

A row is known by the sequence number at which its point was stored and by the point's checksum, so that no row can
stand for another point, whatever became of the collection's file meanwhile. Ids and payloads are in that file alone.
"""

import io
import json
import logging
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import grnnd
import numpy as np
from grnnd import Graph
from monshin_kit import durable
from numpy.typing import NDArray

from monshin_ann.core.block import Sequences
from monshin_ann.core.segment import Built
from monshin_ann.core.vectors import Lengths, Matrix

_log = logging.getLogger(__name__)

_ROWS, _GRAPH, _VECTORS = ".rows", ".graph", ".vectors"
_MAGIC = b"MNROWS\r\n"
_SCALED = "cosine"
_CHECKED_BYTES = 1 << 24

Checksums = NDArray[np.uint32]


@dataclass(frozen=True, slots=True, eq=False)
class StoredSegment:
    """A segment without ids and payloads. By row: vectors as stored, lengths, sequence numbers, checksums of points."""

    built: Built
    graph: Graph
    vectors: Matrix
    lengths: Lengths
    sequences: Sequences
    checksums: Checksums


class SegmentFiles:
    """The folder of one collection's segments. One builder writes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def next_number(self) -> int:
        """Greater than that of any file, also of damaged and unfinished ones."""
        return max((_number(path) for path in self._paths()), default=0) + 1

    def save(self, segment: StoredSegment) -> StoredSegment:
        """Writes it; the same segment, as it lies in the mapped files. Raises OSError."""
        try:
            return self._save(segment)
        except BaseException:
            self.remove(segment.built.number)
            raise

    def _save(self, segment: StoredSegment) -> StoredSegment:
        self._folder.mkdir(exist_ok=True)
        number = segment.built.number
        segment.graph.save(self._path(number, _GRAPH))
        is_beside = segment.graph.metric.value == _SCALED  # the graph has the vectors scaled to length 1
        if is_beside:
            durable.write(self._path(number, _VECTORS), segment.vectors.astype("<f4", copy=False).data)
        about = {
            "built_ns": segment.built.built_ns,
            "build_s": segment.built.build_s,
            "vectors": _sum(segment.vectors) if is_beside else None,
        }
        durable.write(self._path(number, _ROWS), _packed_rows(segment, about))
        return self._load(number, verify=False)

    def load(self) -> Iterator[StoredSegment]:
        """All that are whole, newest first; the files of others are removed."""
        numbers = sorted({_number(path) for path in self._paths()}, reverse=True)
        for number in numbers:
            try:
                segment = self._load(number, verify=True)
            except (OSError, EOFError, ValueError, KeyError, BadZipFile, grnnd.GrnndError) as error:
                if self._path(number, _ROWS).exists():
                    _log.error("a segment is damaged: it is built anew", extra={"reason": type(error).__name__})
                self.remove(number)
            else:
                yield segment

    def remove(self, number: int) -> None:
        """Removes its files; readers that have them mapped keep what they see."""
        for suffix in (_ROWS, _VECTORS, _GRAPH):
            self._path(number, suffix).unlink(missing_ok=True)

    def clear(self) -> None:
        """Removes all, and the folder."""
        for path in self._paths():
            path.unlink(missing_ok=True)
        with suppress(FileNotFoundError):
            self._folder.rmdir()

    @property
    def disk_bytes(self) -> int:
        """Of all files; those that come or go meanwhile may be left out."""
        return size_bytes(self._paths())

    def _load(self, number: int, *, verify: bool) -> StoredSegment:
        about, rows = _unpacked_rows(self._path(number, _ROWS).read_bytes())
        graph = grnnd.load(self._path(number, _GRAPH), verify=verify)
        vectors = graph.vectors
        if about["vectors"] is not None:
            shape = (len(graph), graph.dim)
            vectors = np.memmap(self._path(number, _VECTORS), dtype="<f4", mode="r", shape=shape)
            if verify and _sum(vectors) != about["vectors"]:
                raise ValueError("vectors are not what was saved")
        if not len(graph) == len(rows["sequences"]) == len(rows["checksums"]) == len(rows["lengths"]):
            raise ValueError("the files of a segment do not belong together")
        built = Built(number, int(about["built_ns"]), float(about["build_s"]))
        return StoredSegment(built, graph, np.asarray(vectors), rows["lengths"], rows["sequences"], rows["checksums"])

    def _path(self, number: int, suffix: str) -> Path:
        return self._folder / f"{number:08d}{suffix}"

    def _paths(self) -> list[Path]:
        try:
            return list(self._folder.iterdir())
        except FileNotFoundError:  # no segment yet, or the collection was deleted this moment
            return []


def size_bytes(paths: Iterable[Path]) -> int:
    """Of the files that are there; one that comes or goes meanwhile may be left out."""
    total = 0
    for path in paths:
        with suppress(FileNotFoundError):
            total += path.stat().st_size
    return total


def _number(path: Path) -> int:
    digits = path.name.lstrip(".").partition(".")[0]
    return int(digits) if digits.isdecimal() else 0


def _packed_rows(segment: StoredSegment, about: dict[str, Any]) -> bytes:
    """magic (8) | crc32 of the rest (4) | an npz of the arrays and of what is said about them."""
    content = io.BytesIO()
    np.savez(
        content,
        about=np.frombuffer(json.dumps(about).encode(), dtype=np.uint8),
        sequences=segment.sequences,
        checksums=segment.checksums,
        lengths=segment.lengths,
    )
    data = content.getvalue()
    return _MAGIC + zlib.crc32(data).to_bytes(4, "little") + data


def _unpacked_rows(data: bytes) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    magic, crc32, content = data[:8], data[8:12], data[12:]
    if magic != _MAGIC or zlib.crc32(content) != int.from_bytes(crc32, "little"):
        raise ValueError("the rows of a segment are not what was saved")
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        about: dict[str, Any] = json.loads(arrays["about"].tobytes())
        return about, {name: arrays[name] for name in ("sequences", "checksums", "lengths")}


def _sum(array: Matrix) -> int:
    view = np.ascontiguousarray(array).reshape(-1).view(np.uint8).data
    total = 0
    for start in range(0, len(view), _CHECKED_BYTES):
        total = zlib.crc32(view[start : start + _CHECKED_BYTES], total)
    return total
