"""Passages ordered anew between search and judges, and what happens where nobody orders them."""

import threading
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from monshin_factcheck.checking.checker import Checked, Checker, Run
from monshin_factcheck.checking.evidence import CorpusEvidence
from monshin_factcheck.checking.lexical_indexes import Searchable
from monshin_factcheck.checking.posts import InThread
from monshin_factcheck.checking.reading import ReadingRoom
from monshin_factcheck.checking.reranking import RERANKER, RerankerPost, Reranking
from monshin_factcheck.clients.embedder import Embedded
from monshin_factcheck.core.claims.split import split_claims
from monshin_factcheck.core.evidence import Passage
from monshin_factcheck.core.retrieval.lexical import LexicalIndex
from monshin_factcheck.core.retrieval.reranker import Candidate
from monshin_factcheck.core.retrieval.terms import Terms
from monshin_factcheck.core.rules.judge import RulesJudge
from monshin_factcheck.core.rules.statement import Reader
from monshin_factcheck.core.text.spans import Span
from monshin_factcheck.core.text.words import Analyser
from monshin_factcheck.core.weighing import Weighings
from monshin_factcheck.corpora.pinned import PinnedVersion
from monshin_kit.errors import FailedPrecondition, Unavailable
from monshin_kit.executor import Executor

CLAIM = "甲薬は夜に服用する。"
TEXTS = [f"甲薬は{place}番目の病棟で夜に服用する。" for place in range(40)]
JUDGED, FOUND = 8, 32
TODAY = "2026-04-01"
LIMIT_S = 30.0


@dataclass
class Backwards:
    """The later a passage stands in the corpus, the more it bears on the claim; or it raises, or waits."""

    error: Exception | None = None
    waits_for: threading.Event | None = None
    revision: str = "1"
    asked: list[Candidate] = field(default_factory=list)

    def read(self, candidates: Sequence[Candidate]) -> list[float]:
        """As Reranker.read."""
        self.asked += candidates
        if self.waits_for is not None:
            self.waits_for.wait(LIMIT_S)
        if self.error is not None:
            raise self.error
        return [float(TEXTS.index(one.passage.rpartition("の話。")[2])) for one in candidates]


class Away:
    """embed does not answer: words alone search, so that the order is known."""

    async def queries(self, texts: Sequence[str]) -> Embedded:
        """As Embeds.queries."""
        raise Unavailable("embed is away")

    async def passages(self, texts: Sequence[str], *, bulk: bool) -> Embedded:
        """As Embeds.passages."""
        raise Unavailable("embed is away")


class Nobody:
    """ann, which is not asked without embed."""

    async def search(self, *asked: object) -> list[list[tuple[str, float]]]:
        """As Searches.search."""
        raise AssertionError("nothing was embedded")


@asynccontextmanager
async def opened(reranking: Reranking | None) -> AsyncGenerator[tuple[Checker, CorpusEvidence]]:
    """A checker, and a version of one passage a document, with titles: `3の話。`."""
    executor = Executor(name="rules")
    passages = [Passage(f"d/{at}", Span(0, len(text)), text, title=f"{at}の話") for at, text in enumerate(TEXTS)]
    pinned = PinnedVersion("v", (1, ""), passages, {f"d/{at}": text for at, text in enumerate(TEXTS)}, {}, "", "", {})
    terms = Terms(Analyser())
    index = LexicalIndex([terms.of(f"{passage.title} {passage.text}") for passage in passages])
    evidence = CorpusEvidence(pinned, Searchable(index, terms, frozenset()), Away(), Nobody(), executor)
    room = ReadingRoom([], Weighings([], "r"), documents=1)
    if reranking is not None:
        await reranking.open()
    checker = Checker(
        RulesJudge(Reader(Analyser())), executor, room, judged=JUDGED, found=FOUND, revision="r", reranking=reranking
    )
    try:
        yield checker, evidence
    finally:
        if reranking is not None:
            await reranking.close()
        executor.close()


async def checked(checker: Checker, run: Run, claim: str = CLAIM) -> Checked:
    """The one result."""
    (one,) = [one async for one in checker.check(run, split_claims(claim))]
    return one


def order(one: Checked) -> list[int]:
    return [int(opinion.passage.document.removeprefix("d/")) for opinion in one.opinions]


def post(model: Backwards, timeout_s: float = LIMIT_S) -> Reranking:
    return Reranking(RerankerPost("backwards", InThread(lambda: model), timeout_s=timeout_s))


async def plain() -> list[int]:
    """The order without a reranker."""
    async with opened(None) as (checker, evidence):
        return order(await checked(checker, Run(evidence, TODAY)))


async def test_the_best_of_all_found_are_judged_in_the_rerankers_order() -> None:
    """It sees the 32 that the search found, with their titles; eight of them are judged."""
    model = Backwards()
    async with opened(post(model)) as (checker, evidence):
        run = Run(evidence, TODAY)
        one = await checked(checker, run)
    seen = sorted(TEXTS.index(asked.passage.rpartition("の話。")[2]) for asked in model.asked)
    assert len(seen) == FOUND
    assert order(one) == seen[: -JUDGED - 1 : -1] != await plain()
    assert all(asked.claim == CLAIM and "の話。" in asked.passage for asked in model.asked)
    assert RERANKER not in run.not_run
    scores = [opinion.passage.score for opinion in one.opinions]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("error", [RuntimeError("broken"), ValueError("NaN"), Unavailable("away")], ids=repr)
async def test_a_failure_leaves_the_order_and_is_named(error: Exception) -> None:
    """It is asked once in a check, not again for each claim."""
    model = Backwards(error)
    async with opened(post(model)) as (checker, evidence):
        run = Run(evidence, TODAY)
        results = [one async for one in checker.check(run, split_claims(CLAIM * 3))]
    assert [order(one) for one in results] == [await plain()] * 3
    assert run.not_run[RERANKER] == "UNAVAILABLE"
    assert len(model.asked) == FOUND


async def test_one_that_is_too_slow_is_not_waited_for() -> None:
    model = Backwards(waits_for=threading.Event())
    async with opened(post(model, timeout_s=0.2)) as (checker, evidence):
        run = Run(evidence, TODAY)
        one = await checked(checker, run)
        assert model.waits_for is not None
        model.waits_for.set()
    assert (order(one), run.not_run[RERANKER]) == (await plain(), "DEADLINE_EXCEEDED")


async def test_one_that_cannot_be_opened_is_named_in_each_check() -> None:
    def missing() -> Backwards:
        raise FailedPrecondition("there is no such folder")

    reranking = Reranking(RerankerPost("nowhere", InThread(missing), timeout_s=LIMIT_S))
    async with opened(reranking) as (checker, evidence):
        for _ in range(2):
            run = Run(evidence, TODAY)
            assert order(await checked(checker, run)) == await plain()
            assert run.not_run[RERANKER] == "FAILED_PRECONDITION"


async def test_bare_names_stay_last_in_their_order() -> None:
    """However well a reranker thinks of them: a name says nothing of a claim."""
    passages = [Passage(f"d/{at}", Span(0, len(text)), text) for at, text in enumerate(TEXTS)]
    ranked = [(1, 3.0), (2, 2.0), (0, 1.0), (7, 0.9), (5, 0.8)]
    reranking = post(Backwards())
    await reranking.open()
    ordered = await reranking.order(CLAIM, ranked, passages, {7, 5}, {})
    await reranking.close()
    assert [place for place, _ in ordered] == [2, 1, 0, 7, 5]
