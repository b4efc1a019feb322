"""Files of points on their way into the service, and what came of them; found through the path that conftest sets."""

import asyncio
import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import apsw
import grpc
import numpy as np
import pyarrow as pa
from index_calls import Stub
from monshin_kit.testing import ServiceProcess, eventually
from monshin_protos.ann.v1 import ann_pb2 as pb
from monshin_protos.ann.v1 import index_pb2
from pyarrow import parquet

NPY, PARQUET = index_pb2.IMPORT_FORMAT_NPY, index_pb2.IMPORT_FORMAT_PARQUET


def npy(vectors: Any, dtype: str = "<f4") -> bytes:
    """An .npy file."""
    file = io.BytesIO()
    np.save(file, np.asarray(vectors).astype(dtype, order="K"))
    return file.getvalue()


def table(ids: Sequence[Any], vectors: Any, payloads: Sequence[Any] | None = None, **more: Any) -> bytes:
    """A Parquet file; payloads: values to be written as JSON, or text as it is."""
    matrix = np.asarray(vectors, dtype=np.float32)
    columns: Mapping[str, Any] = {
        "id": pa.array(ids, pa.string()),
        "vector": pa.FixedSizeListArray.from_arrays(pa.array(matrix.reshape(-1)), matrix.shape[1]),
    }
    if payloads is not None:
        texts = [each if each is None or isinstance(each, str) else json.dumps(each) for each in payloads]
        columns = {**columns, "payload": pa.array(texts, pa.string())}
    file = io.BytesIO()
    parquet.write_table(pa.table(columns), file, **more)
    return file.getvalue()


def lying(data: bytes, says: int, of: str) -> bytes:
    """A Parquet file whose footer says another number of rows, of the file or of its only row group."""
    size = int.from_bytes(data[-8:-4], "little")
    start, footer = len(data) - 8 - size, data[-8 - size : -8]
    true = _rows_field(parquet.read_metadata(io.BytesIO(data)).num_rows)
    place = footer.index(true) if of == "file" else footer.rindex(true)
    footer = footer[:place] + _rows_field(says) + footer[place + len(true) :]
    return data[:start] + footer + len(footer).to_bytes(4, "little") + b"PAR1"


def _rows_field(rows: int) -> bytes:
    """An i64 of Thrift's compact protocol that follows its neighbour: zigzag, seven bits a byte."""
    number, field = rows * 2 if rows >= 0 else -2 * rows - 1, b"\x16"
    while number > 127:
        field += bytes([number & 127 | 128])
        number >>= 7
    return field + bytes([number])


def importing(name: str, data: bytes, file_format: Any = NPY, piece: int = 200_000, **said: Any) -> Iterable[Any]:
    """The messages of an import; said: fields of the first that are to be otherwise."""
    first: dict[str, Any] = {"size": len(data), "sha256": hashlib.sha256(data).hexdigest(), **said}
    yield index_pb2.ImportPointsRequest(name=f"collections/{name}", format=file_format, **first)
    for start in range(0, len(data), piece):
        yield index_pb2.ImportPointsRequest(data=data[start : start + piece])


async def everything(stub: Stub, name: str) -> dict[str, tuple[bytes, dict[str, Any]]]:
    """Vector and payload of each point, by id."""
    found: dict[str, tuple[bytes, dict[str, Any]]] = {}
    token = ""
    while True:
        request = pb.ListPointsRequest(
            collection=f"collections/{name}", page_size=1000, page_token=token, with_vectors=True
        )
        page = await stub.ListPoints(request)
        size = 4 * page.points.vectors.dim
        for number, point in enumerate(page.points.ids):
            payload = dict(page.points.payloads[number]) if page.points.payloads else {}
            found[point] = (page.points.vectors.data[number * size : (number + 1) * size], payload)
        token = page.next_page_token
        if not token:
            return found


async def points_of(stub: Stub, name: str) -> int:
    """How many the collection says it has."""
    return (await stub.GetCollection(pb.GetCollectionRequest(name=f"collections/{name}"))).stats.points


def left_over(service: ServiceProcess, name: str) -> list[Path]:
    """Uploads in the folder, and files of this collection that hold staged rows."""
    folder = service.home / "data" / "ann" / "collections"
    return [path for path in folder.glob(f"{name}-*.sqlite") if _has_staging(path)] + list(folder.glob(".scratch/*"))


async def until_staging(service: ServiceProcess, name: str) -> None:
    """Returns once rows are staged."""
    await eventually(lambda: any(".upload" not in path.name for path in left_over(service, name)), "rows are staged")


def _has_staging(path: Path) -> bool:
    with closing(apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)) as connection:
        connection.set_busy_timeout(5000)
        return bool(connection.execute("SELECT count(*) FROM sqlite_schema WHERE name='staging'").get)


async def once_free(index: Stub, name: str, data: bytes) -> Any:
    """An import as soon as none is at work: a call ends for its caller before the service has heard of it."""
    async with asyncio.timeout(60):
        while True:
            try:
                return await index.ImportPoints(importing(name, data))
            except grpc.aio.AioRpcError as error:
                if error.code() is not grpc.StatusCode.FAILED_PRECONDITION:
                    raise
            await asyncio.sleep(0.05)
