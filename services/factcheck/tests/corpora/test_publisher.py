"""A publication ends, whatever goes wrong: while a version stays PUBLISHING, nothing else can be published."""

import asyncio
import json
from collections.abc import Coroutine, Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import apsw
import numpy as np
import pytest
from monshin_factcheck.clients.embedder import Embedded, Embedder
from monshin_factcheck.clients.vector_index import VectorIndex
from monshin_factcheck.corpora import versions
from monshin_factcheck.corpora.changes import Changes
from monshin_factcheck.corpora.corpus import Corpus
from monshin_factcheck.corpora.model import NewDocument, Version, VersionState
from monshin_factcheck.corpora.publisher import Patience, Publisher
from monshin_factcheck.corpora.registry import Corpora
from monshin_kit.errors import FailedPrecondition
from monshin_kit.executor import Executor
from monshin_kit.outbox import Outbox
from monshin_kit.requests import RequestKey
from monshin_kit.testing import eventually
from monshin_protos.vectors.v1 import vectors_pb2

KEY = RequestKey("M", "", "", b"")


class Failing:
    """An embed that answers with this error."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def fingerprint(self) -> None:
        raise self._error


class Embedding:
    """An embed whose vectors are of no use to anybody."""

    async def fingerprint(self) -> vectors_pb2.Fingerprint:
        return vectors_pb2.Fingerprint(digest="f")

    async def passages(self, texts: Sequence[str], *, bulk: bool) -> Embedded:
        return Embedded(np.zeros((len(texts), 2), np.float32), await self.fingerprint())


class Index:
    """In memory."""

    def __init__(self) -> None:
        self.held: set[str] = set()

    async def ensure(self, collection: str, fingerprint: vectors_pb2.Fingerprint) -> None:
        pass

    async def upsert(self, collection: str, ids: Sequence[str], vectors: object, digest: str) -> None:
        self.held |= set(ids)

    async def ids(self, collection: str) -> set[str]:
        return self.held

    async def delete(self, collection: str, ids: Sequence[str]) -> None:
        self.held -= set(ids)


class Dying:
    """An outbox whose process is killed before the event is on disk."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()

    async def emit(self, name: str, attributes: object) -> None:
        self.reached.set()
        await asyncio.Event().wait()


class Dawdling:
    """An outbox that waits."""

    def __init__(self) -> None:
        self.reached, self.may_go_on = asyncio.Event(), asyncio.Event()

    async def emit(self, name: str, attributes: object) -> None:
        self.reached.set()
        await self.may_go_on.wait()


@pytest.fixture
def corpora(tmp_path: Path) -> Iterator[Corpora]:
    """With the corpus `one`, whose draft holds a document."""
    opened = Corpora(tmp_path)
    opened.create("one", "", (), KEY)
    corpus = opened.all()[0]
    corpus.stage("i", 0, [NewDocument("a", "", "納豆を避ける。", "", "")])
    corpus.adopt("i", KEY)
    yield opened
    opened.close()


async def begun(corpora: Corpora, error: Exception) -> tuple[Corpus, "asyncio.Task[None]", Executor]:
    """A publication of the draft under way; nothing but its embed is not the real thing."""
    executor, tasks = Executor(name="store"), list[asyncio.Task[None]]()

    def spawn(work: Coroutine[Any, Any, None]) -> None:
        tasks.append(asyncio.get_running_loop().create_task(work))

    # Neither index nor outbox is reached, nor a version that is ready.
    async def unreached(corpus: Corpus, number: int, fingerprint: str) -> None:
        raise AssertionError("nothing was embedded")

    publisher = Publisher(
        corpora, cast(Embedder, Failing(error)), cast(VectorIndex, None), executor, cast(Outbox, None), Changes(),
        Patience(0, 0), spawn, unreached,
    )  # fmt: skip
    corpus = corpora.all()[0]
    publisher.begin(corpus, corpus.begin_version(KEY).number)
    return corpus, tasks[0], executor


def newest(corpus: Corpus) -> Version:
    return corpus.read(lambda connection: versions.listed(connection, limit=1))[0]


async def test_an_error_that_nobody_expected_fails_the_version_and_reaches_the_log(corpora: Corpora) -> None:
    corpus, task, executor = await begun(corpora, ZeroDivisionError("納豆"))
    with pytest.raises(ZeroDivisionError):
        await task
    version = newest(corpus)
    assert version.state is VersionState.FAILED
    assert "ZeroDivisionError" in version.failure
    assert "納豆" not in version.failure
    assert corpus.begin_version(KEY).number == 2
    executor.close()


async def test_a_version_that_failed_while_nothing_could_be_written_is_failed_as_soon_as_it_can(
    corpora: Corpora, caplog: pytest.LogCaptureFixture
) -> None:
    """A stranger who holds the write lock stands for a disk that is full."""
    corpus, task, executor = await begun(corpora, FailedPrecondition("no such model"))
    stranger = apsw.Connection(str(corpus.path))
    stranger.set_busy_timeout(5000)
    stranger.execute("BEGIN IMMEDIATE")
    try:
        await eventually(lambda: "the end of a publication could not be written" in caplog.text, "it was tried")
        assert not task.done()
    finally:
        stranger.execute("ROLLBACK")
        stranger.close()
    await eventually(lambda: newest(corpus).state is VersionState.FAILED, "it is failed", limit_s=30)
    await task
    executor.close()


async def test_a_publication_of_a_corpus_that_was_deleted_meanwhile_ends(corpora: Corpora) -> None:
    corpus, task, executor = await begun(corpora, FailedPrecondition("no such model"))
    corpus.close()
    corpora.set_aside(corpus)
    await asyncio.wait_for(task, 30)
    assert task.exception() is None
    assert corpora.all() == []
    executor.close()


async def test_the_events_of_a_corpus_outlive_a_kill_right_after_their_changes(
    corpora: Corpora, tmp_path: Path
) -> None:
    """Hazard: the corpus's file and the outbox are two; a kill between their commits must not lose an event. The start
    after it emits what is owed, and the one after that nothing more. Checks switch to a version that is ready."""
    index, prepared = Index(), list[tuple[str, VersionState]]()

    async def prepare(corpus: Corpus, number: int, fingerprint: str) -> None:
        prepared.append((corpus.prepare(number, fingerprint).name, newest(corpus).state))

    def publisher(opened: Corpora, outbox: object, executor: Executor) -> tuple[Publisher, set["asyncio.Task[None]"]]:
        tasks = set[asyncio.Task[None]]()
        made = Publisher(
            opened, cast(Embedder, Embedding()), cast(VectorIndex, index), executor, cast(Outbox, outbox), Changes(),
            Patience(0, 0), lambda work: tasks.add(asyncio.create_task(work)), prepare,
        )  # fmt: skip
        return made, tasks

    executor, dying = Executor(name="store"), Dying()
    first, tasks = publisher(corpora, dying, executor)
    corpus = corpora.all()[0]
    first.begin(corpus, corpus.begin_version(KEY).number)
    await asyncio.wait_for(dying.reached.wait(), 30)
    for task in tasks:
        task.cancel()
    corpus.retract("a", "古い版", KEY)
    assert prepared == [("corpora/one/versions/1", VersionState.PUBLISHING)]
    assert newest(corpus).state is VersionState.PUBLISHED
    corpora.close()
    outbox = Outbox(tmp_path / "outbox.sqlite")
    for _ in range(2):
        again = Corpora(tmp_path)
        restarted, tasks = publisher(again, outbox, executor)
        await restarted.resume()
        await asyncio.wait_for(asyncio.gather(*tasks), 30)
        again.close()
    told = {entry.name: json.loads(entry.attributes) for entry in outbox.read(0, 10)}
    assert len(outbox.read(0, 10)) == len(told) == 2
    assert told["corpus.published"]["version"] == "corpora/one/versions/1"
    assert (told["corpus.published"]["documents"], told["corpus.published"]["fingerprint"]) == (1, "f")
    assert told["corpus.retracted"]["document"] == "corpora/one/documents/a"
    await outbox.close()
    executor.close()


async def test_vectors_of_the_version_that_serves_are_kept_though_newer_ones_failed(corpora: Corpora) -> None:
    """Hazard: in the grace after a publication two more fail. What of the first they replace was deleted, though it
    serves on; what no version before it needs any more is still removed."""
    index, outbox, executor, tasks = Index(), Dawdling(), Executor(name="store"), list[asyncio.Task[None]]()

    async def prepare(corpus: Corpus, number: int, fingerprint: str) -> None:
        pass

    publisher = Publisher(
        corpora, cast(Embedder, Embedding()), cast(VectorIndex, index), executor, cast(Outbox, outbox), Changes(),
        Patience(0, 0), lambda work: tasks.append(asyncio.create_task(work)), prepare,
    )  # fmt: skip
    corpus = corpora.all()[0]
    publisher.begin(corpus, corpus.begin_version(KEY).number)
    await asyncio.wait_for(outbox.reached.wait(), 30)
    serving, index.held = set(index.held), index.held | {"99:0"}
    for text in ("納豆を控える。", "納豆は食べない。"):
        corpus.stage("i", 0, [NewDocument("a", "", text, "", "")])
        corpus.adopt("i", KEY)
        failed = corpus.begin_version(KEY).number
        corpus.change(lambda connection, failed=failed: versions.fail(connection, failed, "no such model"))
    outbox.may_go_on.set()
    await asyncio.wait_for(asyncio.gather(*tasks), 30)
    assert index.held == serving != set()
    executor.close()
