"""The Parquet files of a build in shards: points whose vectors a graph can hold, refused by file and row."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from grnnd.inputs import MAX_SIZE
from numpy.typing import NDArray

from monshin_ann.core.definition import Metric
from monshin_ann.core.vectors import MIN_COSINE_LENGTH, lengths
from monshin_ann.parquet_points import ParquetPoints
from monshin_ann.point_rows import PointRows, refused


@dataclass(frozen=True, slots=True)
class SourceFile:
    """path: a copy on this machine. name: in the artefact store, for errors."""

    path: Path
    name: str
    dim: int
    metric: Metric

    def batches(self) -> Iterator[PointRows]:
        """All points. Raises InvalidInput that names the file, and the row where one is wrong."""
        for rows in ParquetPoints(self.path, self.name, self.dim).batches():
            self._check(rows)
            yield rows

    def _check(self, rows: PointRows) -> None:
        is_bad = ~np.all(np.abs(rows.vectors) <= MAX_SIZE, axis=1)
        if is_bad.any():
            what = f"holds a number that is not finite, or beyond {MAX_SIZE:g}"
            raise refused(self.name, rows.first + _first(is_bad), what)
        if self.metric is Metric.COSINE:
            is_zero = lengths(rows.vectors) < MIN_COSINE_LENGTH
            if is_zero.any():
                what = "is zero: it has no cosine similarity to anything"
                raise refused(self.name, rows.first + _first(is_zero), what)


def _first(mask: NDArray[np.bool_]) -> int:
    return int(np.argmax(mask))
