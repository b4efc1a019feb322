"""factcheck with the embed and ann that it calls, each in its process."""

import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio
from monshin_factcheck.testing import Rig
from monshin_kit.artefacts import Artefacts
from monshin_kit.testing import FaultProxy, ServiceProcess

sys.path.insert(0, str(Path(__file__).parent))  # modules that tests share

CACHE = Path(__file__).parents[3] / ".cache"


@pytest.fixture(scope="session")
def bases() -> Path:
    """The checkout's cache with the base of the judge `local`, 1.1 GB: made there once, in a minute."""
    from monshin_factcheck.judges.local.base import prepared_base  # torch: only where this judge is under test

    folder = CACHE / "factcheck"
    prepared_base(Artefacts(folder))
    return folder


@pytest.fixture(scope="module")
def reader_home(bases: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose factcheck finds that base."""
    home = tmp_path_factory.mktemp("reader")
    (home / "cache").mkdir()
    (home / "cache" / "factcheck").symlink_to(bases)
    return home


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def rig(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Rig]:
    """Serving; shared by the tests of a file."""
    home = tmp_path_factory.mktemp("factcheck")
    async with AsyncExitStack() as stack:
        environment = {"MONSHIN_EMBED_CACHE_DIR": str(CACHE / "embed")}
        embed = await stack.enter_async_context(ServiceProcess("monshin_embed", home, environment))
        ann = await stack.enter_async_context(ServiceProcess("monshin_ann", home))
        to_embed = await stack.enter_async_context(FaultProxy(embed.target))
        to_ann = await stack.enter_async_context(FaultProxy(ann.target))
        environment = {
            "MONSHIN_FACTCHECK_EMBED_TARGET": to_embed.target,
            "MONSHIN_FACTCHECK_ANN_TARGET": to_ann.target,
            "MONSHIN_FACTCHECK_PUBLISH_PATIENCE_S": "20",
        }
        factcheck = await stack.enter_async_context(ServiceProcess("monshin_factcheck", home, environment))
        yield Rig(factcheck, to_embed, to_ann)
