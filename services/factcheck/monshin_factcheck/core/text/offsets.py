"""Code points in other units: UTF-16 for browsers, bytes for everyone else."""

from enum import Enum

import numpy as np
import numpy.typing as npt

from monshin_factcheck.core.text.spans import Span


class OffsetUnit(Enum):
    """How a caller counts."""

    CODE_POINT = "code_point"
    UTF16 = "utf16"
    BYTE = "byte"


class OffsetMap:
    """Offsets of one text in one unit.

    >>> OffsetMap("😀熱", OffsetUnit.UTF16).convert(Span(1, 2))
    Span(start=2, end=3)
    """

    def __init__(self, text: str, unit: OffsetUnit) -> None:
        self._starts = None if unit is OffsetUnit.CODE_POINT else _starts(text, unit)

    def convert(self, span: Span) -> Span:
        """`span` of code points in this map's unit."""
        if self._starts is None:
            return span
        return Span(int(self._starts[span.start]), int(self._starts[span.end]))


def _starts(text: str, unit: OffsetUnit) -> npt.NDArray[np.int64]:
    """Where each code point, and the end, lies: int64 of shape (len(text) + 1,)."""
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    if unit is OffsetUnit.UTF16:
        widths = 1 + (points > 0xFFFF).astype(np.int64)
    else:
        widths = 1 + (points > 0x7F).astype(np.int64) + (points > 0x7FF) + (points > 0xFFFF)
    return np.concatenate(([0], np.cumsum(widths, dtype=np.int64)))
