"""Lexical indexes are built once, beside the checks, and survive retractions."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import grpc
import pytest
import pytest_asyncio
from monshin_factcheck.checking.checker import Checker, Run
from monshin_factcheck.checking.evidence import CorpusEvidence
from monshin_factcheck.checking.lexical_indexes import LexicalIndexes
from monshin_factcheck.checking.library import Library
from monshin_factcheck.checking.reading import ReadingRoom
from monshin_factcheck.clients.embedder import Embedder
from monshin_factcheck.clients.vector_index import VectorIndex
from monshin_factcheck.core.aliases.own_list import AliasGroup
from monshin_factcheck.core.claims.split import whole_claim
from monshin_factcheck.core.decision import Verdict
from monshin_factcheck.core.retrieval.terms import Terms
from monshin_factcheck.core.rules.judge import RulesJudge
from monshin_factcheck.core.rules.statement import Reader
from monshin_factcheck.core.source import SourceText
from monshin_factcheck.core.text.words import Analyser
from monshin_factcheck.core.weighing import Weighings
from monshin_factcheck.corpora import versions
from monshin_factcheck.corpora.corpus import Corpus
from monshin_factcheck.corpora.model import NewDocument, StoredPassage
from monshin_factcheck.corpora.registry import Corpora
from monshin_kit.auth.caller import ANONYMOUS
from monshin_kit.errors import Unavailable
from monshin_kit.executor import Executor
from monshin_kit.requests import RequestKey

KEY = RequestKey("M", "", "", b"")
SEVERAL_THOUSAND = 3000
TRUE = "ワルファリンの維持量は1日1〜5 mgである。"


@pytest.fixture
def corpora(tmp_path: Path) -> Iterator[Corpora]:
    """Empty."""
    opened = Corpora(tmp_path)
    yield opened
    opened.close()


@pytest_asyncio.fixture
async def executor() -> AsyncIterator[Executor]:
    """The one thread of the checks."""
    made = Executor()
    yield made
    made.close()


@pytest_asyncio.fixture
async def indexes() -> AsyncIterator[LexicalIndexes]:
    """Without the standard names."""
    made = LexicalIndexes(Terms(Analyser()), revision="r1")
    await made.open()
    yield made
    await made.close()


@pytest_asyncio.fixture
async def library(corpora: Corpora, indexes: LexicalIndexes, executor: Executor) -> AsyncIterator[Library]:
    """Neither embed nor ann is there."""
    async with grpc.aio.insecure_channel("127.0.0.1:1") as nowhere:
        yield Library(corpora, indexes, Embedder(nowhere), VectorIndex(nowhere), executor)


def text_of(number: int) -> str:
    """A sentence with a word of its own."""
    return f"症例K{number}では第{number}病日に発熱と咳嗽を認め、アモキシシリン{number} mgを1日3回経口投与した。"


def published(corpora: Corpora, documents: int) -> Corpus:
    """The corpus `one`, a sentence a document, as a publication leaves it; document 1 takes the place of document 0."""
    corpora.create("one", "", (), KEY)
    (corpus,) = corpora.all()
    texts = [text_of(number) for number in range(documents)]
    corpus.stage(
        "i", 0,
        [NewDocument(f"d{n}", "", text, "", "", 0, ("d0",) if n == 1 else (), "") for n, text in enumerate(texts)],
    )  # fmt: skip
    corpus.adopt("i", KEY)
    number = corpus.begin_version(KEY).number
    contents = corpus.read(lambda c: c.execute("SELECT content, length(text) FROM contents").fetchall())
    split = [(int(str(c)), [StoredPassage(int(str(c)), 0, 0, int(str(end)))]) for c, end in contents]
    corpus.change(lambda c: versions.keep_passages(c, split))
    corpus.change(lambda c: versions.finish(c, number, "f"))
    return corpus


async def found(evidence: CorpusEvidence, number: int) -> set[str]:
    """Documents that a search for the word of one of them finds."""
    places = await evidence.lexical(f"症例K{number}の経過", 8)
    return {evidence.passages[place].document.rpartition("/")[2] for place in places}


async def test_a_check_against_sources_goes_on_while_a_large_version_is_indexed(
    corpora: Corpora, library: Library, executor: Executor
) -> None:
    """Hazard: one thread judges for all, and a build of a minute was part of the first check's work in it."""
    published(corpora, SEVERAL_THOUSAND).pin()
    rules = RulesJudge(Reader(Analyser()))
    checker = Checker(rules, executor, ReadingRoom([], Weighings([], ""), documents=2), judged=8, found=32)
    waiting = [asyncio.create_task(library.corpus("one", ANONYMOUS)) for _ in range(2)]
    await asyncio.sleep(0)
    for _ in range(3):  # the first may be in the queue before the build is
        run = Run(await library.sources([SourceText(TRUE)]), "2026-04-01")
        (checked,) = [one async for one in checker.check(run, [whole_claim(TRUE)])]
        assert checked.decision.verdict is Verdict.SUPPORTED
        assert not any(task.done() for task in waiting)
    for evidence in await asyncio.gather(*waiting):
        assert "d7" in await found(evidence, 7)


async def test_all_who_ask_for_a_version_wait_for_one_build(corpora: Corpora, indexes: LexicalIndexes) -> None:
    corpus = published(corpora, 20)
    pinned = corpus.pin()
    first, second = await asyncio.gather(indexes.of(corpus, pinned), indexes.of(corpus, pinned))
    assert first is second is await indexes.of(corpus, pinned)


async def test_one_who_leaves_takes_the_build_of_nobody_along(corpora: Corpora, indexes: LexicalIndexes) -> None:
    corpus = published(corpora, 20)
    pinned = corpus.pin()
    leaving, staying = (asyncio.create_task(indexes.of(corpus, pinned)) for _ in range(2))
    await asyncio.sleep(0)
    leaving.cancel()
    assert len((await staying).index.scores(["発熱"])) == 20


async def test_a_retraction_builds_nothing_anew(corpora: Corpora, library: Library, indexes: LexicalIndexes) -> None:
    """An index thread that has ended could not. What the document superseded holds again."""
    corpus = published(corpora, 20)
    before = await library.corpus("one", ANONYMOUS)
    assert [passage.is_superseded for passage in before.passages[:2]] == [True, False]
    await indexes.close()
    for number in (1, 7):
        corpus.retract(f"d{number}", "誤り", KEY)
        after = await library.corpus("one", ANONYMOUS)
        assert f"d{number}" not in await found(after, number)
    assert await found(after, 3) >= {"d3"}
    assert not any(passage.is_superseded for passage in after.passages)
    assert [passage.document for passage in after.passages] == [
        f"corpora/one/documents/d{number}" for number in range(20) if number not in (1, 7)
    ]
    assert after.text_of("corpora/one/documents/d3") == text_of(3)
    with pytest.raises(KeyError):
        after.text_of("corpora/one/documents/d7")
    # A check that began before reads its version to its end.
    assert "d7" in await found(before, 7)


async def test_vectors_of_another_model_build_nothing_anew(
    corpora: Corpora, library: Library, indexes: LexicalIndexes
) -> None:
    corpus = published(corpora, 20)
    await library.corpus("one", ANONYMOUS)
    corpus.prepare(1, "g")
    await indexes.close()
    corpus.change(lambda c: versions.finish(c, 1, "g"))
    after = await library.corpus("one", ANONYMOUS)
    assert after.fingerprint == "g"
    assert "d7" in await found(after, 7)


async def test_what_is_published_is_indexed_before_the_service_serves(
    corpora: Corpora, library: Library, indexes: LexicalIndexes
) -> None:
    """Corpora without a published version are no hindrance."""
    published(corpora, 20)
    corpora.create("empty", "", (), KEY)
    await library.open()
    await indexes.close()
    assert "d7" in await found(await library.corpus("one", ANONYMOUS), 7)


async def test_what_was_cut_is_not_cut_anew_after_a_start_but_by_another_revision(corpora: Corpora) -> None:
    """A term that the text does not hold, written into the file, tells where terms come from."""
    corpus = published(corpora, 20)
    mark = "UPDATE cut SET terms='[[\"しるし\"]]' WHERE content=3"
    for revision, marked in (("r1", []), ("r1", [2]), ("r2", []), ("r1", [])):
        indexes = LexicalIndexes(Terms(Analyser()), revision=revision)
        found = await indexes.of(corpus, corpus.pin())
        assert found.index.search(["しるし"], 8) == marked
        assert len(found.index.search(["発熱"], 20)) == 20 - len(marked)
        await indexes.close()
        corpus.change(lambda c: c.execute(mark).fetchall())


async def test_names_of_the_corpus_are_found_also_in_what_was_cut_before(corpora: Corpora) -> None:
    corpus = published(corpora, 20)
    for groups in ((), (AliasGroup("甲日", ("病日",)),)):
        if groups:
            corpus.replace_aliases(groups, KEY)
            number = corpus.begin_version(KEY).number
            corpus.change(lambda c, number=number: versions.finish(c, number, "f"))
        indexes = LexicalIndexes(Terms(Analyser()), revision="r1")
        found = await indexes.of(corpus, corpus.pin())
        assert len(found.index.search(["甲日"], 20)) == (20 if groups else 0)
        assert ("甲日" in found.terms.of("第3病日")) is bool(groups)
        await indexes.close()


async def test_a_stop_waits_for_no_build(corpora: Corpora, indexes: LexicalIndexes) -> None:
    corpus = published(corpora, SEVERAL_THOUSAND)
    building = asyncio.create_task(indexes.of(corpus, corpus.pin()))
    await asyncio.sleep(0)
    await indexes.close()
    with pytest.raises(Unavailable):
        await building


@pytest.mark.parametrize("retract_first", [False, True])
async def test_a_retraction_reaches_a_version_that_is_being_prepared(corpora: Corpora, retract_first: bool) -> None:
    """Hazard: the version is read before checks switch to it, and a document is retracted in between."""
    corpus = published(corpora, 5)
    steps: list[Callable[[], object]] = [
        lambda: corpus.prepare(1, "g"),
        lambda: corpus.retract("d2", "誤り", KEY),
    ]
    for step in reversed(steps) if retract_first else steps:
        step()
    corpus.change(lambda c: versions.finish(c, 1, "g"))
    pinned = corpus.pinned()
    assert pinned is not None
    assert "corpora/one/documents/d2" not in {passage.document for passage in pinned.passages}
    assert [pinned.index_of[point] for point in pinned.index_of] == list(range(4))
