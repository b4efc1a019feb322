"""Points of an .npy file, read some rows at a time; their ids are before it in the same file, or counted."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from typing import BinaryIO

import numpy as np
from monshin_kit.errors import InvalidInput
from numpy.lib import format as npy
from numpy.typing import NDArray

from monshin_ann.core.block import rows_a_block
from monshin_ann.core.ids import MAX_ID
from monshin_ann.point_rows import PointRows, check_ids, refused

_HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
_LINE_BYTES = 4 * MAX_ID + 1  # of the longest id in UTF-8 and its line feed
_FLOAT_BYTES = (2, 4, 8)


@dataclass(frozen=True, slots=True)
class NpyPoints:
    """id_bytes: the matrix begins so far into the file, behind the ids, one a line. 0: ids are `id_prefix` and the row.

    name: what errors call the file.
    """

    path: Path
    name: str
    dim: int
    id_bytes: int = 0
    id_prefix: str = ""

    @property
    def count(self) -> int:
        """How many rows there are. Raises InvalidInput if it is not an .npy file of floats of this dim alone."""
        return len(self._rows())

    def batches(self) -> Iterator[PointRows]:
        """All points, at most 8192 rows and 4 MiB of vectors, or one row, at a time.

        Raises InvalidInput that names the file, and the row where one is wrong.
        """
        rows, size = self._rows(), rows_a_block(self.dim)
        with self.path.open("rb") as file:
            ids = self._ids(file)
            for first in range(0, len(rows), size):
                with np.errstate(over="ignore"):  # what overflows is not finite, and named by its row
                    vectors = np.array(rows[first : first + size], dtype=np.float32)
                some = list(islice(ids, len(vectors)))
                if len(some) < len(vectors):
                    raise refused(self.name, first + len(some), "has no id")
                check_ids(self.name, first, some)
                yield PointRows(first, some, vectors, [None] * len(some))
            if self.id_bytes and file.tell() != self.id_bytes:
                raise InvalidInput(f"{self.name} has more ids than its {len(rows)} rows")

    def _ids(self, file: BinaryIO) -> Iterator[str]:
        if not self.id_bytes:
            yield from (f"{self.id_prefix}{row}" for row in count())
        row = 0
        while file.tell() < self.id_bytes:
            line = file.readline(min(_LINE_BYTES, self.id_bytes - file.tell()))
            if not line.endswith(b"\n"):
                raise refused(self.name, row, f"has an id that is longer than {MAX_ID} characters, or has no line feed")
            try:
                yield line[:-1].decode()
            except UnicodeDecodeError as error:
                raise refused(self.name, row, "has an id that is not UTF-8") from error
            row += 1

    def _rows(self) -> NDArray[np.floating]:
        try:
            with self.path.open("rb") as file:
                file.seek(self.id_bytes)
                shape, is_fortran, kind = _HEADERS[npy.read_magic(file)](file)
                start = file.tell()
        except (KeyError, ValueError, SyntaxError, RecursionError, EOFError) as error:
            raise InvalidInput(f"{self.name} is no .npy file of numbers: it is damaged, or something else") from error
        if kind.kind != "f" or kind.itemsize not in _FLOAT_BYTES or len(shape) != 2 or shape[1] != self.dim:
            raise InvalidInput(
                f"{self.name} has shape {shape} and dtype {kind}: it must be n × {self.dim} of float16, 32 or 64"
            )
        expected, size = shape[0] * shape[1] * kind.itemsize, self.path.stat().st_size - start
        if size != expected:
            raise InvalidInput(f"{self.name} holds {size} bytes of numbers, by its header it must be {expected}")
        if not expected:
            return np.empty(shape, dtype=np.float32)
        return np.memmap(self.path, kind, "r", start, shape, "F" if is_fortran else "C")
