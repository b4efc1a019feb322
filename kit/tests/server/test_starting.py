"""server: the port opens at once, calls wait for loading, and what keeps it from starting is named."""

import asyncio
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from grpc_status import rpc_status
from monshin_kit.outbox import Entry, Outbox, _insert
from monshin_kit.testing import ServiceProcess

pytestmark = pytest.mark.slow  # each test starts a process
Make = Callable[..., ServiceProcess]
EMBED = "monshin.embed.v1.EmbedService"
PORT_LIMIT_S = 10.0  # the benchmark holds it to 1.5 s on a quiet machine


async def _health(service: ServiceProcess, name: str) -> str:
    stub = health_pb2_grpc.HealthStub(service.channel())
    answer = await stub.Check(health_pb2.HealthCheckRequest(service=name), timeout=30)
    return str(health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status))


async def _exit_status(service: ServiceProcess) -> int:
    await service.start()
    assert service._process is not None
    return await asyncio.wait_for(service._process.wait(), 60)


async def test_the_port_is_open_before_loading_ends(sample: Make, tmp_path: Path) -> None:
    service = sample(MONSHIN_SAMPLE_GATE=str(tmp_path / "gate"))
    started = time.monotonic()
    await service.start()
    await service.wait_port()
    assert time.monotonic() - started < PORT_LIMIT_S
    assert await _health(service, "") == "NOT_SERVING"
    await service.stop()


async def test_health_turns_from_not_serving_to_serving_when_loading_ends(sample: Make, tmp_path: Path) -> None:
    service = sample(MONSHIN_SAMPLE_GATE=str(tmp_path / "gate"))
    await service.start()
    await service.wait_port()
    assert [await _health(service, name) for name in ("", EMBED)] == ["NOT_SERVING"] * 2
    (tmp_path / "gate").touch()
    await service.wait_serving()
    assert [await _health(service, name) for name in ("", EMBED)] == ["SERVING"] * 2
    await service.stop()


async def test_liveness_is_serving_while_loading(sample: Make, tmp_path: Path) -> None:
    """Hazard: Kubernetes would kill a service that loads a large model, again and again."""
    service = sample(MONSHIN_SAMPLE_GATE=str(tmp_path / "gate"))
    await service.start()
    await service.wait_port()
    assert await _health(service, "liveness") == "SERVING"
    await service.stop()


async def test_calls_while_loading_are_unavailable_and_say_when_to_retry(
    sample: Make, tmp_path: Path, embed: Any
) -> None:
    service = sample(MONSHIN_SAMPLE_GATE=str(tmp_path / "gate"))
    await service.start()
    await service.wait_port()
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await embed(service.channel(), "a", timeout=30)
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    status = rpc_status.from_call(caught.value)  # type: ignore[arg-type]
    retry = error_details_pb2.RetryInfo()
    assert any(detail.Unpack(retry) for detail in status.details)
    assert retry.retry_delay.ToMilliseconds() == 500
    await service.stop()


async def test_a_service_told_to_stop_while_loading_stops(sample: Make, tmp_path: Path) -> None:
    service = sample(MONSHIN_SAMPLE_GATE=str(tmp_path / "gate"))
    await service.start()
    await service.wait_port()
    assert await service.stop() == 0


async def test_reflection_lists_the_services(sample: Make) -> None:
    async with sample() as service:
        with grpc.insecure_channel(service.target) as channel:
            names = await asyncio.to_thread(lambda: ProtoReflectionDescriptorDatabase(channel).get_services())
        assert {EMBED, "monshin.ann.v1.AnnService", "monshin.audit.v1.AuditService", "grpc.health.v1.Health"} <= set(
            names
        )


async def test_a_port_in_use_is_named(sample: Make) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        service = sample()
        service.port = taken.getsockname()[1]
        assert await _exit_status(service) == 1
        assert f"port {service.port} on 127.0.0.1 cannot be opened: is it in use?" in service.log()


async def test_two_services_cannot_share_a_port(sample: Make) -> None:
    """Hazard: with SO_REUSEPORT both would start, and each call would reach either."""
    async with sample() as first:
        second = sample()
        second.port = first.port
        assert await _exit_status(second) == 1


async def test_a_metrics_port_in_use_is_named(sample: Make) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        service = sample(MONSHIN_METRICS_PORT=str(taken.getsockname()[1]))
        assert await _exit_status(service) == 1
        assert f"metrics port {taken.getsockname()[1]}" in service.log()


@pytest.mark.parametrize("host", ["0.0.0.0", "[::]"])
async def test_plaintext_beyond_loopback_is_refused(sample: Make, host: str) -> None:
    service = sample(MONSHIN_HOST=host)
    assert await _exit_status(service) == 1
    assert "is not loopback: set MONSHIN_TLS_CERTIFICATE" in service.log()


async def test_plaintext_beyond_loopback_is_possible_where_a_mesh_encrypts(sample: Make) -> None:
    async with sample(MONSHIN_HOST="0.0.0.0", MONSHIN_ALLOW_PLAINTEXT="true") as service:
        assert await _health(service, "") == "SERVING"


@pytest.mark.parametrize(
    ("env", "words"),
    [
        ({"MONSHIN_SAMPLE_FAIL": "start"}, "the sample was told not to start"),
        ({"MONSHIN_QUEUE_LIMIT": "many"}, "MONSHIN_QUEUE_LIMIT is 'many', but must be of type int"),
        ({"MONSHIN_AUTH_JWKS": "http://issuer.example/jwks"}, "MONSHIN_AUTH_JWKS must be a file, an https URL"),
        ({"MONSHIN_ROLES_FILE": "/nowhere/roles.yaml"}, "MONSHIN_ROLES_FILE cannot be read"),
        ({"MONSHIN_TLS_CERTIFICATE": "/nowhere/tls.crt"}, "MONSHIN_TLS_"),
        ({"MONSHIN_LOG_LEVEL": "loud"}, "MONSHIN_LOG_LEVEL"),
        ({"MONSHIN_DATA_DIR": "/dev/null/data"}, "cannot be made"),
    ],
    ids=str,
)
async def test_what_keeps_it_from_starting_is_named(sample: Make, env: dict[str, str], words: str) -> None:
    service = sample(**env)
    assert await _exit_status(service) == 1
    assert "cannot start: " in service.log()
    assert words in service.log()
    assert "Traceback" not in service.log()


async def test_an_unexpected_error_at_start_is_logged_without_its_words(sample: Make) -> None:
    service = sample(MONSHIN_SAMPLE_FAIL="start-unexpectedly")
    assert await _exit_status(service) == 1
    assert "ValueError" in service.log()
    assert "患者太郎" not in service.log()


async def test_a_damaged_access_log_keeps_it_from_starting(sample: Make, tmp_path: Path) -> None:
    (tmp_path / "data" / "sample").mkdir(parents=True)
    (tmp_path / "data" / "sample" / "outbox.sqlite").write_bytes(b"not a database" * 1000)
    service = sample()
    assert await _exit_status(service) == 1
    assert "outbox.sqlite is damaged" in service.log()


async def test_a_large_access_log_does_not_hold_up_the_port(sample: Make, tmp_path: Path) -> None:
    """Hazard: SQLite's check of a log of years takes seconds; it must come after the port, not before."""
    outbox = Outbox(tmp_path / "data" / "sample" / "outbox.sqlite")
    entry = Entry("call", "monshin.ann.v1.AnnService/Upsert", "a", resources=("collections/a",), trace_id="a" * 32)
    for _ in range(30):
        outbox.open().write(lambda connection: _insert(connection, [entry] * 10_000))
    await outbox.close()
    service = sample()
    started = time.monotonic()
    await service.start()
    await service.wait_port()
    assert time.monotonic() - started < PORT_LIMIT_S
    await service.wait_serving()
    await service.stop()
    log = service.log()
    assert log.index("port open") < log.index("serving")


async def test_what_sqlite_sorts_lies_beside_the_data(sample: Make, tmp_path: Path) -> None:
    """Hazard: /tmp has 256 MiB where we are deployed, and the volume of the data has room."""
    async with sample(MONSHIN_SAMPLE_SORT=str(tmp_path / "sorted")):
        assert (tmp_path / "sorted").read_text() == str(tmp_path / "data" / "sample")


async def test_data_may_lie_elsewhere(sample: Make, tmp_path: Path) -> None:
    async with sample(MONSHIN_DATA_DIR=str(tmp_path / "volume")):
        assert (tmp_path / "volume" / "outbox.sqlite").exists()
