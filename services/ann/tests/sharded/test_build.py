"""Builds by real workers over a real Redis: the graph, the sums, what is refused, what a kill leaves behind."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import grnnd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from monshin_ann.sharded import manifest
from monshin_ann.sharded.kinds import BUILD, SHARD, BuildResult, BuildSpec, ShardResult
from monshin_kit.jobs import Artefact, ArtefactStore, Job, State, decode
from monshin_kit.jobs.store import JobStore
from monshin_kit.testing import eventually
from monshin_kit.testing.worker import WorkerProcess
from sharded_sources import DIM, artefacts_folder, clustered, make_spec, write_parquet

pytestmark = pytest.mark.slow  # each test starts a worker

MakeWorker = Callable[..., WorkerProcess]

ROWS = 4000
RESUME_LIMIT_S = 15.0


async def built(store: JobStore, spec: BuildSpec) -> Job:
    job = await store.submit(BUILD, spec)
    return await store.wait(job.id, 120)


async def sums(store: JobStore, job: Job) -> dict[int, tuple[str, str]]:
    """By cell, in the order of the cells' sizes: checksums of what the shards found."""
    results = [decode(ShardResult, each.result) for each in await store.children(job.id) if each.kind == SHARD.name]
    pairs = sorted((Artefact.of(each.part_rows).sha256, Artefact.of(each.part_lists).sha256) for each in results)
    return dict(enumerate(pairs))


def published(artefacts: ArtefactStore, job: Job) -> manifest.Published:
    reference = decode(BuildResult, job.result).manifest
    return manifest.decode(manifest.Published, artefacts.read(Artefact.of(reference)))


def write_source(home: Path, count: int = ROWS) -> np.ndarray:
    rows = clustered(count + 200)[:count]  # queries of the same clusters are beyond
    folder = artefacts_folder(home) / "imports" / "notes"
    write_parquet(folder / "a.parquet", rows[: count // 3])
    write_parquet(folder / "b.parquet", rows[count // 3 :], count // 3)
    return rows


@pytest.mark.parametrize("metric", ["l2", "cosine"])
async def test_a_build_in_shards_finds_what_one_of_all_finds(
    store: JobStore, worker: MakeWorker, artefacts: ArtefactStore, tmp_path: Path, metric: str
) -> None:
    rows = write_source(tmp_path)
    with worker():
        done = await built(store, make_spec(metric=metric))
        await eventually(
            lambda: not artefacts.names(f"ann/checkpoints/{done.id}"), "what only the build needed is gone"
        )
    assert done.state is State.SUCCEEDED, done.failure
    result = decode(BuildResult, done.result)
    assert result.rows == ROWS
    assert result.shards >= ROWS * 2 / 1000
    made = published(artefacts, done)
    artefacts.fetch(made.files["graph.grnnd"], tmp_path / "graph")
    graph = grnnd.load(tmp_path / "graph")
    queries = clustered(ROWS + 200)[ROWS:]
    whole = grnnd.build(rows, metric=metric, degree=16, threads=1)
    exact = whole.search(queries, 10, ef=ROWS, threads=1).ids
    recalls = [
        np.mean([len(set(a) & set(b)) / 10 for a, b in zip(found.tolist(), exact.tolist(), strict=True)])
        for found in (each.search(queries, 10, ef=64, threads=1).ids for each in (graph, whole))
    ]
    print(f"recall@10 at ef 64 in shards, of all at once: {recalls}")
    assert recalls[0] >= max(0.95, recalls[1] - 0.02)


async def test_a_worker_killed_amid_a_shard_changes_nothing_but_the_time(
    store: JobStore, worker: MakeWorker, artefacts: ArtefactStore, tmp_path: Path
) -> None:
    """Hazard: a machine is gone while it builds a shard. Another worker takes it, and finds the same bit by bit."""
    write_source(tmp_path, 20_000)
    spec = make_spec(shard_rows=5000, degree=32)
    with worker("first") as first:
        job = await store.submit(BUILD, spec)

        async def amid_a_shard() -> bool:
            shards = [each for each in await store.children(job.id) if each.kind == SHARD.name]
            return any(each.state is State.RUNNING and each.progress.phase == "build" for each in shards)

        await eventually(amid_a_shard, "a shard is being built", limit_s=60)
        running = {each.id for each in await store.children(job.id) if each.state is State.RUNNING}
        first.kill()
        killed_at = time.monotonic()
    with worker("second"):

        async def resumed() -> bool:
            return any(each.id in running and each.attempt == 2 for each in await store.children(job.id))

        await eventually(resumed, "another worker has what the first had", limit_s=60)
        took_s = time.monotonic() - killed_at
        done = await store.wait(job.id, 120)
        again = await built(store, spec)
    print(f"resumed {took_s:.1f} s after kill -9, start of the second worker included")
    assert took_s < RESUME_LIMIT_S
    assert (done.state, again.state) == (State.SUCCEEDED, State.SUCCEEDED), done.failure
    assert await sums(store, done) == await sums(store, again)
    one, other = published(artefacts, done), published(artefacts, again)
    assert Artefact.of(one.graph).sha256 == Artefact.of(other.graph).sha256
    leftover = list((tmp_path / "cache" / "ann-builds").iterdir())
    assert leftover == [], "also what the killed worker left behind"


async def test_what_lost_attempts_published_goes_when_the_build_ends(
    store: JobStore, worker: MakeWorker, artefacts: ArtefactStore, tmp_path: Path
) -> None:
    """Hazard: a worker is lost between publishing a plan's or a merge's files and saying so; others publish theirs."""
    write_source(tmp_path)
    spec = make_spec()
    folder = f"ann/sharded/{spec.shelf}"
    for name in ("points-000000", "vectors-000000", "graph-000000", "manifest-000000.json"):
        artefacts.put(f"{folder}/{name}", b"of an attempt that was lost")
    others = artefacts.put("ann/sharded/other-1/points-000001", b"of another build")
    with worker():
        done = await built(store, spec)
    assert done.state is State.SUCCEEDED, done.failure
    made = published(artefacts, done)
    said = Artefact.of(decode(BuildResult, done.result).manifest)
    assert artefacts.names(folder) == sorted([said.name, *(each.name for each in made.files.values())])
    assert artefacts.read(others)


async def test_a_cancelled_build_goes_on_from_the_shards_that_are_done(
    store: JobStore, worker: MakeWorker, tmp_path: Path
) -> None:
    write_source(tmp_path, 20_000)
    with worker():
        job = await store.submit(BUILD, make_spec(shard_rows=3000, degree=32))

        async def some_are_done() -> bool:
            shards = [each for each in await store.children(job.id) if each.kind == SHARD.name]
            return sum(each.state is State.SUCCEEDED for each in shards) >= 2

        await eventually(some_are_done, "two shards are done", limit_s=60)
        await store.cancel(job.id)
        cancelled = await store.wait(job.id, 30)
        assert cancelled.state is State.CANCELLED
        before = {each.id: each for each in await store.children(job.id) if each.state is State.SUCCEEDED}
        await store.resume(job.id)
        done = await store.wait(job.id, 120)
    assert done.state is State.SUCCEEDED, done.failure
    after = {each.id: each for each in await store.children(job.id)}
    assert len(before) >= 3, "the plan and two shards"
    assert all(after[id_].attempt == each.attempt for id_, each in before.items()), "none was done twice"


def cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def garbled(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4000:9000] = bytes(5000)
    path.write_bytes(content)


def of_other_dim(path: Path) -> None:
    write_parquet(path, clustered(50, DIM + 1), 50_000)


def repeating(path: Path) -> None:
    write_parquet(path, clustered(50), 7)


def not_finite(path: Path) -> None:
    rows = clustered(50)
    rows[13, 3] = np.nan
    write_parquet(path, rows, 50_000)


def without_vectors(path: Path) -> None:
    pq.write_table(pa.table({"id": ["x"]}), path)


def nested_payload(path: Path) -> None:
    vectors = pa.FixedSizeListArray.from_arrays(pa.array(np.ones(DIM), pa.float32()), DIM)
    pq.write_table(pa.table({"id": ["x"], "vector": vectors, "payload": ['{"a": {"b": 1}}']}), path)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (cut_off, ["b.parquet cannot be read as Parquet"]),
        (garbled, ["b.parquet"]),
        (of_other_dim, ["b.parquet", "fixed_size_list", "dim 16"]),
        (repeating, ["b.parquet: row 0 repeats the id of", "a.parquet: row 7"]),
        (not_finite, ["b.parquet: row 13", "not finite"]),
        (without_vectors, ["b.parquet", "vector is missing"]),
        (nested_payload, ["b.parquet: row 0", "payload"]),
    ],
)
async def test_a_wrong_source_is_refused_by_file_and_row(
    store: JobStore, worker: MakeWorker, tmp_path: Path, damage: Callable[[Path], None], words: list[str]
) -> None:
    folder = artefacts_folder(tmp_path) / "imports" / "notes"
    write_parquet(folder / "a.parquet", clustered(100))
    write_parquet(folder / "b.parquet", clustered(5000), 100)
    damage(folder / "b.parquet")
    with worker():
        failed = await built(store, make_spec())
    assert failed.state is State.FAILED
    assert failed.failure is not None
    assert failed.failure.code == "INVALID_ARGUMENT"
    assert all(word in failed.failure.message for word in words), failed.failure.message


@pytest.mark.parametrize("files", [[], [0], [0, 0]])
async def test_an_empty_source_is_refused(
    store: JobStore, worker: MakeWorker, tmp_path: Path, files: list[int]
) -> None:
    for number, count in enumerate(files):
        write_parquet(artefacts_folder(tmp_path) / "imports" / "notes" / f"{number}.parquet", clustered(count))
    with worker():
        failed = await built(store, make_spec())
    assert failed.failure is not None
    assert failed.failure.code == "INVALID_ARGUMENT"
    assert "imports/notes" in failed.failure.message


async def test_an_artefact_damaged_amid_a_build_fails_it_by_name(
    store: JobStore, worker: MakeWorker, tmp_path: Path
) -> None:
    write_source(tmp_path)
    job = await store.submit(BUILD, make_spec())
    work = artefacts_folder(tmp_path) / "ann" / "checkpoints" / job.id / "work"
    with worker():
        for _ in range(600):
            found = list(work.glob("plan-*/vectors-00003"))
            if found and found[0].stat().st_size > 0:
                found[0].write_bytes(b"x" * found[0].stat().st_size)
                break
            await asyncio.sleep(0.01)
        done = await store.wait(job.id, 120)
    assert done.state is State.FAILED
    assert done.failure is not None
    assert done.failure.code == "DATA_LOSS"


@pytest.mark.parametrize("count", [1, 2, 30])
async def test_a_few_points_make_a_collection_too(
    store: JobStore, worker: MakeWorker, artefacts: ArtefactStore, tmp_path: Path, count: int
) -> None:
    write_parquet(artefacts_folder(tmp_path) / "imports" / "notes" / "a.parquet", clustered(count))
    with worker():
        done = await built(store, make_spec())
    assert done.state is State.SUCCEEDED, done.failure
    artefacts.fetch(published(artefacts, done).files["graph.grnnd"], tmp_path / "graph")
    hits = grnnd.load(tmp_path / "graph").search(clustered(count), count, threads=1)
    assert (np.sort(hits.ids, axis=1) == np.arange(count)).all()
