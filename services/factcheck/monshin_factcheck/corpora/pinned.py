"""A version as a check reads it: all its passages in memory, none of them retracted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import apsw

from monshin_factcheck.core.aliases.own_list import AliasBook, book
from monshin_factcheck.core.evidence import Passage
from monshin_factcheck.core.text.spans import Span
from monshin_factcheck.corpora import alias_lists, versions
from monshin_factcheck.corpora.model import Definition, NewDocument, StoredPassage, Version


@dataclass(frozen=True, eq=False)
class PinnedVersion:
    """Compared by identity, so that what is derived from it (a lexical index) can be kept with it.

    name: `corpora/{id}/versions/{n}`. passages: by document and place. texts: document name → text as imported.
    index_of: point id in ann → place in `passages`.
    aliases: its own list of names, None without one.
    collection: the ann collection of its vectors. fingerprint: digest of the model that made them.
    """

    name: str
    key: tuple[int, str]
    passages: Sequence[Passage]
    texts: Mapping[str, str]
    index_of: Mapping[str, int]
    collection: str
    fingerprint: str
    aliases: AliasBook | None = None


def collection_id(definition: Definition, fingerprint: str) -> str:
    """The ann collection of a corpus's vectors under one fingerprint; another corpus of the same id has another."""
    return f"fc-{definition.incarnation}-{fingerprint[:16]}"


def pin(connection: apsw.Connection, definition: Definition, version: Version) -> PinnedVersion:
    """Reads a version's passages."""
    stored = versions.passages(connection, version.number)
    texts = versions.contents(connection, {passage.content for passage in stored})
    superseded = frozenset(name for document in texts.values() for name in document.supersedes)
    groups = alias_lists.groups(connection, version.alias_revision)
    return PinnedVersion(
        name=f"corpora/{definition.id}/versions/{version.number}",
        key=(version.number, version.fingerprint),
        texts={_name(definition.id, document): document.text for document in texts.values()},
        passages=[_passage(definition.id, stored, place, texts, superseded) for place in range(len(stored))],
        index_of={passage.point_id: place for place, passage in enumerate(stored)},
        collection=collection_id(definition, version.fingerprint),
        fingerprint=version.fingerprint,
        aliases=book(groups) if groups else None,
    )


def _passage(
    corpus_id: str, stored: Sequence[StoredPassage], place: int, texts: Mapping[int, NewDocument],
    superseded: frozenset[str],
) -> Passage:  # fmt: skip
    here = stored[place]
    document = texts[here.content]

    def neighbour(at: int) -> str:
        if 0 <= at < len(stored) and stored[at].content == here.content:
            return document.text[stored[at].start : stored[at].end]
        return ""

    return Passage(
        document=_name(corpus_id, document),
        span=Span(here.start, here.end),
        text=document.text[here.start : here.end],
        before=neighbour(place - 1),
        after=neighbour(place + 1),
        title=document.title,
        source=document.source,
        date=document.date,
        tier=document.tier,
        is_superseded=document.id in superseded,
        effective_until=document.effective_until,
    )


def _name(corpus_id: str, document: NewDocument) -> str:
    return f"corpora/{corpus_id}/documents/{document.id}"
