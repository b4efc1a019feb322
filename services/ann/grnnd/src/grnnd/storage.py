"""One file a graph: read by mapping it, checked by its sums, never half written.

    magic (8) | version (4) | header length (4) | crc32 of the header (4) | header, JSON | arrays, each at 4096 · n

The header names each array with dtype, shape, offset and crc32. All numbers are little-endian.
"""

import json
import os
import struct
import sys
import tempfile
import zlib
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grnnd.calibration import Calibration, Measured
from grnnd.codes import CodeTable, Kind
from grnnd.engine import NONE
from grnnd.errors import Damaged, InvalidInput
from grnnd.graph import Graph
from grnnd.metric import Embedding, Metric
from grnnd.plan import MAX_DEGREE

MAGIC = b"GRNND\r\n\x1a"  # as PNG: a transfer that treats it as text is seen
VERSION = 1
_PREFIX = struct.Struct("<8sIII")
_ALIGNMENT = 4096
_MAX_HEADER_BYTES = 1 << 20
_CHECKED_BYTES = 1 << 24  # summed at a time

Array = NDArray[Any]


def save(graph: Graph, path: str | PathLike[str]) -> None:
    """Writes beside the target, syncs, then renames. Raises OSError."""
    _require_little_endian()
    arrays = _arrays(graph)
    header = _header(graph, arrays)
    target = Path(path)
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(_PREFIX.pack(MAGIC, VERSION, len(header), zlib.crc32(header)))
            file.write(header)
            for array in arrays.values():
                if array.nbytes:
                    file.write(b"\0" * (-file.tell() % _ALIGNMENT))
                file.write(_bytes(array))
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def load(path: str | PathLike[str], *, verify: bool = True) -> Graph:
    """The graph of a file, mapped read-only: memory fills as it is searched.

    verify: reads everything once and compares the sums. Without it only the header is checked, and damage in an array
    goes unseen; edges are still checked to lead to vertices, so that no damage can make a search read elsewhere.
    Raises Damaged, and OSError for a file that cannot be read.
    """
    _require_little_endian()
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        header, start = _read_header(file.read(_PREFIX.size + _MAX_HEADER_BYTES), path)
        try:
            entries = {name: _Entry.of(entry) for name, entry in header["arrays"].items()}
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Damaged(f"{path}: its header lacks something: {error}") from error
        arrays = {name: _mapped(path, size, start, name, entry) for name, entry in entries.items()}
    if verify:
        for name, entry in entries.items():
            if _sum(arrays[name]) != entry.crc32:
                raise Damaged(f"{path}: array {name} is not what was saved")
    try:
        graph = _graph(header, arrays)
    except (KeyError, TypeError, ValueError) as error:
        raise Damaged(f"{path}: its header lacks something: {error}") from error
    _require_sound(graph, path)
    return graph


@dataclass(frozen=True, slots=True)
class _Entry:
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    offset: int
    crc32: int

    @classmethod
    def of(cls, entry: dict[str, Any]) -> "_Entry":
        shape = tuple(int(size) for size in entry["shape"])
        found = cls(np.dtype(str(entry["dtype"])), shape, int(entry["offset"]), int(entry["crc32"]))
        if found.offset < 0 or any(size < 0 for size in shape) or found.dtype.kind not in "fu":
            raise ValueError(f"an array has dtype {found.dtype}, shape {shape} and offset {found.offset}")
        return found

    @property
    def nbytes(self) -> int:
        """Computed with Python's integers, which do not overflow."""
        size = self.dtype.itemsize
        for length in self.shape:
            size *= length
        return size


def _arrays(graph: Graph) -> dict[str, Array]:
    arrays = {
        "points": graph.points,
        "order": graph.order,
        "edges": graph.edges,
        "entries": graph.entries,
        "code_rows": graph.codes.rows,
        "code_low": graph.codes.low,
        "code_centre": graph.codes.centre,
    }
    return {name: np.ascontiguousarray(array) for name, array in arrays.items()}


def _header(graph: Graph, arrays: dict[str, Array]) -> bytes:
    """Offsets count from the first multiple of 4096 after the header, so that they do not depend on its length."""
    entries, offset = {}, 0
    for name, array in arrays.items():
        entries[name] = {"dtype": array.dtype.str, "shape": array.shape, "offset": offset, "crc32": _sum(array)}
        offset += -(-array.nbytes // _ALIGNMENT) * _ALIGNMENT
    embedding = graph.embedding
    fields = {
        "metric": embedding.metric.value,
        "dim": embedding.dim,
        "radius": embedding.radius,
        "query_length": embedding.query_length,
        "code": graph.codes.kind.value,
        "code_step": graph.codes.step,
        "recalls": {str(k): points for k, points in graph.calibration.recalls.items()},
        "arrays": entries,
    }
    return json.dumps(fields).encode()


def _read_header(head: bytes, path: str | PathLike[str]) -> tuple[dict[str, Any], int]:
    """The header, and where the arrays begin."""
    if len(head) < _PREFIX.size:
        raise Damaged(f"{path}: {len(head)} bytes are no graph")
    magic, version, length, crc32 = _PREFIX.unpack_from(head)
    if magic != MAGIC:
        raise Damaged(f"{path}: it does not begin as a graph of grnnd does")
    if version != VERSION:
        raise InvalidInput(f"{path}: format {version}, this grnnd reads {VERSION}")
    header = head[_PREFIX.size : _PREFIX.size + length]
    if len(header) != length or zlib.crc32(header) != crc32:
        raise Damaged(f"{path}: its header is not what was saved")
    start = -(-(_PREFIX.size + length) // _ALIGNMENT) * _ALIGNMENT
    fields: dict[str, Any] = json.loads(header)
    return fields, start


def _mapped(path: str | PathLike[str], size: int, start: int, name: str, entry: _Entry) -> Array:
    if entry.nbytes == 0:
        return np.empty(entry.shape, dtype=entry.dtype)
    if start + entry.offset + entry.nbytes > size:
        raise Damaged(f"{path}: array {name} is cut off")
    return np.memmap(path, dtype=entry.dtype, mode="r", offset=start + entry.offset, shape=entry.shape)


def _sum(array: Array) -> int:
    crc32 = 0
    view = _bytes(array)
    for begin in range(0, len(view), _CHECKED_BYTES):
        crc32 = zlib.crc32(view[begin : begin + _CHECKED_BYTES], crc32)
    return crc32


def _bytes(array: Array) -> memoryview:
    return array.reshape(-1).view(np.uint8).data


def _graph(header: dict[str, Any], arrays: dict[str, Array]) -> Graph:
    recalls = {int(k): tuple(_measured(*point) for point in points) for k, points in header["recalls"].items()}
    return Graph(
        Embedding(Metric(header["metric"]), int(header["dim"]), float(header["radius"]), float(header["query_length"])),
        arrays["points"],
        arrays["order"],
        arrays["edges"],
        arrays["entries"],
        CodeTable(
            Kind(header["code"]),
            arrays["code_rows"],
            arrays["code_low"],
            float(header["code_step"]),
            arrays["code_centre"],
        ),
        Calibration(recalls),
    )


def _measured(ef: int, recall: float, error: float = 0.0) -> Measured:
    """Files from before 2026-11-28 tell no error."""
    return Measured(int(ef), float(recall), float(error))


def _require_sound(graph: Graph, path: str | PathLike[str]) -> None:
    """Shapes agree, and no vertex or row number leads out of the arrays."""
    count, point_dim = len(graph.order), graph.embedding.point_dim
    dtypes = [array.dtype.str for array in (graph.points, graph.order, graph.edges, graph.entries)]
    is_shaped = graph.points.shape == (count, point_dim) and graph.edges.shape[:1] == (count,) and graph.edges.ndim == 2
    if dtypes != ["<f4", "<u4", "<u4", "<u4"] or not is_shaped or not graph.codes.fits(point_dim, count):
        raise Damaged(f"{path}: its arrays do not fit together")
    if graph.degree > MAX_DEGREE:  # more than a beam has room for
        raise Damaged(f"{path}: a row has {graph.degree} neighbours, at most {MAX_DEGREE} are allowed")
    if count == 0 or graph.order.max() >= count or len(graph.entries) == 0 or graph.entries.max() >= count:
        raise Damaged(f"{path}: a row number leads out of the file")
    for begin in range(0, count, _ALIGNMENT):
        edges = graph.edges[begin : begin + _ALIGNMENT]
        if ((edges >= count) & (edges != np.uint32(NONE))).any():
            raise Damaged(f"{path}: an edge leads out of the file")


def _require_little_endian() -> None:
    if sys.byteorder != "little":
        raise InvalidInput("graphs are saved on little-endian machines only")
