"""Sharded builds as the service opens them: what is opened is closed, also where they cannot be offered."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from monshin_ann.collections import Collections
from monshin_ann.sharded.opening import open_builds
from monshin_ann.sharded.servicer import ShardedIndexServicer
from monshin_kit.outbox import Outbox
from monshin_kit.server import Runtime
from monshin_kit.server_settings import ServerSettings
from monshin_kit.testing.redis import RedisProcess


@pytest.fixture
def collections(tmp_path: Path) -> Iterator[Collections]:
    """None yet."""
    collections = Collections(tmp_path / "data" / "ann")
    yield collections
    collections.close()


@pytest.fixture
def runtime(redis: RedisProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Runtime]:
    """Makes that of a process whose settings are in the environment; nothing is served."""
    for name, value in redis.env.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "data" / "ann").mkdir(parents=True)
    outbox = Outbox(tmp_path / "outbox.sqlite")
    return lambda: Runtime("ann", ServerSettings(home=tmp_path), outbox, cast(Any, None))


def own_threads() -> list[str]:
    """Of the shelf and of the log of requests."""
    return sorted(each.name for each in threading.enumerate() if each.name.startswith(("shelf", "sqlite-builds")))


async def test_the_log_of_requests_is_opened_once_and_closed(
    runtime: Callable[[], Runtime], collections: Collections
) -> None:
    """Two writers of one file wait for each other, and the one that nobody closes stays."""
    service = runtime()
    await open_builds(service, collections)
    assert own_threads() == ["shelf-0", "sqlite-builds"]
    await service.close()
    assert own_threads() == []


@pytest.mark.parametrize("harm", ["store", "log"])
async def test_where_builds_cannot_be_offered_nothing_stays_open(
    runtime: Callable[[], Runtime],
    collections: Collections,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    harm: str,
) -> None:
    """A store of a kind that is not known; a damaged log."""
    if harm == "store":
        monkeypatch.setenv("MONSHIN_JOBS_ARTEFACTS_URL", "gopher://store")
    else:
        (tmp_path / "data" / "ann" / "builds.sqlite").write_bytes(b"no database" * 1000)
    service = runtime()
    assert isinstance(await open_builds(service, collections), ShardedIndexServicer)
    assert own_threads() == []
    await service.close()
