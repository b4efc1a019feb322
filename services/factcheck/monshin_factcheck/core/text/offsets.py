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
    """Offsets of one text in one unit; the text may grow.

    >>> OffsetMap("😀熱", OffsetUnit.UTF16).convert(Span(1, 2))
    Span(start=2, end=3)
    """

    def __init__(self, text: str, unit: OffsetUnit) -> None:
        self._unit = unit
        self._starts = np.zeros(1, dtype=np.int64)
        self._filled = 1
        self.add(text)

    def add(self, text: str) -> None:
        """Goes on with `text`."""
        if self._unit is OffsetUnit.CODE_POINT:
            return
        starts = self._starts[self._filled - 1] + _starts(text, self._unit)[1:]
        needed = self._filled + len(starts)
        if needed > len(self._starts):
            self._starts = np.resize(self._starts, max(needed, 2 * len(self._starts)))
        self._starts[self._filled : needed] = starts
        self._filled = needed

    def convert(self, span: Span) -> Span:
        """`span` of code points in this map's unit."""
        if self._unit is OffsetUnit.CODE_POINT:
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
