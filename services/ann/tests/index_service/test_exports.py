"""Exports of the real process, read by others: parquet by pyarrow, graphs by plain faiss."""

import hashlib
import io
import json
from pathlib import Path
from typing import Any

import faiss
import grpc
import numpy as np
import pytest
from index_calls import DIM, Stub, received, rows, until
from monshin_protos.ann.v1 import ann_pb2 as pb
from monshin_protos.ann.v1 import index_pb2
from pyarrow import parquet

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_parquet_holds_every_point(stub: Stub, index: Stub, new_collection: Any, fill: Any) -> None:
    name = await new_collection(DIM)
    await fill(name, rows(2600))
    full = f"collections/{name}"
    await stub.DeletePoints(pb.DeletePointsRequest(collection=full, ids=pb.PointIds(ids=["p5"])))
    request = index_pb2.ExportCollectionRequest(name=full, format=index_pb2.EXPORT_FORMAT_PARQUET)
    table = parquet.read_table(io.BytesIO(await received(index.ExportCollection(request)))).to_pydict()
    assert sorted(table["id"]) == sorted(f"p{number}" for number in range(2600) if number != 5)
    numbers = [int(point_id[1:]) for point_id in table["id"]]
    assert np.array_equal(np.array(table["vector"], np.float32), rows(2600)[numbers])
    assert [json.loads(payload) for payload in table["payload"]] == [{"n": number} for number in numbers]
    assert table["sequence"] == [number + 1 for number in numbers]


async def test_faiss_loads_the_graph(index: Stub, new_collection: Any, fill: Any, tmp_path: Path) -> None:
    """In plain faiss: the nearest of points are themselves, by the ids in the second file."""
    name = await new_collection(DIM)
    await fill(name, rows(2500))
    request = index_pb2.ExportCollectionRequest(name=f"collections/{name}", format=index_pb2.EXPORT_FORMAT_FAISS)
    await fill(name, rows(10, seed=9), first=2500)
    await index.BuildIndex(index_pb2.BuildIndexRequest(name=f"collections/{name}/index"))
    await until(index, name, index_pb2.INDEX_STATE_READY)
    files: dict[str, bytes] = {}
    async for message in index.ExportCollection(request):
        files[message.file] = files.get(message.file, b"") + message.data
        if message.sha256:
            assert hashlib.sha256(files[message.file]).hexdigest() == message.sha256
    assert list(files) == ["index.faiss", "ids.txt"]
    (tmp_path / "index.faiss").write_bytes(files["index.faiss"])
    ids = [json.loads(line) for line in files["ids.txt"].decode().splitlines()]
    loaded = faiss.read_index(str(tmp_path / "index.faiss"))
    every = np.concatenate([rows(2500), rows(10, seed=9)])
    assert sorted(ids) == sorted(f"p{number}" for number in range(2510))
    assert np.array_equal(loaded.reconstruct_n(0, 2510), every[[int(each[1:]) for each in ids]])
    loaded.hnsw.efSearch = 64
    _, found = loaded.search(rows(2500)[:50], 1)
    assert np.mean([ids[row] == f"p{number}" for number, row in enumerate(found[:, 0])]) >= 0.98


async def test_faiss_can_be_had_again_after_a_deletion(
    stub: Stub, index: Stub, new_collection: Any, fill: Any, tmp_path: Path
) -> None:
    """Without the deleted point, of which nothing is left in the files."""
    name = await new_collection(DIM)
    await fill(name, rows(500))
    build = index_pb2.BuildIndexRequest(name=f"collections/{name}/index")
    await index.BuildIndex(build)
    await until(index, name, index_pb2.INDEX_STATE_READY)
    await stub.DeletePoints(pb.DeletePointsRequest(collection=f"collections/{name}", ids=pb.PointIds(ids=["p7"])))
    await index.BuildIndex(build)
    await until(index, name, index_pb2.INDEX_STATE_READY)
    request = index_pb2.ExportCollectionRequest(name=f"collections/{name}", format=index_pb2.EXPORT_FORMAT_FAISS)
    files: dict[str, bytes] = {}
    async for message in index.ExportCollection(request):
        files[message.file] = files.get(message.file, b"") + message.data
    ids = [json.loads(line) for line in files["ids.txt"].decode().splitlines()]
    assert sorted(ids) == sorted(f"p{number}" for number in range(500) if number != 7)
    assert rows(500)[7].tobytes() not in files["index.faiss"]


async def test_faiss_needs_one_segment(index: Stub, new_collection: Any, fill: Any) -> None:
    name = await new_collection(DIM)
    await fill(name, rows(10))
    request = index_pb2.ExportCollectionRequest(name=f"collections/{name}", format=index_pb2.EXPORT_FORMAT_FAISS)
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await received(index.ExportCollection(request))
    assert caught.value.code() == grpc.StatusCode.FAILED_PRECONDITION
