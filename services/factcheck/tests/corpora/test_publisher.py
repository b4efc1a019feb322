"""A publication ends, whatever goes wrong: while a version stays PUBLISHING, nothing else can be published."""

import asyncio
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any, cast

import apsw
import pytest
from monshin_factcheck.clients.embedder import Embedder
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

KEY = RequestKey("M", "", "", b"")


class Failing:
    """An embed that answers with this error."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def fingerprint(self) -> None:
        raise self._error


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

    # Neither index nor outbox is reached.
    publisher = Publisher(
        corpora, cast(Embedder, Failing(error)), cast(VectorIndex, None), executor, cast(Outbox, None), Changes(),
        Patience(0, 0), spawn,
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
    executor.close()
