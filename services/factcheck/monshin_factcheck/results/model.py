"""What a kept result is made of. Messages of claims are bytes here: the protos are the edge's."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from monshin_factcheck.core.decision import Verdict

RESULT = "Result"
CLAIM = "Claim"


@dataclass(frozen=True, slots=True)
class KeptClaim:
    """probability: what was told for the verdict. message: its serialised ClaimResult.

    judge_revision: of the judges that read it, as joint_revision; empty where none did. is_settled: none was needed.
    """

    number: int
    verdict: Verdict
    probability: float
    message: bytes
    judge_revision: str = ""
    is_settled: bool = False


@dataclass(frozen=True, slots=True)
class UsedDocument:
    """document: `corpora/{id}/documents/{id}`. text_sha256: of the text that was used."""

    document: str
    text_sha256: str


@dataclass(frozen=True, slots=True)
class Revisions:
    """What decided: of the rules, of the judges that read, of the embedding model; empty where none took part."""

    rules: str
    judge: str = ""
    embedder: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """time: seconds since the epoch. summary: the serialised Summary. reviewed: claims with a review.

    answer, question: empty unless stored.
    """

    id: str
    time: float
    caller: str
    model: str
    corpus: str
    text_sha256: str
    is_stored: bool
    summary: bytes
    judges: tuple[str, ...]
    revisions: Revisions
    answer: str = ""
    question: str = ""
    documents: tuple[UsedDocument, ...] = ()
    claims: tuple[KeptClaim, ...] = ()
    reviewed: int = 0


@dataclass(frozen=True, slots=True)
class Review:
    """A person's verdict on a claim; said: the check's."""

    result: str
    number: int
    time: float
    reviewer: str
    verdict: Verdict
    note: str
    said: Verdict


@dataclass(frozen=True, slots=True)
class Labelled:
    """A reviewed claim with all that an evaluation needs."""

    review: Review
    message: bytes
    corpus: str
    model: str


@dataclass(frozen=True, slots=True)
class Sight:
    """What a caller may see. sees_all: not its own results alone. with_texts: of results of others; one's own are
    always seen whole.

    concealed: corpora that it may not read, each with the time before which its results are not seen, in seconds since
    the epoch.
    """

    caller: str
    sees_all: bool
    with_texts: bool
    concealed: Mapping[str, float] = field(default_factory=dict)

    def may_read_texts(self, caller: str) -> bool:
        """Of a result that this caller made."""
        return self.with_texts or caller == self.caller


@dataclass(frozen=True, slots=True)
class Filter:
    """Empty and None: any. start, end: seconds since the epoch, end exclusive. before: (time, id) of the last page."""

    corpus: str = ""
    document: str = ""
    model: str = ""
    verdict: Verdict | None = None
    start: float | None = None
    end: float | None = None
    is_stored: bool = False
    before: tuple[float, str] | None = None
    limit: int = field(default=100)
