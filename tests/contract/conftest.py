"""All installed services, started once for this folder."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from ..services import Platform


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def platform(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Platform]:
    """Serving."""
    home: Path = tmp_path_factory.mktemp("contract")
    async with Platform(home) as platform:
        yield platform
