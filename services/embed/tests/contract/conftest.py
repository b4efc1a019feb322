"""The real server process on the default model, shared by the tests of a file."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from monshin_embed.testing import EmbedServer


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory, cache_dir: Path) -> AsyncIterator[EmbedServer]:
    """As it is installed, without a single setting."""
    async with EmbedServer(tmp_path_factory.mktemp("embed"), cache_dir) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def small_server(tmp_path_factory: pytest.TempPathFactory, cache_dir: Path) -> AsyncIterator[EmbedServer]:
    """With a queue that a second of work fills, and no cache."""
    env = {"MONSHIN_EMBED_QUEUE_TOKENS": "1000", "MONSHIN_EMBED_CACHE_ROWS": "0"}
    async with EmbedServer(tmp_path_factory.mktemp("embed-small"), cache_dir, env) as running:
        yield running
