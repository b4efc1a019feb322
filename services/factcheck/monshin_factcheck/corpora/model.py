"""What a corpus is made of."""

from dataclasses import dataclass
from enum import StrEnum

CORPUS = "Corpus"
VERSION = "Version"
DOCUMENT = "Document"


class VersionState(StrEnum):
    """Where a version is in its life; the words are those of the proto."""

    PUBLISHING = "PUBLISHING"
    PUBLISHED = "PUBLISHED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A document on its way in. date: `YYYY-MM-DD` or empty."""

    id: str
    title: str
    text: str
    source: str
    date: str


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
    """A version; times in seconds since the epoch, 0 where not yet. fingerprint: of its vectors."""

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
