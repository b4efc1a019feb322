"""Stores that die, full queues, builds that do not fit, processes that end: a build fails, none is half done."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import grnnd
import httpx
import psutil
import pytest
from monshin_ann.remote_build.memory import predicted_bytes, predicted_disk_bytes
from monshin_ann.remote_build.object_store import S3Store
from monshin_ann.remote_build.request import BuildRequest, parse
from monshin_kit.testing import FaultProxy, eventually, free_port

Make = Callable[..., Any]


def temporary_files(home: Path) -> list[Path]:
    """Of builds, in the data folder of a process."""
    return list((home / "data" / "ann" / "remote-build").rglob("*"))


async def test_a_store_that_is_killed_fails_the_build_and_the_service_goes_on(
    builder_process: Make, connect: Make, mortal_store: Any, sent: Any, sample: Any, tmp_path: Path
) -> None:
    rows, _ = sample(300, 16)
    process, target = builder_process(mortal_store)
    async with process:
        client = connect(mortal_store, target)
        key = client.write(rows)
        mortal_store.kill()
        status = await client.build(sent(key, rows))
        assert status["task_status"] == "FAILED_INDEX_BUILD"
        assert "object store cannot be used" in status["error_message"]
        assert temporary_files(tmp_path) == []
        await process.wait_serving()


async def test_a_store_that_is_cut_off_during_the_upload_leaves_no_index(
    builder_process: Make, connect: Make, store: Any, sent: Any, sample: Any, tmp_path: Path
) -> None:
    """Hazard: a part of an index passes for the whole. The proxy lets reads through and cuts at the first byte of more
    than a header from the service."""
    rows, _ = sample(2000, 64)
    async with Upstream(store.port) as proxy:
        process, target = builder_process(store, MONSHIN_ANN_REMOTE_BUILD_S3_ENDPOINT=f"http://{proxy.target}")
        async with process:
            client = connect(store, target)
            key = client.write(rows)
            status = await client.build(sent(key, rows))
            assert status["task_status"] == "FAILED_INDEX_BUILD"
            assert proxy.cuts > 0
            assert f"{key}.faiss" not in store.names()
            assert temporary_files(tmp_path) == []


class Upstream(FaultProxy):
    """Cuts each connection over which a client sends more than 64 KiB."""

    def __init__(self, port: int) -> None:
        super().__init__(f"127.0.0.1:{port}")
        self.cuts = 0

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        is_request = sink.get_extra_info("peername")[1] == self._target[1]
        sent = 0
        while data := await source.read(16384):
            sent += len(data)
            if is_request and sent > 65536:
                self.cuts += 1
                sink.transport.abort()
                return
            sink.write(data)
            await sink.drain()
        sink.close()


async def test_builds_beyond_the_queue_are_refused_and_those_before_are_done(
    builder_process: Make, connect: Make, store: Any, sent: Any, sample: Any
) -> None:
    rows, _ = sample(30_000, 64)  # long enough for the others to be asked for meanwhile
    process, target = builder_process(store, MONSHIN_ANN_REMOTE_BUILD_QUEUE_LIMIT="1")
    async with process:
        client = connect(store, target)
        bodies = [sent(client.write(rows), rows) for _ in range(4)]
        answers = [await client.submit(body) for body in bodies]
        assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
        assert int(answers[2].headers["Retry-After"]) >= 1
        for answer in answers[:2]:
            assert (await client.finished(answer.json()["job_id"]))["task_status"] == "COMPLETED_INDEX_BUILD"
        assert (await client.build(bodies[2]))["task_status"] == "COMPLETED_INDEX_BUILD"


async def test_a_build_that_does_not_fit_is_refused_with_its_estimate(
    builder_process: Make, connect: Make, store: Any, sent: Any, sample: Any
) -> None:
    rows, _ = sample(10, 16)
    process, target = builder_process(store, MONSHIN_ANN_REMOTE_BUILD_MEMORY_LIMIT_MIB="256")
    async with process:
        client = connect(store, target)
        answer = await client.submit(sent("v/a", rows, doc_count=1_000_000, dimension=768))
        assert answer.status_code == 507
        assert "bytes of memory, there are 268,435,456" in answer.json()["detail"]
        key = client.write(rows)
        assert (await client.build(sent(key, rows)))["task_status"] == "COMPLETED_INDEX_BUILD"


@pytest.mark.parametrize("limit_mib", [256, 0], ids=["by the setting", "by the machine"])
async def test_a_build_that_can_never_fit_is_refused_while_another_runs(
    builder_process: Make, connect: Make, store: Any, sent: Any, sample: Any, limit_mib: int
) -> None:
    """Hazard: OpenSearch waits for its turn, and only then learns that it must build the index itself."""
    rows, _ = sample(30_000, 64)  # long enough for the other to be asked for meanwhile
    process, target = builder_process(store, MONSHIN_ANN_REMOTE_BUILD_MEMORY_LIMIT_MIB=str(limit_mib))
    limit = limit_mib << 20 or grnnd.memory.total_bytes()
    async with process:
        client = connect(store, target)
        first = (await client.submit(sent(client.write(rows), rows))).json()["job_id"]
        body = sent("v/never", rows, doc_count=2**31 - 2, dimension=1024)
        answer = await client.submit(body)
        assert answer.status_code == 507
        needed = predicted_bytes(parse(json.dumps(body).encode()))
        assert f"needs about {needed:,} bytes of memory, there are {limit:,}" in answer.json()["detail"]
        running = (await client.status(first)).json()
        assert running["task_status"] == "RUNNING_INDEX_BUILD", "it was refused while another ran"
        assert (await client.finished(first))["task_status"] == "COMPLETED_INDEX_BUILD"


async def test_a_service_that_was_killed_forgets_its_builds_and_removes_their_files(
    builder_process: Make, connect: Make, store: Any, sent: Any, sample: Any, tmp_path: Path
) -> None:
    """OpenSearch gets 404 for the job and builds the index itself, as with the reference builder."""
    rows, _ = sample(60_000, 64)
    process, target = builder_process(store)
    async with process:
        client = connect(store, target)
        key = client.write(rows)
        job = (await client.submit(sent(key, rows))).json()["job_id"]
        await eventually(lambda: bool(temporary_files(tmp_path)), "the build began")
        await process.kill()
        assert temporary_files(tmp_path)
        await process.start()
        await process.wait_serving()
        assert temporary_files(tmp_path) == []
        assert (await client.status(job)).status_code == 404
        assert f"{key}.faiss" not in store.names()


async def test_a_service_that_is_told_to_stop_ends_a_long_build_early(
    builder_process: Make, connect: Make, store: Any, sent: Any, sample: Any, tmp_path: Path
) -> None:
    rows, _ = sample(60_000, 64)
    process, target = builder_process(store)
    async with process:
        client = connect(store, target)
        key = client.write(rows)
        await client.submit(sent(key, rows))
        await eventually(lambda: bool(temporary_files(tmp_path)), "the build began")
        await client.http.aclose()
        assert await process.stop() == 0
        assert temporary_files(tmp_path) == []
        assert f"{key}.faiss" not in store.names()


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"CREDENTIAL_FILE": ""}, "MONSHIN_ANN_REMOTE_BUILD_CREDENTIAL_FILE is empty"),
        ({"CREDENTIAL_FILE": "/nowhere"}, "MONSHIN_ANN_REMOTE_BUILD_CREDENTIAL_FILE: the file cannot be read"),
        ({"PORT": "taken"}, "MONSHIN_ANN_REMOTE_BUILD_PORT"),
    ],
)
async def test_a_service_that_cannot_open_the_port_does_not_start_and_names_the_setting(
    builder_process: Make, store: Any, changed: dict[str, str], told: str
) -> None:
    env = {f"MONSHIN_ANN_REMOTE_BUILD_{name}": value for name, value in changed.items()}
    if changed.get("PORT") == "taken":
        env["MONSHIN_ANN_REMOTE_BUILD_PORT"] = str(store.port)
    process, _ = builder_process(store, **env)
    await process.start()
    assert await asyncio.wait_for(process._process.wait(), 60) == 1
    assert told in process.log()


async def test_without_the_setting_there_is_no_port_and_nothing_of_it_is_loaded(process: Make, tmp_path: Path) -> None:
    running = process()
    async with running:
        assert "faiss" not in Path(f"/proc/{running.pid}/maps").read_text()
        listening = [each for each in psutil.Process(running.pid).net_connections() if each.status == "LISTEN"]
        assert [each.laddr.port for each in listening] == [running.port]


async def test_logs_hold_no_name_of_an_object_and_metrics_count_the_builds(
    builder_process: Make, connect: Make, store: Any, sent: Any, sample: Any
) -> None:
    metrics = free_port()
    rows, _ = sample(300, 16)
    process, target = builder_process(store, MONSHIN_METRICS_PORT=str(metrics), MONSHIN_LOG_LEVEL="debug")
    async with process:
        client = connect(store, target)
        key = client.write(rows)
        await client.build(sent(key, rows))
        await client.build(sent("vectors/6Rt1/不在", rows))
        async with httpx.AsyncClient(trust_env=False) as http:
            text = (await http.get(f"http://127.0.0.1:{metrics}/metrics")).text
        assert 'monshin_ann_remote_builds_ended_total{state="COMPLETED"} 1.0' in text
        assert 'monshin_ann_remote_builds_ended_total{state="FAILED"} 1.0' in text
        assert "monshin_ann_remote_builds_unfinished 0.0" in text
        log = process.log()
    assert "remote build ended" in log
    for name in ("6Rt1", "診療記録", "不在", "hospital-vectors", "correct horse"):
        assert name not in log
        assert name not in text


def test_larger_requests_are_predicted_to_take_more(request_of: Callable[..., BuildRequest], sample: Any) -> None:
    """A request of OpenSearch's largest segments does not overflow. What builds really take: test_memory.py."""
    rows, _ = sample(2, 16)
    small = request_of("a", rows, doc_count=1000, dimension=16)
    for changed in ({"doc_count": 2000}, {"dimension": 32}):
        larger = request_of("a", rows, **{"doc_count": 1000, "dimension": 16, **changed})
        assert predicted_bytes(larger) > predicted_bytes(small)
        assert predicted_disk_bytes(larger) > predicted_disk_bytes(small)
    huge = request_of("a", rows, doc_count=2**31 - 2, dimension=16_000)
    assert predicted_bytes(huge) > 2**31 * 16_000 * 4


def test_a_full_disk_is_told_as_what_it_is(store: Any, sample: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hazard: an error of our own disk passes for one of the store, and OpenSearch's operator looks there."""
    rows, _ = sample(300, 256)
    store.put("full.knnvec", rows.tobytes())
    for name, value in store.credentials.items():
        monkeypatch.setenv(name, value)
    s3 = S3Store(store.endpoint)
    with pytest.raises(OSError, match="No space left"), Path("/dev/full").open("wb") as full:
        s3.download("hospital-vectors", "full.knnvec", rows.nbytes, full, Event())
