"""The last vectors that were computed, so that a repeated text costs nothing."""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from monshin_embed.core.request import Kind


@dataclass(frozen=True, slots=True)
class RowKey:
    """Which vector: by which model, for which use, of which text. The text itself is not kept."""

    fingerprint: str
    kind: Kind
    text_sha256: bytes

    @classmethod
    def of(cls, fingerprint: str, kind: Kind, text: str) -> "RowKey":
        """The key of a text."""
        return cls(fingerprint, kind, hashlib.sha256(text.encode()).digest())


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One text's vector, float32 of shape (dim,); the tokens read, and those dropped at the end."""

    vector: NDArray[np.float32]
    token_count: int
    dropped: int


class RowCache:
    """Least recently used rows leave first. entries: how many are kept; 0 switches the cache off. Thread-safe."""

    def __init__(self, entries: int) -> None:
        self._entries = entries
        self._rows: OrderedDict[RowKey, Row] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._rows)

    def get(self, key: RowKey) -> Row | None:
        """The row, if it is still here."""
        with self._lock:
            row = self._rows.get(key)
            if row is not None:
                self._rows.move_to_end(key)
            return row

    def put(self, key: RowKey, row: Row) -> None:
        """Keeps a row; the one not used for longest makes room."""
        if not self._entries:
            return
        with self._lock:
            self._rows[key] = row
            self._rows.move_to_end(key)
            if len(self._rows) > self._entries:
                self._rows.popitem(last=False)
