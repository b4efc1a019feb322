"""Points that the client sends as a stream of chunks, to the real ann."""

import uuid
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from monshin.client import Client
from monshin.settings import ClientSettings
from monshin_kit.testing import FaultProxy, ServiceProcess
from monshin_protos.ann.v1 import ann_pb2
from monshin_protos.vectors.v1 import vectors_pb2

from .command import Monshin

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

DIM = 8


def rows(count: int, dim: int = DIM) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Random vectors."""
    return np.random.default_rng(0).standard_normal((count, dim)).astype("float32")


async def test_a_file_goes_in_one_stream(ann: ServiceProcess, monshin: Monshin, tmp_path: Path) -> None:
    np.save(tmp_path / "v.npy", rows(3000))
    assert (await monshin("ann", "create", "file", "--dim", str(DIM))).status == 0
    ended = await monshin("ann", "upsert", "file", str(tmp_path / "v.npy"))
    assert ended.status == 0
    assert [line.strip() for line in ended.errors.split("\r")[1:]] == [
        f"{count} / 3000 stored, sequence {count}" for count in (1024, 2048, 3000)
    ]
    async with Client(ClientSettings(home=ann.home, ann_target=ann.target), role="auditor") as auditor:
        names = [entry.name.rpartition("/")[2] async for entry in auditor.audit_entries("ann")]
    assert [name for name in names if name.startswith("Upsert")] == ["UpsertStream"]


async def test_what_was_answered_before_a_refused_chunk_stays(monshin: Monshin, tmp_path: Path) -> None:
    vectors = rows(2500)
    vectors[2000] = np.nan
    np.save(tmp_path / "v.npy", vectors)
    assert (await monshin("ann", "create", "refused", "--dim", str(DIM))).status == 0
    ended = await monshin("ann", "upsert", "refused", str(tmp_path / "v.npy"))
    assert ended.status == 1
    assert "INVALID_ARGUMENT" in ended.errors
    assert (await monshin("ann", "stats", "refused")).record["stats"]["points"] == "1024"


async def test_a_stream_that_breaks_goes_on_with_the_first_chunk_without_an_answer(ann: ServiceProcess) -> None:
    """Hazard: a connection ends by its age amid a long file. What was stored and not answered is not stored twice."""
    made: list[int] = []

    def chunk(number: int, request_id: str) -> ann_pb2.UpsertRequest:
        made.append(number)
        data = rows(1000, 256).tobytes()  # 1 MB, so that most chunks are still to be sent when the line is cut
        vectors = vectors_pb2.Vectors(data=data, dim=256, dtype=vectors_pb2.D_TYPE_FLOAT32)
        ids = [f"{number}-{row}" for row in range(1000)]
        return ann_pb2.UpsertRequest(collection="collections/torn", ids=ids, vectors=vectors, request_id=request_id)

    chunks: list[Callable[[], ann_pb2.UpsertRequest]] = [partial(chunk, n, str(uuid.uuid4())) for n in range(12)]
    async with FaultProxy(ann.target) as line:
        settings = ClientSettings(home=ann.home, ann_target=line.target)
        async with Client(settings, role="model_developer") as client:
            collection = ann_pb2.Collection(dim=256, metric=ann_pb2.METRIC_L2)
            await client.ann.CreateCollection(
                ann_pb2.CreateCollectionRequest(collection_id="torn", collection=collection)
            )
            sequences = []
            async for answer in client.upsert_points(chunks):
                sequences.append(answer.sequence)
                if len(sequences) == 2:
                    line.cut()
    assert sequences == list(range(1000, 12_001, 1000))
    assert len(made) > len(chunks), "some were sent again"
