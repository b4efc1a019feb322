"""server: SIGTERM loses nothing, and after SIGKILL all that was acknowledged is there."""

import asyncio
import json
import os
import signal
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import grpc
import pytest
from monshin_kit.testing import ServiceProcess, eventually, free_port
from monshin_protos.ann.v1 import ann_pb2, ann_pb2_grpc
from monshin_protos.embed.v1 import embed_pb2, embed_pb2_grpc

pytestmark = pytest.mark.slow  # each test starts a process
Make = Callable[..., ServiceProcess]
DELETE = "monshin.ann.v1.AnnService/DeleteCollection"
EMBED = "monshin.embed.v1.EmbedService/Embed"


async def _running(service: ServiceProcess, metric_port: int, count: int) -> None:
    """Waits until so many Embed calls run."""

    def is_reached() -> bool:
        return f'monshin_rpc_in_flight{{rpc="{EMBED}"}} {float(count)}' in _metrics(metric_port)

    await eventually(is_reached, f"{count} calls run")


def _metrics(port: int) -> str:
    with socket.create_connection(("127.0.0.1", port), 30) as connection:
        connection.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
        parts = []
        while data := connection.recv(65536):
            parts.append(data)
    return b"".join(parts).decode()


async def test_sigterm_lets_running_calls_end(sample: Make, embed: Any) -> None:
    """Hazard: each rolling update would fail the calls that happen to run."""
    port = free_port()
    async with sample(MONSHIN_METRICS_PORT=str(port), MONSHIN_COMPUTE_THREADS="2") as service:
        channel = service.channel()
        calls = [asyncio.create_task(embed(channel, "sleep 1.5", timeout=60)) for _ in range(20)]
        calls += [asyncio.create_task(embed(channel, "compute 0.5", timeout=60)) for _ in range(4)]
        await asyncio.to_thread(_metrics, port)
        await _running(service, port, 24)
        assert await service.stop() == 0
        answers = await asyncio.gather(*calls)
        assert len(answers) == 24


async def test_sigterm_ends_calls_that_run_longer_than_the_drain(sample: Make, embed: Any) -> None:
    port = free_port()
    async with sample(MONSHIN_METRICS_PORT=str(port), MONSHIN_DRAIN_S="0.2") as service:
        call = asyncio.create_task(embed(service.channel(), "sleep 600", timeout=600))
        await _running(service, port, 1)
        assert await service.stop() == 0
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await call
        assert caught.value.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED)


async def test_while_draining_no_new_call_begins(sample: Make, embed: Any) -> None:
    port = free_port()
    async with sample(MONSHIN_METRICS_PORT=str(port)) as service:
        running = asyncio.create_task(embed(service.channel(), "sleep 2", timeout=60))
        await _running(service, port, 1)
        os.kill(service.pid, signal.SIGTERM)
        channel = service.channel()

        async def is_refused() -> bool:
            try:
                await embed(channel, "a", timeout=5)
            except grpc.aio.AioRpcError as error:
                return error.code() is grpc.StatusCode.UNAVAILABLE
            return False

        await eventually(is_refused, "new calls are refused")
        await running


async def test_sigint_stops_too(sample: Make) -> None:
    async with sample() as service:
        os.kill(service.pid, signal.SIGINT)
        assert service._process is not None
        assert await asyncio.wait_for(service._process.wait(), 60) == 0


async def test_stopping_loses_no_entry_of_the_access_log(
    sample: Make, embed: Any, logged_on_disk: Callable[[], list[tuple[str, str]]]
) -> None:
    """Reads wait up to a quarter of a second in memory; a stop in between must write them."""
    async with sample() as service:
        channel = service.channel()
        await asyncio.gather(*(embed(channel, "a", timeout=60) for _ in range(50)))
        await service.stop()
    assert logged_on_disk().count((EMBED, "OK")) == 50


async def test_a_stop_that_fails_loses_no_entry_of_the_access_log(
    sample: Make, embed: Any, logged_on_disk: Callable[[], list[tuple[str, str]]]
) -> None:
    """Hazard: one failing clean-up skipped those after it, the log's among them."""
    async with sample(MONSHIN_SAMPLE_FAIL="stop") as service:
        await embed(service.channel(), "a", timeout=60)
        assert await service.stop() == 1
        assert "患者太郎" not in service.log()
    assert (EMBED, "OK") in logged_on_disk()


async def test_a_background_task_that_fails_is_logged_and_does_not_stop_the_service(sample: Make, embed: Any) -> None:
    async with sample(MONSHIN_SAMPLE_FAIL="task") as service:
        await eventually(lambda: "a background task failed" in service.log(), "the failure is logged")
        await embed(service.channel(), "a", timeout=60)
        assert "患者太郎" not in service.log()


async def test_a_dead_collector_does_not_hold_up_the_stop(sample: Make, embed: Any) -> None:
    async with sample(MONSHIN_OTLP_ENDPOINT=f"http://127.0.0.1:{free_port()}") as service:
        await embed(service.channel(), "a", timeout=60)
        took = await _timed(service.stop())
        assert took < 10


async def _timed(work: Awaitable[object]) -> float:
    loop = asyncio.get_running_loop()
    started = loop.time()
    await work
    return loop.time() - started


async def test_sigkill_keeps_the_entries_of_acknowledged_mutations(
    sample: Make, logged_on_disk: Callable[[], list[tuple[str, str]]]
) -> None:
    """Hazard: an effect without an entry. The entry is durable before the mutation runs, thus before its answer."""
    async with sample() as service:
        stub = ann_pb2_grpc.AnnServiceStub(service.channel())
        answered = 0

        async def mutate() -> None:
            nonlocal answered
            while True:
                await stub.DeleteCollection(ann_pb2.DeleteCollectionRequest(name="collections/a"), timeout=60)
                answered += 1

        mutating = [asyncio.create_task(mutate()) for _ in range(8)]
        await eventually(lambda: answered >= 200, "some are acknowledged")
        await service.kill()
        acknowledged = answered
        await asyncio.gather(*mutating, return_exceptions=True)
    assert logged_on_disk().count((DELETE, "ACCEPTED")) >= acknowledged


async def test_sigkill_keeps_domain_events(sample: Make, logged_on_disk: Callable[[], list[tuple[str, str]]]) -> None:
    async with sample() as service:
        await service.kill()
    assert ("sample.started", "OK") in logged_on_disk()


async def test_a_killed_service_starts_again_on_its_data(sample: Make, audit: Any, embed: Any) -> None:
    async with sample() as service:
        before = [entry.sequence for entry in await audit(service)]
        await service.kill()
        await service.start()
        await service.wait_serving()
        after = [entry.sequence for entry in await audit(service)]
        assert after[: len(before)] == before
        assert after == list(range(1, len(after) + 1))


async def test_a_client_that_leaves_a_stream_leaves_nothing_behind(sample: Make, audit: Any, tmp_path: Path) -> None:
    """Hazard: a stream's generator is closed in another context than it ran in; its call must be counted as ended."""
    port = free_port()
    async with sample(MONSHIN_METRICS_PORT=str(port)) as service:
        stub = embed_pb2_grpc.EmbedServiceStub(service.channel())
        for _ in range(5):
            call = stub.EmbedStream()
            await call.write(
                embed_pb2.EmbedStreamRequest(request=embed_pb2.EmbedRequest(kind=embed_pb2.KIND_RAW, texts=["a"]))
            )
            await call.read()
            call.cancel()
        stream = "monshin.embed.v1.EmbedService/EmbedStream"

        def are_over() -> bool:
            return f'monshin_rpc_in_flight{{rpc="{stream}"}} 0.0' in _metrics(port)

        await eventually(are_over, "no stream is counted as running")
        await eventually(lambda: _has_ended(audit, service, stream, 5), "all ends are logged")
        assert {json.loads(line)["level"] for line in service.log().splitlines()} == {"INFO"}


async def _has_ended(audit: Any, service: ServiceProcess, rpc: str, count: int) -> bool:
    entries = [entry for entry in await audit(service) if entry.name == rpc]
    return len(entries) == count and {entry.outcome for entry in entries} <= {"CANCELLED", "OK"}


async def test_a_second_process_on_the_same_data_does_not_start(sample: Make) -> None:
    """Hazard: two owners of one folder, neither of which sees what the other wrote."""
    async with sample():
        other = sample()
        await other.start()
        with pytest.raises(AssertionError, match="another process serves"):
            await other.wait_serving()
