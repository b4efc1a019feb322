"""A converted model that differs is refused."""

from pathlib import Path

import numpy as np
import pytest
import tokenizers
from monshin_embed.backends import self_check
from monshin_embed.core.batch import Batch, Rows
from monshin_embed.core.request import Prefixes
from monshin_embed.core.tokenizer import Tokenizer
from monshin_embed.testing import BagEncoder
from monshin_kit.errors import FailedPrecondition


class Shaken(BagEncoder):
    """The small encoder with noise on its rows, as a bad conversion would leave it."""

    def __init__(self, noise: float) -> None:
        super().__init__()
        self._noise = noise

    def encode(self, batch: Batch) -> Rows:
        """As Encoder."""
        rows = super().encode(batch)
        rows += np.random.default_rng(1).normal(scale=self._noise, size=rows.shape).astype(np.float32)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        return rows


@pytest.fixture(scope="module")
def tokenizer(tiny_bert: Path) -> Tokenizer:
    backend = tokenizers.Tokenizer.from_file(str(tiny_bert / "tokenizer.json"))
    return Tokenizer(backend, Prefixes(), max_tokens=100, pad_id=0)


def test_the_same_model_passes(tokenizer: Tokenizer) -> None:
    original = self_check.probe(BagEncoder(), tokenizer)
    self_check.check(BagEncoder(), tokenizer, original, least=0.9999)
    self_check.check(Shaken(0.01), tokenizer, original, least=0.99)


@pytest.mark.parametrize("noise", [0.2, float("nan")])
def test_a_model_that_differs_is_refused_with_the_cosine(tokenizer: Tokenizer, noise: float) -> None:
    original = self_check.probe(BagEncoder(), tokenizer)
    with pytest.raises(FailedPrecondition, match=r"mean cosine (0\.\d+|nan) over \d+ texts, at least 0.99"):
        self_check.check(Shaken(noise), tokenizer, original, least=0.99)
