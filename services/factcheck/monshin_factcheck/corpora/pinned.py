"""A version as a check reads it: all its passages in memory, none of them retracted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import apsw

from monshin_factcheck.core.aliases.own_list import AliasBook, book
from monshin_factcheck.core.cues.governing import Governing
from monshin_factcheck.core.evidence import Passage
from monshin_factcheck.core.retrieval.standing import standing
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
    supersedes: document name → names of those it takes the place of.
    former: the version as it was read, which this is the rest of; None if this is it. former_places: where these
    passages stand in it.
    """

    name: str
    key: tuple[int, str]
    passages: Sequence[Passage]
    texts: Mapping[str, str]
    index_of: Mapping[str, int]
    collection: str
    fingerprint: str
    supersedes: Mapping[str, frozenset[str]]
    aliases: AliasBook | None = None
    former: "PinnedVersion | None" = None
    former_places: Sequence[int] = ()

    @property
    def whole(self) -> "PinnedVersion":
        """As it was read, before documents of it were retracted."""
        return self if self.former is None else self.former

    @property
    def kept(self) -> Sequence[int]:
        """Where the passages stand in `whole`."""
        return range(len(self.passages)) if self.former is None else self.former_places

    @property
    def contents(self) -> list[int]:
        """The content that each passage is of; those of one content follow each other."""
        return [int(point.partition(":")[0]) for point in self.index_of]

    def without(self, document: str) -> "PinnedVersion":
        """After the retraction of a document, by name: what it superseded holds again."""
        if document not in self.texts:
            return self
        left = [place for place, passage in enumerate(self.passages) if passage.document != document]
        supersedes = {name: others for name, others in self.supersedes.items() if name != document}
        superseded = frozenset[str]().union(*supersedes.values())
        points = list(self.index_of)
        return replace(
            self,
            passages=[_marked(self.passages[place], superseded) for place in left],
            texts={name: text for name, text in self.texts.items() if name != document},
            index_of={points[place]: new for new, place in enumerate(left)},
            supersedes=supersedes,
            former=self.whole,
            former_places=[self.kept[place] for place in left],
        )

    def under(self, definition: Definition, fingerprint: str) -> "PinnedVersion":
        """With vectors of another model."""
        key, collection = (self.key[0], fingerprint), collection_id(definition, fingerprint)
        return replace(
            self, key=key, collection=collection, fingerprint=fingerprint, former=self.whole, former_places=self.kept
        )


def collection_id(definition: Definition, fingerprint: str) -> str:
    """The ann collection of a corpus's vectors under one fingerprint; another corpus of the same id has another."""
    return f"fc-{definition.incarnation}-{fingerprint[:16]}"


def pin(connection: apsw.Connection, definition: Definition, version: Version) -> PinnedVersion:
    """Reads a version's passages."""
    stored = versions.passages(connection, version.number)
    texts = versions.contents(connection, {passage.content for passage in stored})
    supersedes = {
        _name(definition.id, document.id): frozenset(_name(definition.id, other) for other in document.supersedes)
        for document in texts.values()
    }
    superseded = frozenset[str]().union(*supersedes.values())
    above = _governing(stored, texts)
    groups = alias_lists.groups(connection, version.alias_revision)
    return PinnedVersion(
        name=f"corpora/{definition.id}/versions/{version.number}",
        key=(version.number, version.fingerprint),
        texts={_name(definition.id, document.id): document.text for document in texts.values()},
        passages=[
            _passage(definition.id, stored, place, texts, superseded, above[place]) for place in range(len(stored))
        ],
        index_of={passage.point_id: place for place, passage in enumerate(stored)},
        collection=collection_id(definition, version.fingerprint),
        fingerprint=version.fingerprint,
        supersedes=supersedes,
        aliases=book(groups) if groups else None,
    )


def _passage(
    corpus_id: str, stored: Sequence[StoredPassage], place: int, texts: Mapping[int, NewDocument],
    superseded: frozenset[str], above: tuple[Governing, ...],
) -> Passage:  # fmt: skip
    here = stored[place]
    document = texts[here.content]

    def neighbour(at: int) -> str:
        if 0 <= at < len(stored) and stored[at].content == here.content:
            return document.text[stored[at].start : stored[at].end]
        return ""

    name = _name(corpus_id, document.id)
    return Passage(
        document=name,
        span=Span(here.start, here.end),
        text=document.text[here.start : here.end],
        before=neighbour(place - 1),
        after=neighbour(place + 1),
        title=document.title,
        source=document.source,
        date=document.date,
        tier=document.tier,
        is_superseded=name in superseded,
        effective_until=document.effective_until,
        governing=above,
    )


def _governing(stored: Sequence[StoredPassage], texts: Mapping[int, NewDocument]) -> list[tuple[Governing, ...]]:
    """Read off the texts as imported: versions that were published before anyone looked for headings have them, too."""
    return [
        one
        for content, group in groupby(stored, key=lambda passage: passage.content)
        for one in standing(texts[content].text, [Span(passage.start, passage.end) for passage in group])
    ]


def _marked(passage: Passage, superseded: frozenset[str]) -> Passage:
    is_superseded = passage.document in superseded
    return passage if passage.is_superseded is is_superseded else replace(passage, is_superseded=is_superseded)


def _name(corpus_id: str, document_id: str) -> str:
    return f"corpora/{corpus_id}/documents/{document_id}"
