"""Pooling and normalisation against numpy as the oracle."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from monshin_embed.backends.pooled import PooledEncoder, pool
from monshin_embed.core.fingerprint import Pooling


def hidden_and_mask(lengths: list[int], seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    rng = np.random.default_rng(seed)
    hidden = rng.normal(size=(len(lengths), max(lengths), 8)).astype(np.float32)
    mask = (np.arange(max(lengths)) < np.array(lengths)[:, None]).astype(np.int64)
    return torch.from_numpy(hidden), torch.from_numpy(mask)


lengths = st.lists(st.integers(1, 20), min_size=1, max_size=6)


@given(lengths=lengths, seed=st.integers(0, 1000))
def test_the_mean_is_over_a_texts_own_tokens(lengths: list[int], seed: int) -> None:
    hidden, mask = hidden_and_mask(lengths, seed)
    expected = np.stack([row[:length].numpy().mean(axis=0) for row, length in zip(hidden, lengths, strict=True)])
    np.testing.assert_allclose(pool(hidden, mask, Pooling.MEAN).numpy(), expected, rtol=1e-4, atol=1e-5)


@given(lengths=lengths, seed=st.integers(0, 1000))
def test_cls_is_the_first_token(lengths: list[int], seed: int) -> None:
    hidden, mask = hidden_and_mask(lengths, seed)
    np.testing.assert_array_equal(pool(hidden, mask, Pooling.CLS).numpy(), hidden.numpy()[:, 0])


@pytest.mark.parametrize("pooling", Pooling)
def test_what_stands_under_the_padding_does_not_count(pooling: Pooling) -> None:
    hidden, mask = hidden_and_mask([3, 9], seed=1)
    disturbed = hidden.clone()
    disturbed[0, 3:] = 1e6
    torch.testing.assert_close(pool(hidden, mask, pooling), pool(disturbed, mask, pooling))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_rows_have_length_one_and_are_float32_whatever_the_transformer_computes_in(dtype: torch.dtype) -> None:
    class Embeddings(torch.nn.Embedding):
        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> object:  # type: ignore[override]
            return type("Output", (), {"last_hidden_state": super().forward(input_ids)})

    torch.manual_seed(0)
    module = PooledEncoder(Embeddings(50, 8).to(dtype), Pooling.MEAN)
    rows = module(torch.arange(12).reshape(3, 4), torch.ones(3, 4, dtype=torch.int64))
    assert rows.dtype is torch.float32
    torch.testing.assert_close(rows.norm(dim=1), torch.ones(3))
