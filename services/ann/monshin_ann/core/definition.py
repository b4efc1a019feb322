"""What a collection is: fixed at creation, but for its readers."""

import hashlib
from dataclasses import dataclass
from enum import Enum
from typing import NewType

from monshin_kit.errors import FailedPrecondition, InvalidInput

CollectionId = NewType("CollectionId", str)

MAX_DIM = 8192
DEFAULT_DEGREE = 32


class Metric(Enum):
    """How far two vectors are apart; smaller is nearer. The values are those stored on disk."""

    L2 = "l2"  # squared Euclidean distance
    INNER_PRODUCT = "inner_product"  # negative inner product
    COSINE = "cosine"  # 1 - cosine similarity, in [0, 2]


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What made the vectors of a collection; equal digests mean comparable vectors."""

    digest: str
    model: str = ""
    revision: str = ""
    weights_sha256: str = ""
    pooling: str = ""
    precision: str = ""
    dim: int = 0
    is_normalized: bool = False


class Code(Enum):
    """What the beam of a search reads. The values are grnnd's, and those stored on disk."""

    AUTO = "auto"
    FLOAT32 = "f32"
    FLOAT16 = "f16"
    SQ8 = "sq8"
    BITS = "bits"


@dataclass(frozen=True, slots=True)
class Definition:
    """A collection without its points.

    readers: `role:clinician`, `client:subject`; empty: everyone. revision: counts the changes of `readers`.
    degree, code: of its graphs.
    Raises InvalidInput for a dim outside [1, 8192] and for a fingerprint without digest or of another dim.
    """

    id: CollectionId
    dim: int
    metric: Metric
    created_ns: int
    fingerprint: Fingerprint | None = None
    readers: tuple[str, ...] = ()
    revision: int = 0
    degree: int = DEFAULT_DEGREE
    code: Code = Code.AUTO

    def __post_init__(self) -> None:
        if not 1 <= self.dim <= MAX_DIM:
            raise InvalidInput(f"dim is {self.dim}: it must be 1 to {MAX_DIM}", field="collection.dim")
        if self.fingerprint is None:
            return
        if not self.fingerprint.digest:
            raise InvalidInput("a fingerprint needs its digest", field="collection.fingerprint.digest")
        if self.fingerprint.dim not in (0, self.dim):
            raise InvalidInput(
                f"the fingerprint is of dim {self.fingerprint.dim}, the collection of {self.dim}: they must be equal",
                field="collection.fingerprint.dim",
            )

    @property
    def name(self) -> str:
        """The resource name."""
        return f"collections/{self.id}"

    @property
    def etag(self) -> str:
        """Another one after each change; a collection made anew under the same id gets another one too."""
        return hashlib.sha256(f"{self.id} {self.created_ns} {self.revision}".encode()).hexdigest()[:16]

    def check_digest(self, digest: str) -> None:
        """Raises FailedPrecondition unless vectors of this fingerprint digest may meet those of the collection."""
        if self.fingerprint is not None and digest != self.fingerprint.digest:
            received = f"digest {digest[:12]}…" if digest else "no digest"
            raise FailedPrecondition(
                f"{received} came, but {self.name} holds vectors of digest {self.fingerprint.digest[:12]}…: "
                "vectors of different models must not be compared",
                reason="FINGERPRINT_MISMATCH",
            )
