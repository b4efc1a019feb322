"""Publishing: a version's passages are split, embedded, acknowledged by the vector index; only then checks switch.

Every step is on disk before the next, so that a start after a crash goes on where it was, the event of a publication
among them. What the index really holds is compared with what was noted whenever the service starts (it may have been
restored from an older backup).
"""

import asyncio
import itertools
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import apsw
from monshin_kit.errors import DataLoss, DeadlineExceeded, MonshinError, NotFound, ResourceExhausted, Unavailable
from monshin_kit.executor import Executor
from monshin_kit.outbox import Outbox
from monshin_protos.vectors.v1 import vectors_pb2

from monshin_factcheck.clients.embedder import BATCH, Embedder
from monshin_factcheck.clients.vector_index import VectorIndex
from monshin_factcheck.core.retrieval.passages import passage_text
from monshin_factcheck.core.text.wrapped import source_sentences
from monshin_factcheck.corpora import owed, versions
from monshin_factcheck.corpora.changes import Changes
from monshin_factcheck.corpora.corpus import Corpus
from monshin_factcheck.corpora.model import Deletion, StoredPassage, Version, VersionState
from monshin_factcheck.corpora.pinned import collection_id
from monshin_factcheck.corpora.registry import Corpora

_log = logging.getLogger(__name__)
_FIRST_PAUSE_S = 0.5
_MAX_PAUSE_S = 10.0

T = TypeVar("T")
Spawn = Callable[[Coroutine[Any, Any, None]], object]
Prepare = Callable[[Corpus, int, str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Patience:
    """patience_s: how long a publication keeps trying while a service does not answer; then it FAILED.
    grace_s: how long vectors of a version that no longer serves are kept for checks that still read it."""

    patience_s: float
    grace_s: float


class Publisher:
    """One publication a corpus at a time (the store sees to that); different corpora side by side.

    prepare: makes a version ready for checks, by number and fingerprint; when it returns, they may switch.
    """

    def __init__(
        self, corpora: Corpora, embedder: Embedder, index: VectorIndex, executor: Executor, outbox: Outbox,
        changes: Changes, patience: Patience, spawn: Spawn, prepare: Prepare,
    ) -> None:  # fmt: skip
        self._corpora = corpora
        self._embedder = embedder
        self._index = index
        self._executor = executor
        self._outbox = outbox
        self._changes = changes
        self._patience = patience
        self._spawn = spawn
        self._prepare = prepare
        self._begun: set[tuple[str, int]] = set()
        self._telling = asyncio.Lock()

    def begin(self, corpus: Corpus, number: int) -> None:
        """Goes on with a version in the background if it is in state PUBLISHING; once, however often it is asked."""
        key = (corpus.definition.incarnation, number)
        if key not in self._begun:
            self._begun.add(key)
            self._spawn(self._publish(corpus, number))

    async def resume(self) -> None:
        """At start: goes on with what a crash interrupted, and compares the index with each serving version."""
        for corpus in self._corpora.all():
            self._spawn(self._tell_in_time(corpus))
            newest = await self._executor.run(corpus.read, lambda connection: versions.listed(connection, limit=1))
            for version in newest:
                if version.state is VersionState.PUBLISHING:
                    self.begin(corpus, version.number)
            self._spawn(self.reconcile(corpus))

    async def reconcile(self, corpus: Corpus) -> None:
        """Embeds anew what the index has lost, or all of it if the embedding model has changed."""
        version = await self._executor.run(corpus.read, versions.current)
        if version is None:
            return
        try:
            fingerprint = await self._patiently(self._embedder.fingerprint)
            await self._forget_lost(corpus, version, fingerprint.digest)
            await self._embed(corpus, version.number, fingerprint)
            await self._prepare(corpus, version.number, fingerprint.digest)
        except MonshinError:
            _log.warning("a corpus could not be compared with its vectors; lexical search serves it")
            return
        if fingerprint.digest != version.fingerprint:
            await self._change(corpus, lambda c: versions.finish(c, version.number, fingerprint.digest))
            _log.info("a corpus was embedded anew for another model")

    def forget(self, deletion: Deletion) -> None:
        """Drops the vectors of a deleted corpus in the background; what cannot be dropped now does no harm."""
        self._spawn(self._drop(deletion))

    async def tell(self, corpus: Corpus) -> None:
        """Emits the events that a corpus owes; durable when this returns. Raises Unavailable.

        A crash before an event is struck out makes the next start emit it again, with the same attributes.
        """
        async with self._telling:
            for event in await self._executor.run(corpus.read, owed.events):
                await self._outbox.emit(event.name, event.attributes)
                await self._executor.run(corpus.change, lambda c, event=event: owed.strike(c, event.sequence))

    async def _drop(self, deletion: Deletion) -> None:
        for fingerprint in deletion.fingerprints:
            try:
                await self._index.drop(collection_id(deletion.definition, fingerprint))
            except MonshinError:
                _log.warning("vectors of a deleted corpus could not be dropped")

    async def _publish(self, corpus: Corpus, number: int) -> None:
        try:
            version = await self._executor.run(corpus.read, lambda c: versions.get(c, corpus.definition.id, number))
            if version.state is not VersionState.PUBLISHING:
                return  # a repeated request of a publication that ended before this start
            await self._split(corpus, number)
            fingerprint = await self._patiently(self._embedder.fingerprint)
            await self._embed(corpus, number, fingerprint)
            await self._prepare(corpus, number, fingerprint.digest)
            await self._change(corpus, lambda c: _finish(c, corpus.definition.id, number, fingerprint.digest))
        except DataLoss:
            self._corpora.set_aside(corpus)
            return
        except MonshinError as error:
            await self._fail(corpus, number, error.message)
            _log.warning("a version was not published", extra={"reason": error.reason})
            return
        except Exception as error:
            await self._fail(corpus, number, f"the service failed ({type(error).__name__}): its log says more")
            raise
        await self._tell_in_time(corpus)
        await asyncio.sleep(self._patience.grace_s)
        await self._prune(corpus, fingerprint.digest)

    async def _fail(self, corpus: Corpus, number: int, why: str) -> None:
        """Tries until it is on disk, for as long as the corpus serves: while a version stays PUBLISHING, no other can
        be published, and a disk that was full for the publication is full for this as well."""
        pause_s = _FIRST_PAUSE_S
        while corpus in self._corpora.all():
            try:
                return await self._change(corpus, lambda c: versions.fail(c, number, why))
            except DataLoss:
                return self._corpora.set_aside(corpus)
            except MonshinError as error:
                _log.warning("the end of a publication could not be written", extra={"reason": error.reason})
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, _MAX_PAUSE_S)
        return None

    async def _split(self, corpus: Corpus, number: int) -> None:
        while batch := await self._executor.run(corpus.read, lambda connection: versions.unsplit(connection, number)):
            split = await self._executor.run(lambda texts: [(c, _passages(c, text)) for c, text in texts], batch)
            await self._change(corpus, lambda c, split=split: versions.keep_passages(c, split))  # type: ignore[misc]

    async def _embed(self, corpus: Corpus, number: int, fingerprint: vectors_pb2.Fingerprint) -> None:
        digest = fingerprint.digest
        total = len(await self._executor.run(corpus.read, lambda c: versions.passages(c, number)))
        lacking = await self._executor.run(corpus.read, lambda c: versions.passages(c, number, lacking=digest))
        await self._change(corpus, lambda c: versions.note_passages(c, number, total, total - len(lacking)))
        collection = collection_id(corpus.definition, digest)
        await self._patiently(lambda: self._index.ensure(collection, fingerprint))
        done = total - len(lacking)
        for batch in _whole_contents(lacking):
            await self._patiently(lambda batch=batch: self._embed_batch(corpus, collection, batch, digest))  # type: ignore[misc]
            done += len(batch)
            contents = {passage.content for passage in batch}
            await self._change(
                corpus,
                lambda c, contents=contents, done=done: versions.note_embedded(c, number, digest, contents, done),  # type: ignore[misc]
            )

    async def _embed_batch(self, corpus: Corpus, collection: str, batch: Sequence[StoredPassage], digest: str) -> None:
        wanted = {passage.content for passage in batch}
        documents = await self._executor.run(corpus.read, lambda c: versions.contents(c, wanted))
        for start in range(0, len(batch), BATCH):
            part = batch[start : start + BATCH]
            texts = [passage_text(documents[p.content].title, documents[p.content].text[p.start : p.end]) for p in part]
            embedded = await self._embedder.passages(texts, bulk=True)
            await self._index.upsert(
                collection, [p.point_id for p in part], embedded.vectors, embedded.fingerprint.digest
            )

    async def _forget_lost(self, corpus: Corpus, version: Version, digest: str) -> None:
        try:
            held = await self._patiently(lambda: self._index.ids(collection_id(corpus.definition, digest)))
        except NotFound:
            held = set()
        stored = await self._executor.run(corpus.read, lambda c: versions.passages(c, version.number))
        lost = {passage.content for passage in stored if passage.point_id not in held}
        if lost:
            await self._change(corpus, lambda c: versions.forget_embedded(c, digest, lost))

    async def _prune(self, corpus: Corpus, digest: str) -> None:
        collection = collection_id(corpus.definition, digest)
        try:
            held = await self._index.ids(collection)
            kept = await self._executor.run(corpus.read, _kept_points)
            stale = sorted(held - kept)
            lost = {int(point.split(":")[0]) for point in stale}
            await self._change(corpus, lambda c: versions.forget_embedded(c, digest, lost))
            await self._index.delete(collection, stale)
        except MonshinError:
            _log.warning("old vectors of a corpus could not be removed")

    async def _tell_in_time(self, corpus: Corpus) -> None:
        try:
            await self._patiently(lambda: self.tell(corpus))
        except MonshinError as error:
            _log.warning("events of a corpus wait for the next start", extra={"reason": error.reason})

    async def _change(self, corpus: Corpus, change: Callable[[Any], None]) -> None:
        await self._executor.run(corpus.change, change)
        self._changes.notify(corpus.definition.id)

    async def _patiently(self, attempt: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Tries again while a service is away, up to the patience; other refusals are final."""
        ends = asyncio.get_running_loop().time() + self._patience.patience_s
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                return await attempt()
            except (Unavailable, ResourceExhausted, DeadlineExceeded):
                if asyncio.get_running_loop().time() + pause_s > ends:
                    raise
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, _MAX_PAUSE_S)


def _finish(connection: apsw.Connection, corpus_id: str, number: int, digest: str) -> None:
    versions.finish(connection, number, digest)
    version = versions.get(connection, corpus_id, number)
    owed.owe(
        connection,
        "corpus.published",
        {
            "version": f"corpora/{corpus_id}/versions/{number}",
            "content_sha256": version.content_sha256,
            "documents": version.documents,
            "passages": version.passages,
            "fingerprint": digest,
        },
    )


def _kept_points(connection: apsw.Connection) -> set[str]:
    """Of the version that serves, the one before it, which a check may still read, and the newest, even where they
    failed: what is published next shares most of them."""
    kept = (*versions.published(connection, limit=2), *versions.listed(connection, limit=2))
    numbers = {version.number for version in kept}
    return {passage.point_id for number in numbers for passage in versions.passages(connection, number)}


def _passages(content: int, text: str) -> list[StoredPassage]:
    return [StoredPassage(content, n, one.span.start, one.span.end) for n, one in enumerate(source_sentences(text))]


def _whole_contents(passages: Sequence[StoredPassage]) -> list[list[StoredPassage]]:
    """Batches of about BATCH passages that never cut a content, so that `embedded` can speak of whole ones."""
    batches: list[list[StoredPassage]] = []
    for _, group in itertools.groupby(passages, key=lambda passage: passage.content):
        whole = list(group)
        if batches and len(batches[-1]) + len(whole) <= BATCH:
            batches[-1].extend(whole)
        else:
            batches.append(whole)
    return batches
