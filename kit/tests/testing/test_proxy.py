"""testing.proxy: each fault is what it says, and ends when it is told to."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from monshin_kit.testing import FaultProxy

LIMIT_S = 30.0


@pytest.fixture
async def echo() -> AsyncIterator[str]:
    """A TCP server that sends back what it gets."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1024):
            writer.write(data)
        writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()


class Client:
    """A connection to the proxy."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def of(cls, proxy: FaultProxy) -> "Client":
        """Connected."""
        return cls(*await asyncio.open_connection("127.0.0.1", proxy.port))

    async def ask(self, data: bytes) -> bytes:
        """What comes back; empty when the connection has ended."""
        self._writer.write(data)
        return await asyncio.wait_for(self._reader.read(len(data)), LIMIT_S)

    async def is_cut(self) -> bool:
        """Whether the other side has ended the connection, by whatever means."""
        try:
            return not await self.ask(b"x")
        except ConnectionError:
            return True

    def leave(self) -> None:
        """Hangs up."""
        self._writer.close()


async def test_without_a_fault_bytes_go_through(echo: str) -> None:
    async with FaultProxy(echo) as proxy:
        client = await Client.of(proxy)
        assert await client.ask(b"x" * 100) == b"x" * 100
        client.leave()


async def test_a_delay_delays(echo: str) -> None:
    async with FaultProxy(echo) as proxy:
        proxy.delay_s = 0.1
        client = await Client.of(proxy)
        started = asyncio.get_running_loop().time()
        assert await client.ask(b"x") == b"x"
        assert asyncio.get_running_loop().time() - started >= 0.2  # both ways
        client.leave()


async def test_silence_swallows_and_keeps_the_connection(echo: str) -> None:
    async with FaultProxy(echo) as proxy:
        client = await Client.of(proxy)
        proxy.is_silent = True
        asking = asyncio.ensure_future(client.ask(b"x"))
        await asyncio.wait({asking}, timeout=0.2)
        assert not asking.done()
        proxy.is_silent = False
        client._writer.write(b"y")
        assert await asking == b"y"
        client.leave()


async def test_a_cut_ends_connections_and_admits_new_ones(echo: str) -> None:
    async with FaultProxy(echo) as proxy:
        client = await Client.of(proxy)
        assert await client.ask(b"x") == b"x"
        proxy.cut()
        assert await client.is_cut()
        fresh = await Client.of(proxy)
        assert await fresh.ask(b"x") == b"x"
        fresh.leave()


async def test_refusing_ends_when_it_accepts_again_on_the_same_port(echo: str) -> None:
    async with FaultProxy(echo) as proxy:
        port = proxy.port
        await proxy.refuse()
        with pytest.raises(ConnectionError):
            await Client.of(proxy)
        await proxy.accept()
        assert proxy.port == port
        client = await Client.of(proxy)
        assert await client.ask(b"x") == b"x"
        client.leave()


async def test_a_target_that_is_down_closes_the_connection() -> None:
    async with FaultProxy("127.0.0.1:1") as proxy:
        client = await Client.of(proxy)
        assert await client.is_cut()
