"""`monshin index` against the real ann."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
from monshin_kit.testing import ServiceProcess
from monshin_protos.ann.v1 import index_pb2, index_pb2_grpc

from .command import Monshin

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

DIM = 16
COUNT = 3000


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ann(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServiceProcess]:
    """Graphs from 1,000 points on."""
    home = tmp_path_factory.mktemp("ann")
    async with ServiceProcess("monshin_ann", home, {"MONSHIN_ANN_SEAL_POINTS": "1000"}) as running:
        yield running


@pytest.fixture(scope="module")
def vectors(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of COUNT rows."""
    path = tmp_path_factory.mktemp("vectors") / "v.npy"
    np.save(path, np.random.default_rng(0).standard_normal((COUNT, DIM)).astype("float32"))
    return path


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def filled(monshin: Monshin, vectors: Path) -> str:
    """A collection with all rows, held before any graph was built."""
    assert (await monshin("ann", "create", "notes", "--dim", str(DIM), "--metric", "l2")).status == 0
    assert (await monshin("index", "hold", "notes", "--json")).record["state"] == "INDEX_STATE_HELD"
    assert (await monshin("ann", "upsert", "notes", str(vectors))).status == 0
    return "notes"


async def test_a_build_that_is_awaited_ends_with_a_graph_of_all_points(monshin: Monshin, filled: str) -> None:
    """Held until then; the progress goes to stderr, the index to stdout."""
    before = (await monshin("index", "show", filled, "--json")).record
    assert (before["state"], before["head_points"]) == ("INDEX_STATE_HELD", str(COUNT))
    built = await monshin("index", "build", filled, "--wait", "--json")
    assert built.record["state"] == "INDEX_STATE_READY"
    assert [segment["points"] for segment in built.record["segments"]] == [str(COUNT)]
    assert "ready" in built.errors
    (listed,) = [json.loads(line) for line in (await monshin("index", "list", "--json")).output.splitlines()]
    assert (listed["name"], listed["stats"]["indexed_points"]) == ("collections/notes", str(COUNT))
    assert listed["index"] == (await monshin("index", "show", filled, "--json")).record


async def test_people_get_tables_with_the_same_numbers(monshin: Monshin, filled: str) -> None:
    assert (await monshin("index", "build", filled, "--wait")).status == 0
    listed, shown = await monshin("index", "list"), await monshin("index", "show", filled)
    for words in (listed.output, shown.output):
        assert filled in words
        assert "ready" in words
        assert f"{COUNT:,}" in words


async def test_a_search_takes_a_width_or_a_recall(monshin: Monshin, filled: str, tmp_path: Path, vectors: Path) -> None:
    """An exact search finds at least as many of the true neighbours as a narrow beam; both find the point itself."""
    np.save(tmp_path / "q.npy", np.load(vectors)[:20])
    found = {}
    for option, value in (("--recall", "1"), ("--ef", "10")):
        ended = await monshin("ann", "search", filled, str(tmp_path / "q.npy"), "-k", "5", option, value)
        assert ended.status == 0, ended.errors
        found[option] = [json.loads(line) for line in ended.output.splitlines()]
    rows = np.load(vectors).astype(np.float64)
    for number, hits in enumerate(found["--recall"]):
        nearest = np.argsort(((rows - rows[number]) ** 2).sum(axis=1), kind="stable")[:5]
        assert hits["ids"] == [str(place) for place in nearest]
    assert len(found["--ef"]) == 20
    both = await monshin("ann", "search", filled, str(tmp_path / "q.npy"), "--ef", "10", "--recall", "1")
    assert both.status == 2


async def test_a_search_tells_the_recall_that_was_measured(
    monshin: Monshin, filled: str, tmp_path: Path, vectors: Path
) -> None:
    """On standard error, so that the lines stay lines: the figure of the graph for the beam asked for, or nothing."""
    np.save(tmp_path / "q.npy", np.load(vectors)[:5])
    built = await monshin("index", "build", filled, "--wait", "--json")
    (segment,) = built.record["segments"]
    narrow = next(point for point in segment["recalls"] if point["ef"] == 16)
    measured = {
        ("10", "--ef", "16"): f"{narrow['recall']:.1%}",
        ("10", "--recall", "1"): "100.0%",
        ("1", "--ef", "1"): "",
    }
    for (k, *effort), share in measured.items():
        ended = await monshin("ann", "search", filled, str(tmp_path / "q.npy"), "-k", k, *effort)
        told = f"such searches found {share} of the nearest when the graphs were built\n"
        assert ended.errors == (told if share else "")
        assert [set(json.loads(line)) for line in ended.output.splitlines()] == [{"ids", "distances"}] * 5


async def test_a_search_out_of_time_says_so_in_its_lines(monshin: Monshin, tmp_path: Path) -> None:
    """Comparing 256 rows with 20,000 of 64 numbers takes more than a millisecond on any machine."""
    await make_large(monshin, "slow", tmp_path)
    np.save(tmp_path / "q.npy", np.load(tmp_path / "large.npy")[:256])
    for budget, truncated in (("1", True), ("0", False)):
        ended = await monshin("ann", "search", "slow", str(tmp_path / "q.npy"), "--recall", "1", "--budget-ms", budget)
        assert ended.status == 0, ended.errors
        lines = [json.loads(line) for line in ended.output.splitlines()]
        assert {line.get("truncated", False) for line in lines} == {truncated}
        assert len(lines) == 256
    assert (await monshin("ann", "delete", "slow", "--all")).status == 0


async def test_a_snapshot_brings_back_what_was_deleted(monshin: Monshin, filled: str, tmp_path: Path) -> None:
    file = tmp_path / "notes.snapshot"
    assert (await monshin("index", "snapshot", filled, str(file))).status == 0
    assert [path.name for path in tmp_path.iterdir()] == ["notes.snapshot"]
    assert (await monshin("ann", "delete", filled, "0", "1")).status == 0
    restored = (await monshin("index", "restore", filled, str(file), "--json")).record
    assert restored["stats"]["points"] == str(COUNT)
    assert (await monshin("ann", "get", filled, "0", "1")).status == 0


async def test_a_damaged_snapshot_is_refused_and_the_collection_stays(
    monshin: Monshin, filled: str, tmp_path: Path
) -> None:
    file = tmp_path / "notes.snapshot"
    assert (await monshin("index", "snapshot", filled, str(file))).status == 0
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 0xFF
    file.write_bytes(data)
    refused = await monshin("index", "restore", filled, str(file))
    assert (refused.status, refused.output) == (1, "")
    assert refused.errors.startswith("monshin: INVALID_ARGUMENT")
    assert (await monshin("ann", "stats", filled)).record["stats"]["points"] == str(COUNT)


async def test_points_are_exported_for_other_systems(
    monshin: Monshin, filled: str, tmp_path: Path, vectors: Path
) -> None:
    """Parquet at any time; FAISS once all points lie in one segment, and then it finds each of them."""
    import faiss
    from pyarrow import parquet

    folder = tmp_path / "out"
    assert (await monshin("index", "export", filled, str(folder), "--format", "parquet")).status == 0
    table = parquet.read_table(folder / "points.parquet")
    rows = np.load(vectors)
    places = [int(name) for name in table["id"].to_pylist()]
    assert sorted(places) == list(range(COUNT))
    assert np.array_equal(np.array(table["vector"].to_pylist(), dtype=np.float32), rows[places])

    assert (await monshin("index", "build", filled, "--wait")).status == 0
    assert (await monshin("index", "export", filled, str(folder), "--format", "faiss")).status == 0
    assert {path.name for path in folder.iterdir()} == {"points.parquet", "index.faiss", "ids.txt"}
    ids = [json.loads(line) for line in (folder / "ids.txt").read_text().splitlines()]
    graph = faiss.read_index(str(folder / "index.faiss"))
    graph.hnsw.efSearch = 200
    _, nearest = graph.search(rows[:50], 1)
    assert [ids[place] for place in nearest[:, 0]] == [str(number) for number in range(50)]


async def test_an_export_that_is_refused_leaves_no_file(monshin: Monshin, filled: str, tmp_path: Path) -> None:
    assert (await monshin("index", "hold", filled)).status == 0
    assert (await monshin("ann", "delete", filled, "5")).status == 0
    refused = await monshin("index", "export", filled, str(tmp_path / "out"), "--format", "faiss")
    assert refused.status == 1
    assert "FAILED_PRECONDITION" in refused.errors
    assert list((tmp_path / "out").iterdir()) == []


async def test_a_hold_ends_an_awaited_build_with_status_1(
    monshin: Monshin, ann: ServiceProcess, tmp_path: Path
) -> None:
    """Somebody else holds it; the one who waits is told, and not left waiting."""
    await make_large(monshin, "large", tmp_path)
    waiting = asyncio.create_task(monshin("index", "build", "large", "--wait", "--json"))
    await until_building(ann, "large")
    stub = index_pb2_grpc.IndexServiceStub(ann.channel())
    await stub.CancelBuild(index_pb2.CancelBuildRequest(name="collections/large/index"))
    ended = await waiting
    assert ended.status == 1
    assert json.loads(ended.output)["state"] == "INDEX_STATE_HELD"
    assert "held" in ended.errors


async def test_who_waits_for_a_build_outlives_the_service(
    monshin: Monshin, ann: ServiceProcess, tmp_path: Path
) -> None:
    """Hazard: the service dies while it builds (kill -9). It comes back, builds again, and the command sees the end."""
    await make_large(monshin, "larger", tmp_path)
    waiting = asyncio.create_task(monshin("index", "build", "larger", "--wait", "--json"))
    await until_building(ann, "larger")
    await ann.kill()
    await ann.start()
    await ann.wait_serving()
    assert (await waiting).record["state"] == "INDEX_STATE_READY"


async def test_a_build_that_failed_tells_why_and_when_it_is_tried_again(
    monshin: Monshin, tmp_path: Path, vectors: Path
) -> None:
    """A row too long for a graph fails every build; without it the next one gets through."""
    rows = np.load(vectors)
    rows[3] = 1e17
    np.save(tmp_path / "long.npy", rows)
    assert (await monshin("ann", "create", "long", "--dim", str(DIM), "--metric", "l2")).status == 0
    assert (await monshin("index", "hold", "long")).status == 0
    assert (await monshin("ann", "upsert", "long", str(tmp_path / "long.npy"))).status == 0
    waiting = await monshin("index", "build", "long", "--wait", "--json")
    assert waiting.status == 1
    assert json.loads(waiting.output)["state"] == "INDEX_STATE_FAILED"

    failed = (await monshin("index", "show", "long", "--json")).record
    assert 0 < failed["retry_seconds"] <= 600
    assert failed["wanted_sequence"] == failed["sequence"]
    shown = (await monshin("index", "show", "long")).output
    assert f"the last build failed: {failed['failure']}" in shown
    assert re.search(r"it is tried again in \d+ s\n", shown)
    assert f"a graph is wanted for all points up to sequence {failed['sequence']}\n" in shown

    assert (await monshin("ann", "delete", "long", "3")).status == 0
    assert (await monshin("index", "build", "long", "--wait")).status == 0
    shown = (await monshin("index", "show", "long")).output
    assert "ready" in shown
    assert not any(words in shown for words in ("failed", "tried again", "wanted"))
    assert (await monshin("ann", "delete", "long", "--all")).status == 0


async def test_what_does_not_exist_ends_with_status_1(monshin: Monshin, ann: ServiceProcess, tmp_path: Path) -> None:
    for command in (["show", "none"], ["build", "none"], ["snapshot", "none", str(tmp_path / "none")]):
        ended = await monshin("index", *command)
        assert ended.status == 1
        assert "NOT_FOUND" in ended.errors
    assert list(tmp_path.iterdir()) == []


async def make_large(monshin: Monshin, name: str, folder: Path) -> None:
    """A collection whose build takes some seconds, held."""
    np.save(folder / "large.npy", np.random.default_rng(1).standard_normal((20_000, 64)).astype("float32"))
    assert (await monshin("ann", "create", name, "--dim", "64")).status == 0
    assert (await monshin("index", "hold", name)).status == 0
    assert (await monshin("ann", "upsert", name, str(folder / "large.npy"))).status == 0


async def until_building(ann: ServiceProcess, name: str) -> None:
    """Returns once a build of it is at work; asks by gRPC, since a command takes as long as the build."""
    stub = index_pb2_grpc.IndexServiceStub(ann.channel())
    request = index_pb2.GetIndexRequest(name=f"collections/{name}/index")
    async with asyncio.timeout(60):
        while (await stub.GetIndex(request)).state != index_pb2.INDEX_STATE_BUILDING:
            await asyncio.sleep(0.05)
