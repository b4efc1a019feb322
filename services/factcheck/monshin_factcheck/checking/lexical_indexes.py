"""The lexical index of each version that serves: built once, in a thread of its own, while checks go on."""

import asyncio
import itertools
import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from weakref import WeakKeyDictionary

from monshin_kit.errors import Unavailable
from monshin_kit.executor import Executor

from monshin_factcheck.core.aliases.table import AliasTable
from monshin_factcheck.core.evidence import Passage
from monshin_factcheck.core.retrieval.bare_names import is_bare_name
from monshin_factcheck.core.retrieval.lexical import LexicalIndex
from monshin_factcheck.core.retrieval.passages import searched_text
from monshin_factcheck.core.retrieval.terms import Terms, names_in
from monshin_factcheck.corpora import cut
from monshin_factcheck.corpora.corpus import Corpus
from monshin_factcheck.corpora.cut import CutContent
from monshin_factcheck.corpora.pinned import PinnedVersion

_log = logging.getLogger(__name__)
T = TypeVar("T")
# Corpora that may wait for the one thread.
_QUEUE_LIMIT = 10_000
# Contents that are written in one transaction: imports into the same corpus wait for it.
_KEPT_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Searchable:
    """A version's passages by their words. terms: how a claim is cut for it. names: places of passages that are nothing
    but a name (core/retrieval/bare_names.py)."""

    index: LexicalIndex
    terms: Terms
    names: frozenset[int]


class LexicalIndexes:
    """Whoever asks for a version waits for the same build; a version that lost documents shares the whole one's.

    standard: loads names that only widen the search; asked once, by `open`. revision: of what cuts passages
    (core/retrieval/revision.py); what another one cut is cut anew.
    """

    def __init__(
        self, terms: Terms, standard: Callable[[], AliasTable | None] = lambda: None, *, revision: str
    ) -> None:
        self.terms = terms
        self._standard = standard
        self._revision = revision
        self._executor = Executor(workers=1, queue_limit=_QUEUE_LIMIT, name="lexical")
        self._is_closing = threading.Event()
        self._whole: WeakKeyDictionary[PinnedVersion, asyncio.Task[Searchable]] = WeakKeyDictionary()
        self._rest: WeakKeyDictionary[PinnedVersion, Searchable] = WeakKeyDictionary()

    async def open(self) -> None:
        """Loads the standard names, which `terms` and all indexes know from then on."""
        table = await self._executor.run(self._standard)
        if table is not None:
            self.terms = self.terms.knowing(table)

    async def run(self, work: Callable[[], T]) -> T:
        """Other work that takes as long as a build, in the same thread."""
        return await self._executor.run(work)

    async def of(self, corpus: Corpus, pinned: PinnedVersion) -> Searchable:
        """Waits while it is built. Raises DataLoss, and Unavailable when the service stops."""
        whole = await self._built(corpus, pinned.whole)
        if pinned.whole is pinned:
            return whole
        if pinned not in self._rest:
            self._rest[pinned] = _only(whole, pinned)
        return self._rest[pinned]

    async def close(self) -> None:
        """Gives up what is being built."""
        self._is_closing.set()
        await asyncio.to_thread(self._executor.close)

    async def _built(self, corpus: Corpus, pinned: PinnedVersion) -> Searchable:
        building = self._whole.get(pinned)
        if building is None:
            building = self._whole[pinned] = asyncio.create_task(self._executor.run(self._build, corpus, pinned))
            building.add_done_callback(lambda task: self._forget_failed(pinned, task))
        return await asyncio.shield(building)  # one who leaves must not take the index of others along

    def _forget_failed(self, pinned: PinnedVersion, task: "asyncio.Task[Searchable]") -> None:
        if task.cancelled() or task.exception() is not None:
            self._whole.pop(pinned, None)

    def _build(self, corpus: Corpus, pinned: PinnedVersion) -> Searchable:
        book = pinned.aliases
        own = () if book is None else (book.judging, *book.expanding)
        known = corpus.read(lambda connection: cut.kept(connection, pinned.key[0], self._revision))
        fresh = dict[int, CutContent]()
        terms, names = list[Sequence[str]](), set[int]()
        for content, group in itertools.groupby(zip(pinned.contents, pinned.passages, strict=True), lambda one: one[0]):
            passages = [passage for _, passage in group]
            found = known.get(content)
            if found is None:
                found = fresh[content] = self._cut(passages)
            if found.is_name:
                names.add(len(terms))
            terms += [
                [*one, *names_in(searched_text(passage), own)] if own else one
                for one, passage in zip(found.terms, passages, strict=True)
            ]
        self._keep(corpus, fresh)
        return Searchable(LexicalIndex(terms), self.terms.knowing(*own), frozenset(names))

    def _cut(self, passages: Sequence[Passage]) -> CutContent:
        if self._is_closing.is_set():
            raise Unavailable("the service is stopping")
        found = CutContent(
            [self.terms.of(searched_text(passage)) for passage in passages],
            is_bare_name(passages[0], self.terms.analyser),
        )
        time.sleep(0)  # gives the interpreter to a check at once, not after its switch interval
        return found

    def _keep(self, corpus: Corpus, fresh: dict[int, CutContent]) -> None:
        contents = iter(fresh.items())
        try:
            while part := dict(itertools.islice(contents, _KEPT_AT_ONCE)):
                corpus.change(lambda connection, part=part: cut.keep(connection, self._revision, part))  # type: ignore[misc]  # a default cannot be inferred
        except Unavailable as error:
            _log.warning("the terms of a corpus are cut anew at the next start", extra={"reason": error.reason})


def _only(whole: Searchable, pinned: PinnedVersion) -> Searchable:
    names = frozenset(place for place, former in enumerate(pinned.kept) if former in whole.names)
    return Searchable(whole.index.only(pinned.kept), whole.terms, names)
