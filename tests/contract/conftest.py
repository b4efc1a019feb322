"""All installed services and a Redis for their jobs, started once for this folder."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from monshin_kit.testing.redis import RedisProcess

from ..services import Platform


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def platform(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Platform]:
    """Serving."""
    home: Path = tmp_path_factory.mktemp("contract")
    with RedisProcess(tmp_path_factory.mktemp("redis")) as redis:
        async with Platform(home, **redis.env) as platform:
            yield platform
