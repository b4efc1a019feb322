"""Points of a Parquet file, read batch by batch and refused by file and row.

Columns: `id` string, `vector` fixed_size_list<float>[dim], and `payload` string (JSON), which may be null or missing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from monshin_kit.errors import InvalidInput
from numpy.typing import NDArray

from monshin_ann.core import payloads
from monshin_ann.core.block import rows_a_block
from monshin_ann.point_rows import PointRows, check_ids, refused

_BUFFER_BYTES = 1024 * 1024  # of a column; without it Arrow reads a column of a row group whole


@dataclass(frozen=True, slots=True)
class ParquetPoints:
    """path: the file. name: what errors call it."""

    path: Path
    name: str
    dim: int

    @property
    def count(self) -> int:
        """How many rows the file says it has. Raises InvalidInput if it is no Parquet file of such points."""
        with self._opened() as file:
            self._checked(file.schema_arrow)
            return self._said(file)

    def batches(self) -> Iterator[PointRows]:
        """All points, at most 8192 rows and 4 MiB of vectors, or one row, at a time.

        Raises InvalidInput that names the file, and the row where one is wrong; also where there are more or fewer rows
        than `count`, which Arrow believes.
        """
        with self._opened() as file:
            names, said = self._checked(file.schema_arrow), self._said(file)
            first = 0
            for batch in file.iter_batches(rows_a_block(self.dim), columns=names):
                if first + len(batch) > said:
                    raise InvalidInput(f"{self.name} has more rows than the {said} that it says it has")
                yield self._batch(batch, first)
                first += len(batch)
            if first < said:
                raise InvalidInput(f"{self.name} has {first} rows, not the {said} that it says it has")

    def _said(self, file: pq.ParquetFile) -> int:
        if (rows := int(file.metadata.num_rows)) < 0:
            raise InvalidInput(f"{self.name} says that it has {rows} rows")
        return rows

    @contextmanager
    def _opened(self) -> Iterator[pq.ParquetFile]:
        try:
            with pq.ParquetFile(self.path, page_checksum_verification=True, buffer_size=_BUFFER_BYTES) as file:
                yield file
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

    def _batch(self, batch: pa.RecordBatch, first: int) -> PointRows:
        ids, column = batch.column("id"), batch.column("vector")
        if ids.null_count:
            raise self._refused(first + _first(~_valid(ids)), "has no id")
        texts = ids.to_pylist()
        check_ids(self.name, first, texts)
        if column.null_count:
            raise self._refused(first + _first(~_valid(column)), "has no vector")
        numbers = column.flatten()
        if numbers.null_count:
            raise self._refused(first + _first(~_valid(numbers)) // self.dim, "lacks a number of its vector")
        vectors = numbers.to_numpy(zero_copy_only=False).reshape(-1, self.dim)
        has_payloads = "payload" in batch.schema.names
        raw = batch.column("payload").to_pylist() if has_payloads else [None] * len(texts)
        return PointRows(first, texts, vectors, [self._payload(text, first + row) for row, text in enumerate(raw)])

    def _payload(self, text: str | None, row: int) -> str | None:
        if text is None:
            return None
        try:
            return payloads.canonical(text, "payload")
        except InvalidInput as error:
            raise self._refused(row, f"has a payload that is not allowed: {error.message}") from error

    def _refused(self, row: int, what: str) -> InvalidInput:
        return refused(self.name, row, what)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _valid(array: pa.Array) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = array.is_valid().to_numpy(zero_copy_only=False)
    return found


def _first(mask: NDArray[np.bool_]) -> int:
    return int(np.argmax(mask))
