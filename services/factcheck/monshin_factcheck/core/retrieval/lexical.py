"""BM25 over passages: term → the passages that hold it, with its share of their scores worked out beforehand."""

from collections import Counter
from collections.abc import Iterable, Sequence
from copy import copy
from typing import Any

import numpy as np

# Robertson & Zaragoza, The Probabilistic Relevance Framework (2009), eq. 3.15; the usual values.
_K1 = 1.2
_B = 0.75

Floats = np.ndarray[Any, np.dtype[np.float32]]


class LexicalIndex:
    """Built once for a list of passages, given as their terms.

    >>> LexicalIndex([["熱", "咳"], ["熱"], ["痛み"]]).search(["咳", "熱"], 2)
    [0, 1]
    """

    def __init__(self, passages: Sequence[Sequence[str]]) -> None:
        self._size = len(passages)
        counts = [Counter(terms) for terms in passages]
        lengths = np.array([max(len(terms), 1) for terms in passages], dtype=np.float32)
        mean = float(lengths.mean()) if self._size else 1.0
        norms = (_K1 * (1 - _B + _B * lengths / mean)).astype(np.float32)
        places: dict[str, list[tuple[int, int]]] = {}
        for place, counted in enumerate(counts):
            for term, count in counted.items():
                places.setdefault(term, []).append((place, count))
        self._postings = {term: self._posting(found, norms) for term, found in places.items()}
        self._unknown_idf = self._idf(0)
        self._kept: np.ndarray[Any, np.dtype[np.intp]] | None = None

    def only(self, places: Sequence[int]) -> "LexicalIndex":
        """Of some of the passages, in this order, without building it anew: rarities and lengths stay those of all."""
        made = copy(self)
        made._kept = np.array(places, dtype=np.intp) if self._kept is None else self._kept[list(places)]
        return made

    def scores(self, terms: Iterable[str]) -> Floats:
        """BM25 of each passage: float32 of shape (passages,); 0 where no term occurs."""
        total = np.zeros(self._size, dtype=np.float32)
        for term in set(terms):
            posting = self._postings.get(term)
            if posting is not None:
                total[posting[0]] += posting[1]
        return self._of_kept(total)

    def search(self, terms: Iterable[str], k: int) -> list[int]:
        """Places of the at most `k` best passages that share a term, best first, ties by place."""
        scores = self.scores(terms)
        k = min(k, len(scores))
        if k == 0:
            return []
        best = np.argpartition(-scores, k - 1)[:k]
        ordered = best[np.lexsort((best, -scores[best]))]
        return [int(place) for place in ordered if scores[place] > 0]

    def shares(self, terms: set[str]) -> Floats:
        """How much of the query each passage holds, weighted by rarity, in [0, 1]: float32 of shape (passages,)."""
        held = np.zeros(self._size, dtype=np.float32)
        total = 0.0
        for term in terms:
            posting = self._postings.get(term)
            idf = self._unknown_idf if posting is None else self._idf(len(posting[0]))
            total += idf
            if posting is not None:
                held[posting[0]] += idf
        return self._of_kept(held / np.float32(total) if total else held)

    def _of_kept(self, values: Floats) -> Floats:
        return values if self._kept is None else values[self._kept]

    def _idf(self, passages: int) -> float:
        return float(np.log1p((self._size - passages + 0.5) / (passages + 0.5)))

    def _posting(
        self, found: Sequence[tuple[int, int]], norms: Floats
    ) -> tuple[np.ndarray[Any, np.dtype[np.int32]], Floats]:
        places = np.array([place for place, _ in found], dtype=np.int32)
        counts = np.array([count for _, count in found], dtype=np.float32)
        idf = self._idf(len(found))
        return places, (idf * counts * (_K1 + 1) / (counts + norms[places])).astype(np.float32)
