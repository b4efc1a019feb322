"""`python -m monshin_ann`: the service's process."""

import asyncio
import os
import resource
from functools import partial
from typing import TYPE_CHECKING

from monshin_kit import telemetry
from monshin_kit.executor import Executor
from monshin_kit.server import Runtime, run
from monshin_kit.settings import load
from monshin_protos.ann.v1 import ann_pb2  # noqa: F401  # makes the service known to kit

if TYPE_CHECKING:
    from monshin_ann.collections import Collections

SERVICE = "monshin.ann.v1.AnnService"
PORT = 50052

_COLLECTIONS = telemetry.gauge("ann_collections", "Collections by state", ["state"])
_POINTS = telemetry.gauge("ann_points", "Points of all collections")
_MEMORY_BYTES = telemetry.gauge("ann_memory_bytes", "Vectors of all collections held in memory")


async def start(runtime: Runtime) -> None:
    """Opens the collections, then serves them."""
    # Here, since numpy takes a while to load and the port is open already.
    from monshin_ann.collections import Collections
    from monshin_ann.servicer import AnnServicer
    from monshin_ann.settings import AnnSettings, RemoteBuildSettings

    settings, remote_build = load(AnnSettings), load(RemoteBuildSettings)
    _raise_file_limit()
    limit, memory_bytes = settings.collections_limit, settings.memory_limit_mib * 1024 * 1024
    collections = await runtime.executor.run(Collections, runtime.data_dir, limit, memory_bytes)
    writers = Executor(workers=1, queue_limit=runtime.settings.queue_limit, name="writes")
    compactor = Executor(workers=1, name="compaction")  # its own thread, since each opens its own files
    _measure(collections)

    async def close() -> None:
        writers.close()
        compactor.close()
        collections.close()

    runtime.on_stop(close)
    if settings.compact_interval_s > 0:
        runtime.spawn(_compact_forever(collections, compactor, settings.compact_interval_s))
    servicer = AnnServicer(
        collections,
        readers=runtime.executor,
        writers=writers,
        outbox=runtime.outbox,
        answer_bytes=runtime.settings.max_message_bytes,
    )
    if remote_build.port:
        from monshin_ann.remote_build import server

        await server.serve(runtime, remote_build)
    runtime.serve(SERVICE, servicer)


async def _compact_forever(collections: "Collections", compactor: Executor, interval_s: float) -> None:
    while True:
        await asyncio.sleep(interval_s)
        await compactor.run(collections.compact)


def _measure(collections: "Collections") -> None:
    from monshin_ann.collection import State

    for state in State:
        _COLLECTIONS.labels(state.value).set_function(partial(collections.count, state))
    _POINTS.set_function(lambda: sum(each.stats.points for each in collections.all()))
    _MEMORY_BYTES.set_function(lambda: collections.memory_bytes)


def _raise_file_limit() -> None:
    """As many open files as the system lets us have: each collection keeps several."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def main() -> None:
    """Runs until SIGTERM."""
    # Our threads are the parallelism: OpenBLAS, which reads this when numpy is imported, must not add its own.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    run("ann", start, services=[SERVICE], port=PORT)


if __name__ == "__main__":
    main()
