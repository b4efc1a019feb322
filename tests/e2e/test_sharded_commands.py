"""`monshin index sharded` against the real ann, a real worker and a real Redis."""

import json
from collections.abc import AsyncIterator, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import pytest_asyncio
from monshin_kit.testing import ServiceProcess
from monshin_kit.testing.redis import RedisProcess
from monshin_kit.testing.worker import WorkerProcess

from .command import Monshin

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

DIM = 16
COUNT = 2000
BEGIN = ("index", "sharded", "begin")
OPTIONS = ("--dim", str(DIM), "--metric", "l2", "--shard-rows", "1000", "--degree", "16")


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisProcess]:
    """Of this module."""
    with RedisProcess(tmp_path_factory.mktemp("redis")) as process:
        yield process


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ann(tmp_path_factory: pytest.TempPathFactory, redis: RedisProcess) -> AsyncIterator[ServiceProcess]:
    """With a source of COUNT points under imports/notes."""
    home = tmp_path_factory.mktemp("ann")
    source = home / "data" / "artefacts" / "imports" / "notes"
    source.mkdir(parents=True)
    rows = np.random.default_rng(0).standard_normal((COUNT, DIM)).astype(np.float32)
    vectors = pa.FixedSizeListArray.from_arrays(pa.array(rows.ravel(), pa.float32()), DIM)
    pq.write_table(pa.table({"id": [f"p{n}" for n in range(COUNT)], "vector": vectors}), source / "a.parquet")
    async with ServiceProcess("monshin_ann", home, redis.env) as running:
        yield running


@pytest.fixture
def worker(ann: ServiceProcess, redis: RedisProcess) -> WorkerProcess:
    """Of that home; a test starts it."""
    return WorkerProcess("monshin_ann.worker", ann.home, redis.env)


async def test_a_build_is_begun_cancelled_resumed_and_watched_to_its_end(
    monshin: Monshin, worker: WorkerProcess
) -> None:
    """No worker runs until the build is watched. Afterwards `index list` shows the collection among the others."""
    begun = (await monshin(*BEGIN, "notes", "imports/notes", *OPTIONS, "--json")).record
    assert begun["metadata"]["phase"] == "SHARDED_BUILD_PHASE_QUEUED"
    refused = await monshin(*BEGIN, "notes", "imports/notes", *OPTIONS)
    assert (refused.status, "ALREADY_EXISTS" in refused.errors) == (1, True)
    cancelled = (await monshin("index", "sharded", "cancel", "notes", "--json")).record
    assert (cancelled["name"], cancelled["metadata"]["phase"]) == (begun["name"], "SHARDED_BUILD_PHASE_CANCELLED")
    watched = await monshin("index", "sharded", "watch", begun["name"])
    assert (watched.status, "is not built" in watched.errors) == (1, True), "its end is no collection"
    resumed = (await monshin("index", "sharded", "resume", begun["name"].rpartition("/")[2], "--json")).record
    assert "done" not in resumed
    with worker:
        watched = await monshin("index", "sharded", "watch", "collections/notes", "--json")
    assert (watched.status, watched.record["response"]["stats"]["points"]) == (0, str(COUNT)), watched.errors
    assert "ready" in watched.errors
    assert (await monshin("index", "sharded", "show", "notes", "--json")).record == watched.record
    listed = [json.loads(line) for line in (await monshin("index", "sharded", "list", "--json")).output.splitlines()]
    assert listed == [watched.record]
    for command in (["list"], ["show", "notes"]):
        shown = await monshin("index", "sharded", *command)
        assert (shown.status, "ready" in shown.output, "notes" in shown.output) == (0, True, True), shown.errors

    assert (await monshin("ann", "create", "other", "--dim", "2")).status == 0
    (notes, other) = [json.loads(line) for line in (await monshin("index", "list", "--json")).output.splitlines()]
    assert (notes["name"], notes["index"]) == ("collections/notes", None)
    assert other["index"]["state"] == "INDEX_STATE_READY"
    table = await monshin("index", "list")
    assert (table.status, "sharded" in table.output, "ready" in table.output) == (0, True, True), table.errors


async def test_who_waits_for_a_build_that_fails_is_told_why_with_status_1(
    monshin: Monshin, worker: WorkerProcess
) -> None:
    with worker:
        ended = await monshin(*BEGIN, "none", "imports/none", *OPTIONS, "--wait")
    assert ended.status == 1
    assert "there is no file *.parquet under imports/none/" in ended.errors
    assert "failed" in ended.output


async def test_a_wrong_request_and_an_unknown_build_end_with_their_status(monshin: Monshin) -> None:
    assert (await monshin(*BEGIN, "x", "imports/notes")).status == 2, "no dim"
    for source in ("elsewhere", "imports/../keys"):
        refused = await monshin(*BEGIN, "x", source, *OPTIONS)
        assert (refused.status, "INVALID_ARGUMENT" in refused.errors) == (1, True)
    for command in ("show", "watch", "cancel", "resume"):
        for build in ("nobodys", f"ann/jobs/{'0' * 32}"):
            unknown = await monshin("index", "sharded", command, build)
            assert (unknown.status, "does not exist" in unknown.errors) == (1, True), unknown
