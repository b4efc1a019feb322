"""Build requests: strict JSON made into values, every broken rule named by its field."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from monshin_kit.errors import InvalidInput, Violation

MALFORMED = "MALFORMED_JSON"
MAX_DIM = 16_000  # that of OpenSearch's knn_vector
MAX_DOCS = 2**31 - 2  # that of grnnd; a Lucene segment holds as many
MAX_EF = 1_000_000
DEFAULT_M, DEFAULT_EF = 16, 100
VECTORS_SUFFIX = ".knnvec"

_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]")
_UNUSABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_MAX_KEY_BYTES = 1024  # of S3


class DataType(StrEnum):
    """Of the vectors. FLOAT and HALF_FLOAT come as float32, and the index holds the second as float16; BYTE is int8."""

    FLOAT = "float"
    HALF_FLOAT = "half_float"
    BYTE = "byte"


class Space(StrEnum):
    """What is near. OpenSearch normalises the vectors of its cosine fields itself and sends INNER_PRODUCT."""

    L2 = "l2"
    INNER_PRODUCT = "innerproduct"
    COSINE = "cosinesimil"


@dataclass(frozen=True, slots=True)
class BuildRequest:
    """What OpenSearch asks for.

    bucket, vectors_key, ids_key: where the objects lie. tenant: the cluster that asks. dim, count: of the vectors.
    m: of HNSW, see `degree`. ef_construction, ef_search: kept in the index; GRNND has no use for the
    first. is_graph_only: the index is written without its vectors.
    """

    bucket: str
    vectors_key: str
    ids_key: str
    tenant: str
    dim: int
    count: int
    data_type: DataType
    space: Space
    m: int
    ef_construction: int
    ef_search: int
    is_graph_only: bool

    @property
    def vector_bytes(self) -> int:
        """Size of the object of the vectors."""
        return self.count * self.dim * (1 if self.data_type is DataType.BYTE else 4)

    @property
    def id_bytes(self) -> int:
        """Size of the object of the document numbers."""
        return self.count * 4

    @property
    def index_key(self) -> str:
        """Where the index is written: beside the vectors."""
        return self.vectors_key.removesuffix(VECTORS_SUFFIX) + ".faiss"

    @property
    def degree(self) -> int:
        """Neighbours of a row: with 3·m faiss finds as much as in its own HNSW of the same m and ef (README, figures).

        The reference builder takes 4·m.
        """
        return min(max(3 * self.m, 4), 128)


def parse(body: bytes) -> BuildRequest:
    """Raises InvalidInput with a violation for each broken rule; with the reason MALFORMED if it is no JSON object."""
    fields = _Fields(_object(body), "")
    parameters = fields.object("index_parameters")
    hnsw = parameters.object("algorithm_parameters")
    fields.choice("repository_type", ("s3",), "s3")
    fields.choice("engine", ("faiss",), "faiss")
    parameters.choice("algorithm", ("hnsw",), "hnsw")
    request = BuildRequest(
        bucket=fields.text("container_name", 255, _BUCKET),
        vectors_key=fields.key("vector_path", VECTORS_SUFFIX),
        ids_key=fields.key("doc_id_path", ""),
        tenant=fields.text("tenant_id", 1024, None, ""),
        dim=fields.whole("dimension", 1, MAX_DIM),
        count=fields.whole("doc_count", 1, MAX_DOCS),
        data_type=DataType(fields.choice("data_type", tuple(DataType), DataType.FLOAT)),
        space=Space(parameters.choice("space_type", tuple(Space), Space.L2)),
        m=hnsw.whole("m", 1, 128, DEFAULT_M),
        ef_construction=hnsw.whole("ef_construction", 1, MAX_EF, DEFAULT_EF),
        ef_search=hnsw.whole("ef_search", 1, MAX_EF, DEFAULT_EF),
        is_graph_only=fields.flag("skip_stored_vectors"),
    )
    fields.refuse_others()
    parameters.refuse_others()  # those of the algorithm may grow (API.md of the reference builder)
    violations = (*fields.violations, *parameters.violations, *hnsw.violations)
    if violations:
        raise InvalidInput.of(violations)
    return request


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body, object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):  # also of a broken UTF-8
        raise InvalidInput("the body must be JSON, in UTF-8, each name once", reason=MALFORMED) from None
    if not isinstance(found, dict):
        raise InvalidInput("the body must be a JSON object", reason=MALFORMED)
    return found


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError
    return dict(pairs)


def _refuse_constant(_: str) -> None:
    raise ValueError  # NaN and the infinities are no JSON


T = TypeVar("T")


class _Fields:
    """An object's fields, read one by one; what is wrong is collected, and a value of its type stands in for it."""

    def __init__(self, values: Mapping[str, Any], path: str) -> None:
        self.violations: list[Violation] = []
        self._values = values
        self._path = path
        self._known: set[str] = set()

    def object(self, name: str) -> "_Fields":
        value: Any = self._read(name, {})
        if not isinstance(value, dict):
            value = self._broken(name, "must be an object", {})
        return _Fields(value, f"{self._path}{name}.")

    def whole(self, name: str, low: int, high: int, default: int | None = None) -> int:
        value = self._read(name, default)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            return self._broken(name, f"must be a whole number from {low} to {high}", low)
        return value

    def flag(self, name: str) -> bool:
        value = self._read(name, False)
        return value if isinstance(value, bool) else self._broken(name, "must be true or false", False)

    def choice(self, name: str, allowed: Sequence[str], default: str) -> str:
        value = self._read(name, default)
        if not isinstance(value, str) or value not in allowed:
            return self._broken(name, f"must be {' or '.join(allowed)}: nothing else is built here", default)
        return value

    def text(self, name: str, most: int, pattern: re.Pattern[str] | None, default: str | None = None) -> str:
        value = self._read(name, default)
        if not isinstance(value, str) or len(value) > most or _UNUSABLE.search(value):
            return self._broken(
                name, f"must be a text of up to {most} characters, none of them a control character", ""
            )
        if pattern is not None and not pattern.fullmatch(value):
            return self._broken(name, "must be the name of a bucket", "")
        return value

    def key(self, name: str, suffix: str) -> str:
        value = self.text(name, _MAX_KEY_BYTES, None)
        is_key = len(suffix) < len(value.encode()) <= _MAX_KEY_BYTES and not value.startswith("/")
        if not (is_key and value.endswith(suffix)) and not self._is_broken(name):
            ending = f" that ends with {suffix}" if suffix else ""
            return self._broken(name, f"must be the key of an object{ending}, up to {_MAX_KEY_BYTES} bytes", "")
        return value

    def refuse_others(self) -> None:
        for name in self._values.keys() - self._known:
            shown = name if re.fullmatch(r"[a-z_]{1,40}", name) else "another"  # a name may be anybody's text
            self.violations.append(Violation(f"{self._path}{shown}", "is not a field of a build request"))

    def _read(self, name: str, default: T) -> Any | T:
        self._known.add(name)
        return self._values.get(name, default)

    def _is_broken(self, name: str) -> bool:
        return any(violation.field == self._path + name for violation in self.violations)

    def _broken(self, name: str, rule: str, stand_in: T) -> T:
        self.violations.append(Violation(self._path + name, rule))
        return stand_in
