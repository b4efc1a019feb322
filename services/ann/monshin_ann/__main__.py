"""`python -m monshin_ann`: the service's process."""

import asyncio
import os
import resource
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from monshin_kit import telemetry
from monshin_kit.executor import Executor
from monshin_kit.server import Runtime, run
from monshin_kit.settings import load
from monshin_protos.ann.v1 import index_pb2, sharded_pb2  # noqa: F401  # makes all services known to kit

if TYPE_CHECKING:
    from monshin_ann.collections import Collections

SERVICE = "monshin.ann.v1.AnnService"
INDEX_SERVICE = "monshin.ann.v1.IndexService"
SHARDED_SERVICE = "monshin.ann.v1.ShardedIndexService"
PORT = 50052

_LOOK_S = 1.0

_COLLECTIONS = telemetry.gauge("ann_collections", "Collections by state", ["state"])
_POINTS = telemetry.gauge("ann_points", "Points of all collections")
_INDEXED_POINTS = telemetry.gauge("ann_indexed_points", "Points of all collections that a graph leads to")
_MEMORY_BYTES = telemetry.gauge("ann_memory_bytes", "Vectors, codes and graphs of all collections held for search")


async def start(runtime: Runtime) -> None:
    """Opens the collections, then serves them."""
    # Here, since numpy takes a while to load and the port is open already.
    from monshin_ann.collections import Collections
    from monshin_ann.core.building import Limits
    from monshin_ann.index_servicer import IndexServicer
    from monshin_ann.indexing import BuildSettings
    from monshin_ann.servicer import AnnServicer
    from monshin_ann.settings import AnnSettings, RemoteBuildSettings
    from monshin_ann.sharded.opening import open_builds

    settings, remote_build = load(AnnSettings), load(RemoteBuildSettings)
    _raise_file_limit()
    limit, memory_bytes = settings.collections_limit, settings.memory_limit_mib * 1024 * 1024
    building = BuildSettings(
        Limits(settings.seal_points, settings.segment_points),
        settings.build_threads,
        settings.build_memory_mib * 1024 * 1024 or None,
        settings.build_device,
    )
    collections = await runtime.executor.run(Collections, runtime.data_dir, limit, memory_bytes, building)
    writers = Executor(workers=1, queue_limit=runtime.settings.queue_limit, name="writes")
    deletions = Executor(workers=1, queue_limit=runtime.settings.queue_limit, name="deletions")
    compactor = Executor(workers=1, name="compaction")  # its own thread, since each opens its own files
    builder = Executor(workers=1, name="builds")
    wishes, copies = Executor(workers=1, name="wishes"), Executor(workers=1, name="copies")
    # Calls that have yet to begin; a batch of each import at work, and its end, wait beside them without a limit.
    imports = Executor(workers=1, queue_limit=2 * limit, name="imports")
    wake = asyncio.Event()
    _measure(collections)

    async def close() -> None:
        collections.stop_work()
        for executor in (writers, deletions, compactor, builder, wishes, copies, imports):
            executor.close()
        collections.close()

    runtime.on_stop(close)
    if settings.compact_interval_s > 0:
        runtime.spawn(_compact_forever(collections, compactor, settings.compact_interval_s))
    runtime.spawn(_build_forever(collections, builder, wake))
    servicer = AnnServicer(
        collections,
        readers=runtime.executor,
        writers=writers,
        deletions=deletions,
        outbox=runtime.outbox,
        answer_bytes=runtime.settings.max_message_bytes,
    )
    if remote_build.port:
        from monshin_ann.remote_build import server

        await server.serve(runtime, remote_build)
    runtime.serve(SERVICE, servicer)
    index_servicer = IndexServicer(collections, wishes=wishes, copies=copies, imports=imports, wake=wake.set)
    runtime.serve(INDEX_SERVICE, index_servicer)
    runtime.serve(SHARDED_SERVICE, await open_builds(runtime, collections))


async def _compact_forever(collections: "Collections", compactor: Executor, interval_s: float) -> None:
    while True:
        await asyncio.sleep(interval_s)
        await compactor.run(collections.compact)


async def _build_forever(collections: "Collections", builder: Executor, wake: asyncio.Event) -> None:
    """Builds what is due; looks again each second, and when woken."""
    while True:
        if await builder.run(collections.build_next):
            continue
        wake.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(wake.wait(), _LOOK_S)


def _measure(collections: "Collections") -> None:
    from monshin_ann.answers import State

    for state in State:
        _COLLECTIONS.labels(state.value).set_function(partial(collections.count, state))
    _POINTS.set_function(lambda: sum(each.stats.points for each in collections.all()))
    _INDEXED_POINTS.set_function(lambda: sum(each.stats.indexed_points for each in collections.all()))
    _MEMORY_BYTES.set_function(lambda: collections.memory_bytes)


def _raise_file_limit() -> None:
    """As many open files as the system lets us have: each collection keeps several."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def main() -> None:
    """Runs until SIGTERM."""
    # Our threads are the parallelism: OpenBLAS, which reads this when numpy is imported, must not add its own.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    run("ann", start, services=[SERVICE, INDEX_SERVICE, SHARDED_SERVICE], port=PORT)


if __name__ == "__main__":
    main()
