"""Token ids of several texts as one rectangle, and what turns it into vectors."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from monshin_embed.core.tokenizer import TokenIds

Rows = NDArray[np.float32]  # shape (texts, dim)


@dataclass(frozen=True, slots=True)
class BatchShape:
    """Bounds of one batch.

    padded_tokens: longest text × number of texts, at most; a single longer text makes a batch of its own.
    length_ratio: longest ÷ shortest text, at most; padding can cost no more than this factor.
    """

    padded_tokens: int
    length_ratio: float = 1.25


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """token_ids, attention_mask: int64 of shape (texts, longest); the mask is 1 on tokens and 0 on padding."""

    token_ids: NDArray[np.int64]
    attention_mask: NDArray[np.int64]


class Encoder(Protocol):
    """A loaded model. Called from one thread at a time."""

    def encode(self, batch: Batch) -> Rows:
        """One pooled row of length 1 a text."""
        ...


def pad(texts: Sequence[TokenIds], pad_id: int) -> Batch:
    """The rectangle of these texts, filled on the right.

    >>> pad([np.array([5, 6, 7]), np.array([8])], pad_id=1).token_ids
    array([[5, 6, 7],
           [8, 1, 1]])
    """
    lengths = np.array([len(ids) for ids in texts])
    is_token = np.arange(lengths.max()) < lengths[:, None]
    token_ids = np.full(is_token.shape, pad_id, dtype=np.int64)
    token_ids[is_token] = np.concatenate(texts)
    return Batch(token_ids, is_token.astype(np.int64))
