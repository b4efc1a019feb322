"""The health command of containers, run as a container runs it."""

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from monshin_kit.testing import ServiceProcess

Make = Callable[..., ServiceProcess]


async def test_it_says_yes_while_a_service_serves_and_no_once_it_is_gone(sample: Make) -> None:
    async with sample() as service:
        assert await _probe(service) == (0, "")
        assert await _probe(service, "monshin.embed.v1.EmbedService") == (0, "")
    assert await _probe(service) == (1, "UNAVAILABLE")


async def test_a_service_that_loads_is_alive_but_not_ready(sample: Make, tmp_path: Path) -> None:
    """Kubernetes must not kill a pod that takes its time to load, nor send it calls."""
    service = sample(MONSHIN_SAMPLE_GATE=str(tmp_path / "gate"))
    await service.start()
    await service.wait_port()
    try:
        assert await _probe(service, "liveness") == (0, "")
        assert await _probe(service) == (1, "NOT_SERVING")
    finally:
        await service.stop()


async def test_a_name_that_nobody_serves_is_no(sample: Make) -> None:
    async with sample() as service:
        assert await _probe(service, "monshin.unknown.v1.UnknownService") == (1, "NOT_FOUND")


async def test_without_a_port_it_says_what_is_missing(sample: Make) -> None:
    status, said = await _probe(sample(), MONSHIN_PORT="0")
    assert status == 2
    assert said.startswith("MONSHIN_PORT is not set")


@pytest.mark.parametrize("body", ["200 OK", "503 Service Unavailable"])
async def test_a_url_is_fetched_instead(sample: Make, body: str) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 {body}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        status, _ = await _probe(sample(), f"http://127.0.0.1:{port}/healthz", HTTP_PROXY="http://127.0.0.1:1")
    assert status == (0 if body.startswith("200") else 1)


async def _probe(service: ServiceProcess, *arguments: str, **env: str) -> tuple[int, str]:
    """Exit status and what it wrote."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "monshin_kit.probe", *arguments,
        env={**os.environ, "MONSHIN_PORT": str(service.port), **env}, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, said = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode is not None
    return process.returncode, said.decode().strip()
