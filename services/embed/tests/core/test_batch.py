"""Texts as one rectangle."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from monshin_embed.core.batch import pad

ids = st.lists(st.integers(2, 500), min_size=1, max_size=40)


@given(texts=st.lists(ids, min_size=1, max_size=12), pad_id=st.integers(0, 1))
def test_each_text_is_found_again_under_its_mask(texts: list[list[int]], pad_id: int) -> None:
    batch = pad([np.array(text) for text in texts], pad_id)
    longest = max(map(len, texts))
    assert batch.token_ids.shape == batch.attention_mask.shape == (len(texts), longest)
    for row, mask, text in zip(batch.token_ids, batch.attention_mask, texts, strict=True):
        assert row[mask == 1].tolist() == text
        assert mask[: len(text)].all()
        assert (row[mask == 0] == pad_id).all()
