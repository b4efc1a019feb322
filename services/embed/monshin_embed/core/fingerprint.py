"""What made a vector: vectors of different fingerprints must never be compared."""

import hashlib
import json
from dataclasses import asdict, dataclass
from enum import StrEnum


class Pooling(StrEnum):
    """How the vectors of a text's tokens become one."""

    MEAN = "mean"
    CLS = "cls"


class Precision(StrEnum):
    """Numbers in which a model computes. torch and onnxruntime agree in float32, so they share its fingerprint."""

    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"
    INT8 = "int8"


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A model, its weights and how they are used.

    model: id as configured. revision: hub commit or package version. weights_sha256: of the safetensors files as
    loaded, before a backend converts them. dim: numbers of a row. normalized: whether rows have length 1.
    """

    model: str
    revision: str
    weights_sha256: str
    pooling: Pooling
    precision: Precision
    dim: int
    normalized: bool = True

    @property
    def digest(self) -> str:
        """SHA-256 over the fields as sorted JSON, lower-case hex: equal digests mean comparable vectors."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()
