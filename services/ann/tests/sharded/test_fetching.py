"""The real service fetches what was built: killed meanwhile, from a slow store, from none, and with damaged files."""

import asyncio
import fcntl
import shutil
import signal
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import grpc
import pytest
from google.longrunning.operations_pb2 import Operation
from monshin_kit.jobs.store import JobStore
from monshin_kit.testing import ServiceProcess, eventually
from monshin_protos.ann.v1 import ann_pb2
from monshin_protos.ann.v1 import sharded_pb2 as pb
from sharded_calls import (
    ROWS,
    MakeWorker,
    builds_of,
    built,
    collections_of,
    ended,
    has_succeeded,
    request,
    restart,
    search,
)
from sharded_sources import artefacts_folder, clustered, write_parquet

pytestmark = pytest.mark.slow  # each test starts a service and a worker


async def test_a_service_killed_while_it_fetches_a_collection_fetches_it_again(
    ann: ServiceProcess, worker: MakeWorker, tmp_path: Path
) -> None:
    """`reference` is written last: without it, what else is there counts as unfinished."""
    rows = await built(ann, worker, tmp_path)
    before = await search(ann, rows[ROWS:])
    await ann.kill()
    folder = next((tmp_path / "data" / "ann" / "sharded").iterdir())
    (folder / "reference").unlink()
    (folder / "graph.grnnd").write_bytes(b"half")
    await restart(ann)

    async def serves() -> bool:
        try:
            return bool(await search(ann, rows[ROWS:]) == before)
        except grpc.aio.AioRpcError:
            return False

    await eventually(serves, "it answers as before")


async def test_what_was_published_and_harmed_before_it_was_fetched_fails_the_build(
    ann: ServiceProcess, store: JobStore, worker: MakeWorker, tmp_path: Path
) -> None:
    write_parquet(artefacts_folder(tmp_path) / "imports" / "notes" / "a.parquet", clustered(ROWS))
    begun = await builds_of(ann).BuildShardedCollection(request())
    await ann.kill()
    published = artefacts_folder(tmp_path) / "ann" / "sharded"
    with worker():
        assert await has_succeeded(store, begun)
    for path in published.rglob("graph-*"):
        path.write_bytes(b"x")
    await restart(ann)

    async def failed() -> bool:
        build = await builds_of(ann).GetShardedBuild(pb.GetShardedBuildRequest(name=begun.name))
        return build.done and build.error.code == grpc.StatusCode.DATA_LOSS.value[0]

    await eventually(failed, "the build says that what it published is damaged")
    shutil.rmtree(published)
    again = await builds_of(ann).BuildShardedCollection(request())
    assert not again.done


async def finished_unseen(
    ann: ServiceProcess, store: JobStore, worker: MakeWorker, home: Path
) -> tuple[Operation, Path]:
    """A build that ended while the service was away, which it is still; and the manifest that it published."""
    write_parquet(artefacts_folder(home) / "imports" / "notes" / "a.parquet", clustered(ROWS))
    begun = await builds_of(ann).BuildShardedCollection(request())
    await ann.kill()
    (place,) = (home / "data" / "ann" / "sharded").iterdir()
    published = artefacts_folder(home) / "ann" / "sharded" / place.name  # the worker may do builds of other tests too
    with worker():
        assert await has_succeeded(store, begun)
    (manifest,) = published.glob("manifest-*")
    return begun, manifest


@contextmanager
def slow(file: Path) -> Iterator[Callable[[], bool]]:
    """Whoever opens the file waits for the end of the block, or 45 s; yields what tells whether somebody does.

    By a lease of the kernel, fcntl(2), which would rather send a signal: here one that does nothing.
    """
    with file.open("rb+") as held:
        fcntl.fcntl(held, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(held, fcntl.F_SETLEASE, fcntl.F_WRLCK)
        yield lambda: fcntl.fcntl(held, fcntl.F_GETLEASE) != fcntl.F_WRLCK


async def test_others_are_served_while_a_collection_is_fetched(
    ann: ServiceProcess, store: JobStore, worker: MakeWorker, tmp_path: Path
) -> None:
    """Hazard: the artefact store is slow, and a collection large; here reading it does not even begin."""
    begun, manifest = await finished_unseen(ann, store, worker, tmp_path)
    with slow(manifest) as is_waited_for:
        await restart(ann)
        await eventually(is_waited_for, "the service opens it")
        stub = builds_of(ann)
        other = await stub.BuildShardedCollection(request("other"), timeout=20)
        for call, message in (
            (stub.CancelShardedBuild, pb.CancelShardedBuildRequest),
            (stub.ResumeShardedBuild, pb.ResumeShardedBuildRequest),
            (stub.CancelShardedBuild, pb.CancelShardedBuildRequest),
        ):
            await call(message(name=other.name, request_id=str(uuid.uuid4())), timeout=20)

        async def gives_way() -> bool:
            try:
                again = await stub.BuildShardedCollection(request("other"), timeout=20)
                return bool((await stub.CancelShardedBuild(pb.CancelShardedBuildRequest(name=again.name))).name)
            except grpc.aio.AioRpcError:
                return False

        await eventually(gives_way, "a cancelled build gives its place up meanwhile")
        assert not (await stub.GetShardedBuild(pb.GetShardedBuildRequest(name=begun.name))).done
    assert (await ended(ann, begun)).WhichOneof("result") == "response"


async def test_a_store_that_is_away_when_a_collection_is_fetched_is_told_and_tried_again(
    ann: ServiceProcess, store: JobStore, worker: MakeWorker, tmp_path: Path
) -> None:
    begun, manifest = await finished_unseen(ann, store, worker, tmp_path)
    away = manifest.with_name("away")
    manifest.rename(away)
    manifest.symlink_to(manifest.name)  # opening it is an error of the system, not of what is stored
    await restart(ann)
    await eventually(lambda: "a chore for a collection built in shards fails" in ann.log(), "the log tells it")
    await asyncio.sleep(2.5)  # it is tried each second: the log stays as it is
    assert ann.log().count("a chore for a collection built in shards fails") == 1, "once"
    assert not (await builds_of(ann).GetShardedBuild(pb.GetShardedBuildRequest(name=begun.name))).done
    away.replace(manifest)
    assert (await ended(ann, begun)).WhichOneof("result") == "response"
    await eventually(lambda: "a chore that failed has succeeded" in ann.log(), "its end too")


async def test_a_damaged_collection_is_quarantined_and_the_others_serve(
    ann: ServiceProcess, worker: MakeWorker, tmp_path: Path
) -> None:
    """Hazard: a disk that loses or changes bytes of any one of a collection's files."""
    await built(ann, worker, tmp_path)
    other = ann_pb2.CreateCollectionRequest(
        collection_id="other", collection=ann_pb2.Collection(dim=2, metric=ann_pb2.METRIC_L2)
    )
    await collections_of(ann).CreateCollection(other)
    folder = next((tmp_path / "data" / "ann" / "sharded").iterdir())
    whole = {path: path.read_bytes() for path in folder.iterdir()}
    names = ["graph.grnnd", "points.table", "manifest.json"]
    for name, harm in [*((name, harm) for name in names for harm in ("changed", "missing")), ("reference", "changed")]:
        await ann.kill()
        for path, content in whole.items():
            path.write_bytes(content)
        if harm == "missing":
            (folder / name).unlink()
        else:
            content = bytearray((folder / name).read_bytes())
            content[len(content) // 2] ^= 1
            (folder / name).write_bytes(content)
        await restart(ann)
        listed = await collections_of(ann).ListCollections(ann_pb2.ListCollectionsRequest())
        states = {each.name: each.state for each in listed.collections}
        assert states["collections/other"] == ann_pb2.COLLECTION_STATE_SERVING
        assert states["collections/notes"] == ann_pb2.COLLECTION_STATE_QUARANTINED, (name, harm)
        with pytest.raises(grpc.aio.AioRpcError) as damaged:
            await search(ann, clustered(1))
        assert damaged.value.code() == grpc.StatusCode.DATA_LOSS
    await collections_of(ann).DeleteCollection(ann_pb2.DeleteCollectionRequest(name="collections/notes"))
