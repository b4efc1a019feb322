"""What a corpus is made of."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

CORPUS = "Corpus"
VERSION = "Version"
DOCUMENT = "Document"
COLUMNS = "document, title, text, source, date, tier, supersedes, effective_until"


class VersionState(StrEnum):
    """Where a version is in its life; the words are those of the proto."""

    PUBLISHING = "PUBLISHING"
    PUBLISHED = "PUBLISHED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A document on its way in. date: `YYYY-MM-DD` or empty.

    tier: 1 (binding, such as a package insert) to 5, 0 unknown. supersedes: ids of documents that it replaces.
    effective_until: the last day on which it holds, or empty.
    """

    id: str
    title: str
    text: str
    source: str
    date: str
    tier: int = 0
    supersedes: tuple[str, ...] = ()
    effective_until: str = ""

    @property
    def row(self) -> tuple[str | int, ...]:
        """Its columns in the tables, `COLUMNS`."""
        fields = (self.id, self.title, self.text, self.source, self.date)
        return (*fields, self.tier, json.dumps(self.supersedes), self.effective_until)

    @classmethod
    def of_row(cls, row: Sequence[object]) -> "NewDocument":
        """From the same columns."""
        name, title, text, source, date = map(str, row[:5])
        return cls(name, title, text, source, date, int(str(row[5])), tuple(json.loads(str(row[6]))), str(row[7]))


@dataclass(frozen=True, slots=True)
class ImportCounts:
    """What an import did to the draft."""

    inserted: int
    replaced: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class Definition:
    """The corpus's own fields. readers: `role:…`, `client:…`; empty means all. create_time: seconds since the epoch.

    incarnation: differs between two corpora that had the same id one after the other.
    """

    id: str
    display_name: str
    readers: tuple[str, ...]
    create_time: float
    etag: str
    incarnation: str


@dataclass(frozen=True, slots=True)
class CorpusView:
    """A corpus as it stands. current_version: 0 before the first publication. is_damaged: only the id is known."""

    definition: Definition
    current_version: int = 0
    draft_documents: int = 0
    is_damaged: bool = False


@dataclass(frozen=True, slots=True)
class Deletion:
    """What a deleted corpus leaves behind elsewhere: vectors under these fingerprints."""

    definition: Definition
    fingerprints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Version:
    """A version; times in seconds since the epoch, 0 where not yet. fingerprint: of its vectors.

    alias_revision: of its list of names, empty without one.
    """

    number: int
    state: VersionState
    documents: int
    passages: int
    passages_embedded: int
    content_sha256: str
    create_time: float
    publish_time: float
    failure: str
    fingerprint: str
    alias_revision: str = ""


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document with the versions that hold this very text, newest first. retraction: why, or empty."""

    document: NewDocument
    text_sha256: str
    retraction: str
    versions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage of a content: `start`, `end` count code points of the document's text."""

    content: int
    number: int
    start: int
    end: int

    @property
    def point_id(self) -> str:
        """Its name in the vector index."""
        return f"{self.content}:{self.number}"
