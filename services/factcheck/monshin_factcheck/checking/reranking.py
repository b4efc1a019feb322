"""Between search and judges: what was found is ordered anew, where a reranker is set and answers."""

from collections.abc import Collection, MutableMapping, Sequence
from typing import ClassVar

from monshin_kit.errors import MonshinError

from monshin_factcheck.checking.posts import Post
from monshin_factcheck.core.evidence import Passage
from monshin_factcheck.core.retrieval.passages import searched_text
from monshin_factcheck.core.retrieval.reranker import Candidate

RERANKER = "reranker"
Ranked = Sequence[tuple[int, float]]


class RerankerPost(Post[Candidate, float]):
    """One reranker at its post. timeout_s: for the passages of a claim."""

    KIND: ClassVar[str] = "reranker"


class Reranking:
    """post: None where no reranker is set; then every order stays."""

    def __init__(self, post: RerankerPost | None = None) -> None:
        self._post = post

    async def open(self) -> None:
        """Makes the reranker ready; one that cannot be is named in the log, and stays away."""
        if self._post is not None:
            await self._post.open()

    async def order(
        self,
        claim: str,
        ranked: Ranked,
        passages: Sequence[Passage],
        last: Collection[int],
        not_run: MutableMapping[str, str],
    ) -> Ranked:
        """`ranked`, places in `passages` with scores, as the reranker orders it; those in `last` go last, as they were.

        Where the reranker is away, or did not answer before in this check, all stays as it was; `not_run` tells why.
        """
        firm = [place for place, _ in ranked if place not in last]
        scores = await self._scores([Candidate(claim, searched_text(passages[place])) for place in firm], not_run)
        if scores is None:
            return ranked
        told = sorted(zip(firm, scores, strict=True), key=lambda one: -one[1])
        order = [*(place for place, _ in told), *(place for place, _ in ranked if place in last)]
        return [(place, 1 / rank) for rank, place in enumerate(order, start=1)]

    async def close(self) -> None:
        """Ends the reranker."""
        if self._post is not None:
            await self._post.close()

    async def _scores(
        self, candidates: Sequence[Candidate], not_run: MutableMapping[str, str]
    ) -> Sequence[float] | None:
        if self._post is None or not candidates:
            return None
        if self._post.absence:
            not_run.setdefault(RERANKER, self._post.absence)
        if RERANKER in not_run:
            return None
        try:
            return await self._post.ask(candidates)
        except MonshinError as error:
            not_run[RERANKER] = error.code
            return None
