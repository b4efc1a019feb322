"""Bulk loads in the threads that all of them share: what was let in comes to its end, and the loop runs on."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from import_calls import importing, npy, table
from index_calls import DIM, rows
from monshin_ann.collections import Collections
from monshin_ann.import_call import import_points
from monshin_kit.errors import ResourceExhausted
from monshin_kit.executor import Executor
from monshin_kit.requests import NOT_REMEMBERED
from monshin_kit.testing import eventually

LIMIT_S = 60.0


@pytest.fixture
def threads() -> Iterator[Executor]:
    """One worker, one place."""
    executor = Executor(workers=1, queue_limit=1)
    yield executor
    executor.close()


async def _sent(messages: Any) -> AsyncIterator[Any]:
    for message in messages:
        yield message


async def test_an_import_that_has_begun_is_not_refused_where_many_wait(
    start: Callable[..., Collections], definition: Callable[..., Any], threads: Executor
) -> None:
    """Hazard: its end is refused, so that its collection takes no import until the next start."""
    collections = start()
    collections.create(definition(dim=DIM), NOT_REMEMBERED)
    is_busy, may_go_on = threading.Event(), threading.Event()
    others: list[asyncio.Future[Any]] = []

    def hold() -> None:
        is_busy.set()
        may_go_on.wait(LIMIT_S)

    async def busy(messages: Any) -> AsyncIterator[Any]:
        for number, message in enumerate(messages):
            if number == 2:
                others.append(asyncio.ensure_future(threads.run(hold)))
                await eventually(is_busy.is_set, "the worker is held")
                others.append(asyncio.ensure_future(threads.run(int)))
                await eventually(lambda: threads.depth == 1, "the only place is taken")
            yield message

    running = asyncio.ensure_future(import_points(collections, threads, busy(importing("notes", npy(rows(9000))))))
    try:
        await eventually(lambda: threads.depth == 2, "the import waits, too")
        with pytest.raises(ResourceExhausted):
            await import_points(collections, threads, _sent(importing("notes", npy(rows(5)))))
    finally:
        may_go_on.set()
    assert (await running).inserted == 9000
    await asyncio.gather(*others)
    assert (await import_points(collections, threads, _sent(importing("notes", npy(rows(5)))))).replaced == 5
    assert list(collections.scratch.iterdir()) == []


IMPORTED = """
import asyncio, sys, threading, time
from pathlib import Path

class Watch:
    def find_spec(self, name, path=None, target=None):
        if name == "pyarrow":
            print(threading.current_thread().name, flush=True)

sys.meta_path.insert(0, Watch())
from monshin_ann.collections import Collections
from monshin_ann.core.definition import CollectionId, Definition, Metric
from monshin_ann.import_call import import_points
from monshin_kit.executor import Executor
from monshin_kit.requests import NOT_REMEMBERED
from monshin_protos.ann.v1 import index_pb2 as pb
import hashlib

async def sent(data):
    said = dict(name="collections/notes", format=pb.IMPORT_FORMAT_PARQUET, sha256=hashlib.sha256(data).hexdigest())
    yield pb.ImportPointsRequest(size=len(data), data=data, **said)

collections = Collections(Path(sys.argv[1]))
collections.create(Definition(CollectionId("notes"), 16, Metric.L2, time.time_ns()), NOT_REMEMBERED)
threads = Executor(name="imports")
print(asyncio.run(import_points(collections, threads, sent(Path(sys.argv[2]).read_bytes()))).inserted)
threads.close()
collections.close()
"""


def test_the_first_parquet_is_not_waited_for_by_the_loop(tmp_path: Path) -> None:
    """Hazard: pyarrow takes half a second to import, and every call of the service stands still. In a process of its
    own, which has not imported it yet."""
    file = tmp_path / "points.parquet"
    file.write_bytes(table([f"p{number}" for number in range(100)], rows(100)))
    child = [sys.executable, "-c", IMPORTED, str(tmp_path / "data"), str(file)]
    told = subprocess.run(child, stdout=subprocess.PIPE, text=True, check=True, timeout=LIMIT_S).stdout.splitlines()
    assert told == ["imports-0", "100"]
