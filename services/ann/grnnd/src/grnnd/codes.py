"""Vectors made small for the beam: one of four kinds of codes, and what is needed to read them."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from grnnd.engine import Bytes, Codes, Core, Floats, Ids, Index
from grnnd.errors import InvalidInput
from grnnd.inputs import chunks

LEVELS = 127  # of a byte: one bit is spare (space.h says why)
_ROW_BYTES = 64  # rows are padded to whole cache lines, and whole AVX-512 registers

_SAMPLE_ROWS = 64
_POOL_NUMBERS = 1 << 21  # among how many float64 numbers neighbours are looked for
_MAX_BLURRED = 0.05  # share of nearest neighbours that the codes may misjudge
_MAX_ERROR = 0.25  # of a squared distance, to count as well judged
_HALF_LIMIT = 65_504 / 2

_OUTLIERS = 0.001  # share of rows that codes need not cover
_STRETCHED = 2.0  # times the range of the others, from which on outliers are left out
_LOOK = 1024  # rows by which it is seen whether there are any


class Kind(StrEnum):
    """f32: the points themselves. f16: half of it. sq8: a quarter. bits: 1/32 and 8 bytes (RaBitQ)."""

    F32 = "f32"
    F16 = "f16"
    SQ8 = "sq8"
    BITS = "bits"

    @classmethod
    def of(cls, name: str) -> "Kind":
        """Raises InvalidInput for any other name."""
        try:
            return cls(name)
        except ValueError:
            allowed = ", ".join(["auto", *(kind.value for kind in cls)])
            raise InvalidInput(f"code is {name!r}, allowed are {allowed}") from None

    @classmethod
    def wanted(cls, name: str) -> "Kind | None":
        """As `of`; None for auto, where the data decide."""
        return None if name == "auto" else cls.of(name)

    def row_bytes(self, point_dim: int) -> int:
        """Of a point's code; 0 for f32, which reads the points."""
        match self:
            case Kind.F32:
                return 0
            case Kind.F16:
                return 2 * point_dim
            case Kind.SQ8:
                return byte_row_length(point_dim)
            case Kind.BITS:
                return bit_row_length(point_dim)

    def rerank(self, k: int, ef: int) -> int:
        """How many of a beam to measure exactly for the k nearest: the coarser the code, the more. Never falls with k.

        Of a wide beam at least an eighth: where codes do not tell the nearest apart, as in clusters tighter than a
        step, a wider beam must help. A half costs a tenth of the speed at ef 200, and found no more.
        """
        match self:
            case Kind.F32:
                return k
            case Kind.F16 | Kind.SQ8:
                return max(k + max(k // 2, 8), ef // 8)
            case Kind.BITS:
                return ef


@dataclass(frozen=True, slots=True)
class Scale:
    """One step for all dimensions, so that distances between codes are distances between points in units of step².

    low: float32 of shape (dim,). step > 0.
    """

    low: Floats
    step: float

    @classmethod
    def fit(cls, points: Floats) -> "Scale":
        """The finest that covers all points; of shape (n, dim), n ≥ 1. All but a few outliers, if they alone make it
        coarse: their codes are clipped, and their exact distances rank them.
        """
        low, high = points.min(axis=0), points.max(axis=0)
        outliers = int(len(points) * _OUTLIERS)
        if outliers:
            look = points[:: -(-len(points) // _LOOK)]
            if _widest(low, high) > _STRETCHED * _widest(*_range(look, _usual(look, 1))):
                low, high = _range(points, _usual(points, outliers))
        return cls(low, max(_widest(low, high) / LEVELS, float(np.finfo(np.float32).tiny)))

    def is_faithful(self, points: Floats, seed: int) -> bool:
        """Do the codes tell near from far? Measured on the true nearest neighbours of a sample.

        Many outliers, or clusters much finer than the whole, make the step too coarse: then a graph is built over the
        points themselves, which is slower. Rows that equal each other count as well judged.
        """
        count, dim = points.shape
        rng = np.random.default_rng(seed)
        sample = rng.choice(count, min(_SAMPLE_ROWS, count), replace=False)
        pool = rng.choice(count, min(max(_POOL_NUMBERS // dim, 16 * _SAMPLE_ROWS), count), replace=False)
        if len(pool) < 2:
            return True
        here, others = points[sample].astype(np.float64), points[pool].astype(np.float64)
        apart = np.square(others).sum(axis=1) - 2 * (here @ others.T)
        apart[sample[:, None] == pool] = np.inf
        near = others[np.argmin(apart, axis=1)]
        true = np.square(near - here).sum(axis=1)
        coded = np.square(self._rounded(near) - self._rounded(here)).sum(axis=1) * self.step**2
        return bool(np.mean(np.abs(coded - true) <= _MAX_ERROR * true) >= 1 - _MAX_BLURRED)

    def _rounded(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.floor(np.clip((x - self.low) / self.step + 0.5, 0, LEVELS))


def _usual(points: Floats, outliers: int) -> NDArray[np.bool_]:
    """All rows but so many: those with the coordinate farthest from the middle, which is the median of some rows."""
    middle = np.median(points[:: -(-len(points) // _LOOK)], axis=0)
    farthest = np.empty(len(points), dtype=np.float32)
    for rows in chunks(points):
        farthest[rows] = np.abs(points[rows] - middle).max(axis=1)
    last = len(points) - 1 - outliers
    usual: NDArray[np.bool_] = farthest <= np.partition(farthest, last)[last]
    return usual


def _range(points: Floats, is_counted: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Least and largest of each coordinate, chunk by chunk: no copy of everything."""
    lows, highs = [], []
    for rows in chunks(points):
        counted = points[rows][is_counted[rows]]
        if len(counted):
            lows.append(counted.min(axis=0))
            highs.append(counted.max(axis=0))
    return np.min(lows, axis=0), np.max(highs, axis=0)


def _widest(low: Floats, high: Floats) -> float:
    return float((high.astype(np.float64) - low).max())


@dataclass(frozen=True, slots=True)
class CodeTable:
    """Codes in the order of vertices.

    rows: sq8 uint8 (n, dim padded to 64), f16 uint16 (n, dim), bits uint8 (n, 8 + padded dim / 8), f32 empty.
    low, step: of sq8. centre: of bits. Else empty.
    """

    kind: Kind
    rows: NDArray[np.uint8] | NDArray[np.uint16]
    low: Floats
    step: float
    centre: Floats

    @classmethod
    def none(cls) -> "CodeTable":
        """f32: the points are read as they are."""
        nothing = np.empty(0, dtype=np.float32)
        return cls(Kind.F32, np.empty((0, 0), dtype=np.uint8), nothing, 0.0, nothing)

    @classmethod
    def of_bytes(cls, rows: Bytes, scale: Scale) -> "CodeTable":
        """sq8, with rows that are encoded already."""
        return cls(Kind.SQ8, rows, scale.low, scale.step, np.empty(0, dtype=np.float32))

    @classmethod
    def encoded(cls, core: Core, kind: Kind, points: Floats, order: Ids, threads: int) -> "CodeTable":
        """Raises InvalidInput if float16 cannot hold the points."""
        nothing = np.empty(0, dtype=np.float32)
        match kind:
            case Kind.F32:
                return cls.none()
            case Kind.SQ8:
                scale = Scale.fit(points)
                return cls.of_bytes(byte_rows(core, points, order, scale, threads), scale)
            case Kind.F16:
                largest = float(max(-points.min(), points.max()))  # np.abs would copy all points
                if largest > _HALF_LIMIT:
                    raise InvalidInput(
                        f"a coordinate of size {largest:g} does not fit f16, allowed are up to {_HALF_LIMIT:g}"
                    )
                halves = np.empty(points.shape, dtype=np.uint16)
                core.encode_halves(points, order, halves, threads)
                return cls(kind, halves, nothing, 0.0, nothing)
            case Kind.BITS:
                is_usual = _usual(points, int(len(points) * _OUTLIERS))
                centre = points.mean(axis=0, dtype=np.float64, where=is_usual[:, None]).astype(np.float32)
                bits = np.empty((len(points), bit_row_length(points.shape[1])), dtype=np.uint8)
                core.encode_bits(points, order, centre, bits, threads)
                return cls(kind, bits, nothing, 0.0, centre)

    def fits(self, point_dim: int, count: int) -> bool:
        """Do the arrays have the shapes and dtypes that the kind asks for?"""
        low, centre, dtype, shape = 0, 0, np.uint8, (0, 0)
        match self.kind:
            case Kind.F32:
                pass
            case Kind.SQ8:
                low, shape = point_dim, (count, byte_row_length(point_dim))
            case Kind.F16:
                dtype, shape = np.uint16, (count, point_dim)  # type: ignore[assignment]
            case Kind.BITS:
                centre, shape = point_dim, (count, bit_row_length(point_dim))
        is_read = self.rows.dtype == dtype and self.rows.shape == shape
        return is_read and self.low.shape == (low,) and self.centre.shape == (centre,)

    def opened(self, core: Core, index: Index) -> Codes:
        """As the core reads them."""
        match self.kind:
            case Kind.F32:
                return index.float_codes()
            case Kind.SQ8:
                return core.ByteCodes(self.rows, self.low, self.step)  # type: ignore[arg-type]  # uint8 by kind
            case Kind.F16:
                return core.HalfCodes(self.rows)  # type: ignore[arg-type]  # uint16 by kind
            case Kind.BITS:
                return core.BitCodes(self.rows, self.centre)  # type: ignore[arg-type]  # uint8 by kind


def byte_row_length(dim: int) -> int:
    """Bytes of a row of sq8."""
    return -(-dim // _ROW_BYTES) * _ROW_BYTES


def bit_row_length(dim: int) -> int:
    """Bytes of a row of bits: two floats, and the next power of two of bits, at least 64."""
    return 8 + max(64, 1 << (dim - 1).bit_length()) // 8


def byte_rows(core: Core, points: Floats, order: Ids, scale: Scale, threads: int) -> Bytes:
    """sq8 rows, uint8 of shape (n, byte_row_length(dim)), vertex v being point order[v]."""
    rows = np.empty((len(points), byte_row_length(points.shape[1])), dtype=np.uint8)
    core.encode_bytes(points, order, scale.low, scale.step, rows, threads)
    return rows
