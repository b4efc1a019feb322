"""A collection built in shards by two workers, one of them killed amid the build, beside one build of all.

python -m benchmarks.ann_sharded [--quick]

1,000,000 clustered vectors of dim 64 (quick: 20,000), made with a seed. CPU-seconds are of the attempts that counted;
what the killed worker did for nothing is not among them. Workers run with one thread each.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import grnnd
import numpy as np
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
from monshin_ann.sharded import manifest
from monshin_ann.sharded.kinds import (
    BUILD,
    MERGE,
    PLAN,
    SHARD,
    BuildResult,
    BuildSpec,
    MergeResult,
    PlanResult,
    ShardResult,
)
from monshin_ann.sharded.usage import Usage
from monshin_kit.errors import Unavailable
from monshin_kit.jobs import Artefact, ArtefactStore, Job, JobId, State, decode
from monshin_kit.jobs.celery_queue import CeleryQueue
from monshin_kit.jobs.store import JobStore
from monshin_kit.testing.redis import RedisProcess
from monshin_kit.testing.worker import WorkerProcess
from numpy.typing import NDArray

from benchmarks.report import Result, main

DIM, LATENT, QUERIES, K, DEGREE = 64, 24, 1000, 10, 32
FILES = 8
LIMIT_S = 3600.0

Rows = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Size:
    """shard_rows: a quarter of the rows, so that with overlap 2 there are 8 shards and more."""

    rows: int
    clusters: int
    shard_rows: int


@dataclass(slots=True)
class Outcome:
    """What the build in shards took. resumed_s: from the kill to the next attempt at what the killed worker had."""

    job: Job
    parts: Sequence[Job]
    graph: Path
    wall_s: float
    resumed_s: float
    killed_attempts: int
    mapped_peak: int


def make_vectors(size: Size) -> tuple[Rows, Rows]:
    """Overlapping clusters within a space of 24 dimensions, bent into 64; and queries that are not among them."""
    rng = np.random.default_rng(7)
    centres = rng.standard_normal((size.clusters, LATENT)).astype(np.float32)
    basis = rng.standard_normal((LATENT, DIM)).astype(np.float32) / 5
    rows = np.empty((size.rows + QUERIES, DIM), dtype=np.float32)
    for start in range(0, len(rows), 65_536):
        count = min(65_536, len(rows) - start)
        latent = centres[rng.integers(0, size.clusters, count)] + 0.7 * rng.standard_normal(
            (count, LATENT), dtype=np.float32
        )
        rows[start : start + count] = np.tanh(latent @ basis) + 0.03 * rng.standard_normal(
            (count, DIM), dtype=np.float32
        )
    return rows[: size.rows], rows[size.rows :]


def write_source(folder: Path, rows: Rows) -> None:
    """Several Parquet files."""
    folder.mkdir(parents=True)
    for number, part in enumerate(np.array_split(np.arange(len(rows)), FILES)):
        vectors = pa.FixedSizeListArray.from_arrays(pa.array(rows[part].ravel(), pa.float32()), DIM)
        table = pa.table({"id": [f"p{row:08}" for row in part.tolist()], "vector": vectors})
        pq.write_table(table, folder / f"part-{number}.parquet", row_group_size=65_536)


def exact_neighbours(rows: Rows, queries: Rows) -> NDArray[np.int64]:
    """Row numbers of the true nearest, by comparing with all."""
    best = np.full((len(queries), K), np.inf, dtype=np.float32)
    ids = np.full((len(queries), K), -1, dtype=np.int64)
    squares = np.square(queries).sum(axis=1)[:, None]
    for start in range(0, len(rows), 32_768):
        part = rows[start : start + 32_768]
        apart = squares - 2 * queries @ part.T + np.square(part).sum(axis=1)
        near = (
            np.argpartition(apart, K, axis=1)[:, : 2 * K]
            if len(part) > 2 * K
            else np.tile(np.arange(len(part)), (len(queries), 1))
        )
        joined = np.concatenate([best, np.take_along_axis(apart, near, axis=1)], axis=1)
        joined_ids = np.concatenate([ids, near + start], axis=1)
        order = np.argsort(joined, axis=1)[:, :K]
        best, ids = np.take_along_axis(joined, order, axis=1), np.take_along_axis(joined_ids, order, axis=1)
    return ids


def recall_and_speed(graph: grnnd.Graph, queries: Rows, exact: NDArray[np.int64], ef: int) -> tuple[float, float]:
    """Recall@10, and queries a CPU-second of one thread, the best of three."""
    times = []
    for _ in range(3):
        started = time.process_time()
        found = graph.search(queries, K, ef=ef, threads=1).ids
        times.append(time.process_time() - started)
    hits = (found[:, :, None] == exact[:, None, :]).any(axis=1).mean()
    return float(hits), len(queries) / min(times)


@asynccontextmanager
async def job_store(redis: RedisProcess) -> AsyncIterator[JobStore]:
    """As the service sees the jobs."""
    queue = CeleryQueue("ann", redis.settings)
    store = JobStore("ann", redis.settings, queue.publish)
    yield store
    await store.close()
    await asyncio.to_thread(queue.close)


async def build_in_shards(home: Path, size: Size) -> Outcome:
    """Two workers; the first is killed amid a shard, and started again, as a supervisor would.

    Killed when no other shard waits: a lost one goes to the end of the queue, and while others wait, workers go on
    with those first.
    """
    spec = BuildSpec("bench-1", "bench", DIM, "l2", "imports/bench", size.shard_rows, 2, DEGREE, 0)
    with RedisProcess(home / "redis") as redis:
        env = {**redis.env, "MONSHIN_ANN_BUILD_THREADS": "1"}
        first, second = (WorkerProcess("monshin_ann.worker", home, env, name=name) for name in ("first", "second"))
        with first, second:
            async with job_store(redis) as store:
                started = time.monotonic()
                job = await store.submit(BUILD, spec)
                peaks: dict[int, int] = {}
                watching = asyncio.create_task(_watch_memory([first, second], peaks))
                resumed_s, attempts = await _kill_amid(store, job.id, first)
                done, *parts = await _ended(store, job.id)
                watching.cancel()
                assert done.state is State.SUCCEEDED, done
                wall_s = time.monotonic() - started
    artefacts = ArtefactStore((home / "data" / "artefacts").as_uri())
    reference = Artefact.of(decode(BuildResult, done.result).manifest)
    published = manifest.decode(manifest.Published, artefacts.read(reference))
    artefacts.fetch(published.files["graph.grnnd"], home / "graph.grnnd")
    return Outcome(done, parts, home / "graph.grnnd", wall_s, resumed_s, attempts, max(peaks.values()))


async def _kill_amid(store: JobStore, job_id: JobId, worker: WorkerProcess) -> tuple[float, int]:
    while True:
        shards = [each for each in await _jobs(store, job_id) if each.kind == SHARD.name]
        states = [each.state for each in shards]
        if states and State.QUEUED not in states and states.count(State.RUNNING) == 2:
            break
        await asyncio.sleep(0.05 if states else 0.2)
    worker.kill()
    killed_at = time.monotonic()
    worker.start()
    resumed_s = 0.0
    while True:
        again = [each for each in await _jobs(store, job_id) if each.attempt > 1 and each.state is not State.QUEUED]
        if again:
            resumed_s = time.monotonic() - killed_at
            break
        await asyncio.sleep(0.1)
    return resumed_s, len(again)


async def _ended(store: JobStore, job_id: JobId) -> list[Job]:
    deadline = time.monotonic() + LIMIT_S
    while True:
        jobs = await _jobs(store, job_id)
        if jobs[0].state.is_final:
            return jobs
        assert time.monotonic() < deadline, "the build does not end"
        await asyncio.sleep(0.5)


async def _jobs(store: JobStore, job_id: JobId) -> list[Job]:
    """The build and its parts; on a busy machine Redis may need more than the second that a service gives it."""
    deadline = time.monotonic() + 60
    while True:
        try:
            return [await store.get(job_id), *await store.children(job_id)]
        except Unavailable:
            if time.monotonic() > deadline:
                raise


async def _watch_memory(workers: Sequence[WorkerProcess], peaks: dict[int, int]) -> None:
    """Of each process of the workers, all that is resident, mapped files included."""
    while True:
        for worker in workers:
            try:
                for process in psutil.Process(worker.pid).children(recursive=True):
                    peaks[process.pid] = max(peaks.get(process.pid, 0), process.memory_info().rss)
            except psutil.NoSuchProcess:
                continue
        await asyncio.sleep(0.25)


def build_whole(rows: Rows) -> tuple[grnnd.Graph, float, int]:
    """All at once, in this process: the graph, CPU-seconds, and the most memory that it took, vectors included."""
    usage = Usage()
    before = usage.memory_bytes
    graph = grnnd.build(rows, degree=DEGREE, threads=1, progress=lambda _: usage.look())
    cpu_s = usage.cpu_s
    usage.look()
    return graph, cpu_s, usage.memory_bytes - before + rows.nbytes


def measure(is_quick: bool) -> Iterator[Result]:
    """In shards, then whole, then recall of both."""
    size = Size(20_000, 100, 6_000) if is_quick else Size(1_000_000, 2_000, 250_000)
    rows, queries = make_vectors(size)
    with tempfile.TemporaryDirectory(dir=os.environ.get("MONSHIN_BENCH_DIR"), prefix="monshin-bench-") as name:
        home = Path(name)
        write_source(home / "data" / "artefacts" / "imports" / "bench", rows)
        outcome = asyncio.run(build_in_shards(home, size))
        shards = [decode(ShardResult, each.result) for each in outcome.parts if each.kind == SHARD.name]
        plan = next(decode(PlanResult, each.result) for each in outcome.parts if each.kind == PLAN.name)
        merge = next(decode(MergeResult, each.result) for each in outcome.parts if each.kind == MERGE.name)
        whole, whole_cpu_s, whole_bytes = build_whole(rows)
        cpu_s = {"plan": plan.cpu_s, "shards": sum(each.cpu_s for each in shards), "merge": merge.cpu_s}
        largest = max(each.rows for each in shards)
        print(
            f"{size.rows} × {DIM}: {len(shards)} shards of up to {largest} rows, {sum(e.rows for e in shards)} in all; "
            f"CPU-s {cpu_s}; one build of all {whole_cpu_s}; wall {outcome.wall_s:.0f} s; "
            f"{merge.linked} rows were linked; jobs taken again: {outcome.killed_attempts}; "
            f"memory of a worker (anonymous, MiB): plan {plan.memory_bytes >> 20}, "
            f"shard {max(e.memory_bytes for e in shards) >> 20}, merge {merge.memory_bytes >> 20}; "
            f"resident with mapped files {outcome.mapped_peak >> 20}; one build of all {whole_bytes >> 20}",
            file=sys.stderr,
        )
        graph = grnnd.load(outcome.graph)
        exact = exact_neighbours(rows, queries)
        for ef in (32, 64, 128):
            ours, peer = (recall_and_speed(each, queries, exact, ef) for each in (graph, whole))
            what, name = f"recall@10 at ef {ef}", "one build of all"
            yield Result(what, ours[0], peer[0], name, 0.98, "", "higher")
            yield Result(f"queries/CPU-s at ef {ef}", ours[1], peer[1], name, 0.5, "queries/s", "higher")
        per_vector = 1e6 / size.rows
        total = sum(cpu_s.values()) * per_vector
        yield Result("CPU a vector", total, whole_cpu_s * per_vector, "one build of all", 4.0, "µs", "lower")
        peak = max(plan.memory_bytes, merge.memory_bytes, *(each.memory_bytes for each in shards))
        if not is_quick:  # then an idle interpreter would be most of it
            yield Result(
                "memory of a worker", peak / 2**20, whole_bytes / 2**20, "one build of all", 0.7, "MiB", "lower"
            )
        yield Result("from kill -9 to the next attempt", outcome.resumed_s, None, "", 15.0, "s", "lower")


if __name__ == "__main__":
    main(__doc__ or "", measure)
