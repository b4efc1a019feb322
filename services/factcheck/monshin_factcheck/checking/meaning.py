"""What evidence asks of embed and ann to search by meaning."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from monshin_factcheck.clients.embedder import Embedded

Matrix = np.ndarray[Any, np.dtype[np.float32]]


class Embeds(Protocol):
    """Texts to vectors; a MonshinError where nobody answers."""

    async def queries(self, texts: Sequence[str]) -> Embedded:
        """Of claims, 1 to 256."""
        ...

    async def passages(self, texts: Sequence[str], *, bulk: bool) -> Embedded:
        """Of passages, 1 to 256. bulk: nobody waits for them."""
        ...


class Searches(Protocol):
    """Vectors to the nearest points; a MonshinError where nobody answers."""

    async def search(self, collection: str, queries: Matrix, k: int, fingerprint: str) -> list[list[tuple[str, float]]]:
        """The k nearest points of each query, nearest first: id and cosine. queries: float32 (n, dim), n up to 256."""
        ...
