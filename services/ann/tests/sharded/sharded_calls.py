"""Calls to the real service, and collections built by it; found through the path that conftest sets."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from google.longrunning.operations_pb2 import Operation
from monshin_kit.jobs import State, operations
from monshin_kit.jobs.store import JobStore
from monshin_kit.testing import ServiceProcess
from monshin_kit.testing.worker import WorkerProcess
from monshin_protos.ann.v1 import ann_pb2, ann_pb2_grpc
from monshin_protos.ann.v1 import sharded_pb2 as pb
from monshin_protos.ann.v1 import sharded_pb2_grpc as pb_grpc
from monshin_protos.vectors.v1 import vectors_pb2
from sharded_sources import DIM, Rows, artefacts_folder, clustered, write_parquet

ROWS = 3000
LIMIT_S = 60.0
LEASE_S = 1.0  # of workers in the tests' own process
MakeWorker = Callable[..., WorkerProcess]


async def restart(ann: ServiceProcess) -> None:
    """After a kill."""
    await ann.start()
    await ann.wait_serving()


def builds_of(ann: ServiceProcess, **caller: Any) -> Any:
    """A stub for builds, whose calls carry this caller; an administrator unless told otherwise."""
    return pb_grpc.ShardedIndexServiceStub(ann.channel(**caller))


def collections_of(ann: ServiceProcess, **caller: Any) -> Any:
    """The like for collections."""
    return ann_pb2_grpc.AnnServiceStub(ann.channel(**caller))


def request(collection: str = "notes", **changes: Any) -> pb.BuildShardedCollectionRequest:
    """For a build in a few shards."""
    fields = {"metric": ann_pb2.METRIC_L2, "dim": DIM, "source": "imports/notes", "shard_rows": 1000, "degree": 16}
    return pb.BuildShardedCollectionRequest(collection_id=collection, **{**fields, **changes})


def progress_of(build: Operation) -> pb.ShardedBuildProgress:
    """How far it is."""
    progress = pb.ShardedBuildProgress()
    assert build.metadata.Unpack(progress)
    return progress


async def ended(ann: ServiceProcess, build: Operation) -> Operation:
    """The build once it is done; fails after a while."""
    stub = builds_of(ann)
    for _ in range(int(LIMIT_S / 0.1)):
        build = await stub.GetShardedBuild(pb.GetShardedBuildRequest(name=build.name))
        if build.done:
            return build
        await asyncio.sleep(0.1)
    raise AssertionError(f"not done: {progress_of(build)}")


async def built(ann: ServiceProcess, worker: MakeWorker, home: Path, **changes: Any) -> Rows:
    """Makes the collection `notes`; its vectors."""
    rows = clustered(ROWS + 20)
    write_parquet(artefacts_folder(home) / "imports" / "notes" / "a.parquet", rows[:ROWS])
    with worker():
        begun = await builds_of(ann).BuildShardedCollection(request(**changes))
        assert not begun.done
        done = await ended(ann, begun)
    assert done.WhichOneof("result") == "response", done.error
    return rows


async def has_succeeded(store: JobStore, build: Operation) -> bool:
    """The end of a build, waited for at the workers: the service may be away."""
    job = await store.wait(operations.parse_name("ann", build.name), LIMIT_S)
    return job.state is State.SUCCEEDED


async def search(ann: ServiceProcess, queries: Rows, k: int = 10, **fields: Any) -> ann_pb2.SearchResponse:
    """In the collection `notes`."""
    vectors = vectors_pb2.Vectors(data=queries.astype("<f4").tobytes(), dim=queries.shape[1])
    return await collections_of(ann).Search(
        ann_pb2.SearchRequest(collection="collections/notes", queries=vectors, k=k, **fields)
    )
