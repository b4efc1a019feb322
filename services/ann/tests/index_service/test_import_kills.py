"""Kills amid bulk loads of the real process."""

import asyncio
import random
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import apsw
import grpc
import numpy as np
import pytest
from import_calls import PARQUET, importing, table
from index_calls import DIM, Stub, kill_after, rows
from monshin_kit.testing import ServiceProcess
from monshin_protos.ann.v1 import ann_pb2 as pb
from monshin_protos.ann.v1 import ann_pb2_grpc, index_pb2_grpc

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

COUNT, KILLS = 12_000, 16
# On a machine that grew slower meanwhile the kills go on, later and later, until an import is through before its own.
MOST_KILLS = 64
IDS = [f"p{number}" for number in range(COUNT)]


def generation(number: int) -> Any:
    """The vectors of an import: all of them tell which it was."""
    return np.full((COUNT, DIM), number, dtype=np.float32)


async def generations_of(stub: Stub) -> dict[str, int]:
    """By id."""
    found: dict[str, int] = {}
    token, is_last = "", False
    while not is_last:
        request = pb.ListPointsRequest(
            collection="collections/notes", page_size=1000, page_token=token, with_vectors=True
        )
        page = await stub.ListPoints(request)
        vectors = np.frombuffer(page.points.vectors.data, "<f4").reshape(-1, DIM)
        assert (vectors == vectors[:, :1]).all()
        found |= dict(zip(page.points.ids, vectors[:, 0].astype(int).tolist(), strict=True))
        token, is_last = page.next_page_token, not page.next_page_token
    return found


async def test_killed_amid_an_import_all_of_it_is_there_or_nothing(
    process: Callable[..., ServiceProcess], upsert: Callable[..., Any], tmp_path: Path
) -> None:
    """Hazard: a kill while rows are staged or published, or before the answer. Sixteen kills at seeded moments, spread
    over an import as long as the first took, each replacing all points, while somebody writes. After each the points
    are those of one import, never an older one than was acknowledged; what was written beside is there, nothing is
    left of the staging, and the file is not much larger than its content."""
    rng = random.Random(5)
    clock = asyncio.get_running_loop().time
    folder = tmp_path / "data" / "ann" / "collections"
    outcomes = set[bool]()
    async with process() as own:
        stub: Stub = ann_pb2_grpc.AnnServiceStub(own.channel())
        index: Stub = index_pb2_grpc.IndexServiceStub(own.channel())
        collection = pb.Collection(dim=DIM, metric=pb.METRIC_L2)
        await stub.CreateCollection(pb.CreateCollectionRequest(collection_id="notes", collection=collection))
        began = clock()
        await index.ImportPoints(importing("notes", table(IDS, generation(1)), PARQUET))
        took_s, acknowledged = clock() - began, 1
        written = dict[str, int]()
        token = COUNT
        for turn in range(MOST_KILLS):
            if turn >= KILLS and outcomes == {True, False}:
                break
            tried, data = acknowledged + 1, table(IDS, generation(acknowledged + 1))
            running = asyncio.ensure_future(index.ImportPoints(importing("notes", data, PARQUET)))
            killing = asyncio.create_task(kill_after(own, took_s * (turn + rng.random()) * 1.3 / KILLS))
            try:
                while True:
                    point = f"w{len(written)}"
                    answer = await stub.Upsert(upsert("notes", {point: np.full(DIM, -1, np.float32)}))
                    written[point], token = -1, max(token, answer.sequence)
            except grpc.aio.AioRpcError:
                await killing
            [answer] = await asyncio.gather(running, return_exceptions=True)
            is_acknowledged = not isinstance(answer, BaseException)
            await own.start()
            await own.wait_serving()
            stub = ann_pb2_grpc.AnnServiceStub(own.channel())
            index = index_pb2_grpc.IndexServiceStub(own.channel())

            found = await generations_of(stub)
            beside = {point: value for point, value in found.items() if point.startswith("w")}
            assert written.items() <= beside.items()
            assert len(beside) <= len(written) + 1, "one more may have been in flight"
            written = beside
            [now] = {found[point] for point in IDS}
            assert now in ([tried] if is_acknowledged else [acknowledged, tried])
            acknowledged = now
            outcomes.add(now == tried)
            stored = await stub.Upsert(upsert("notes", {"w0": np.full(DIM, -1, np.float32)}))
            written["w0"] = -1
            assert stored.sequence > token
            token = stored.sequence
            assert list(folder.glob(".scratch/*")) == []
            [path] = folder.glob("notes-*.sqlite")
            with closing(apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)) as connection:
                assert connection.execute("SELECT count(*) FROM sqlite_schema WHERE name='staging'").get == 0
            content = COUNT * (4 * DIM + 6)
            assert path.stat().st_size < 2.5 * content
        assert outcomes == {True, False}
        assert (await index.ImportPoints(importing("notes", table(IDS, rows(COUNT)), PARQUET))).replaced == COUNT
