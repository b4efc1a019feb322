"""Parquet files of points, read batch by batch and refused by file and row.

Columns: `id` string, `vector` fixed_size_list<float>[dim], and `payload` string (JSON), which may be null or missing.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from grnnd.inputs import MAX_SIZE
from monshin_kit.errors import InvalidInput
from numpy.typing import NDArray

from monshin_ann.core import payloads
from monshin_ann.core.definition import Metric
from monshin_ann.core.ids import MAX_ID, is_point_id
from monshin_ann.core.vectors import MIN_COSINE_LENGTH, Matrix, lengths

BATCH_ROWS = 8192


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Points in the order of the file. payloads: JSON as `core.payloads` writes it, or None."""

    ids: list[str]
    vectors: Matrix
    payloads: list[str | None]


@dataclass(frozen=True, slots=True)
class SourceFile:
    """path: a copy on this machine. name: in the artefact store, for errors."""

    path: Path
    name: str
    dim: int
    metric: Metric

    def batches(self) -> Iterator[Batch]:
        """All points. Raises InvalidInput that names the file, and the row where one is wrong."""
        try:
            with pq.ParquetFile(self.path, page_checksum_verification=True) as file:
                names = self._checked(file.schema_arrow)
                first = 0
                for batch in file.iter_batches(BATCH_ROWS, columns=names):
                    yield self._batch(batch, first)
                    first += len(batch)
        except (pa.ArrowException, OSError, EOFError, UnicodeDecodeError) as error:
            raise InvalidInput(
                f"{self.name} cannot be read as Parquet ({type(error).__name__}): it is damaged, or something else"
            ) from error

    def _checked(self, schema: pa.Schema) -> list[str]:
        found = {field.name: field.type for field in schema}
        wanted = pa.list_(pa.float32(), self.dim)
        if "id" not in found or not _is_text(found["id"]):
            raise InvalidInput(f"{self.name} has no column id of type string")
        if "vector" not in found or found["vector"] != wanted:
            kind = str(found.get("vector", "missing"))
            raise InvalidInput(
                f"{self.name}: column vector is {kind}, it must be {wanted}, since the collection is of dim {self.dim}"
            )
        if "payload" not in found:
            return ["id", "vector"]
        if not (_is_text(found["payload"]) or pa.types.is_null(found["payload"])):
            raise InvalidInput(f"{self.name}: column payload is {found['payload']}, it must be a string of JSON")
        return ["id", "vector", "payload"]

    def _batch(self, batch: pa.RecordBatch, first: int) -> Batch:
        ids, column = batch.column("id"), batch.column("vector")
        if ids.null_count:
            raise self._refused(first + _first(~_valid(ids)), "has no id")
        texts = ids.to_pylist()
        for row, text in enumerate(texts):
            if not is_point_id(text):
                raise self._refused(first + row, f"has an id of {len(text)} characters, allowed are 1 to {MAX_ID}")
        if column.null_count:
            raise self._refused(first + _first(~_valid(column)), "has no vector")
        numbers = column.flatten()
        if numbers.null_count:
            raise self._refused(first + _first(~_valid(numbers)) // self.dim, "lacks a number of its vector")
        vectors = numbers.to_numpy(zero_copy_only=False).reshape(-1, self.dim)
        self._check(vectors, first)
        has_payloads = "payload" in batch.schema.names
        raw = batch.column("payload").to_pylist() if has_payloads else [None] * len(texts)
        return Batch(texts, vectors, [self._payload(text, first + row) for row, text in enumerate(raw)])

    def _check(self, vectors: Matrix, first: int) -> None:
        is_bad = ~np.all(np.abs(vectors) <= MAX_SIZE, axis=1)
        if is_bad.any():
            raise self._refused(first + _first(is_bad), f"holds a number that is not finite, or beyond {MAX_SIZE:g}")
        if self.metric is Metric.COSINE:
            is_zero = lengths(vectors) < MIN_COSINE_LENGTH
            if is_zero.any():
                raise self._refused(first + _first(is_zero), "is zero: it has no cosine similarity to anything")

    def _payload(self, text: str | None, row: int) -> str | None:
        if text is None:
            return None
        try:
            found = json.loads(text, parse_int=float)
            if not isinstance(found, dict) or not all(map(_is_value, found.values())):
                raise self._refused(row, "has a payload that is no JSON object of scalars and lists of them")
            return payloads.encode(found, "payload")
        except (ValueError, InvalidInput) as error:
            what = error.message if isinstance(error, InvalidInput) else "is no JSON"
            raise self._refused(row, f"has a payload that is not allowed: {what}") from error

    def _refused(self, row: int, what: str) -> InvalidInput:
        return InvalidInput(f"{self.name}: row {row} {what}")


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _is_value(value: object) -> bool:
    elements = value if isinstance(value, list) else [value]
    return all(isinstance(element, (str, float, bool)) for element in elements)


def _valid(array: pa.Array) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = array.is_valid().to_numpy(zero_copy_only=False)
    return found


def _first(mask: NDArray[np.bool_]) -> int:
    return int(np.argmax(mask))
