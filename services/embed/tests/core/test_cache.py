"""The cache of rows."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from monshin_embed.core.cache import Row, RowCache, RowKey
from monshin_embed.core.request import Kind


def key(text: str, kind: Kind = Kind.QUERY, fingerprint: str = "a") -> RowKey:
    return RowKey.of(fingerprint, kind, text)


def row(number: int) -> Row:
    return Row(np.full(4, number, np.float32), token_count=number, dropped=0)


def test_a_row_is_found_only_under_its_model_kind_and_text() -> None:
    cache = RowCache(10)
    cache.put(key("熱"), row(1))
    assert cache.get(key("熱")) is not None
    assert cache.get(key("熱", Kind.PASSAGE)) is None
    assert cache.get(key("熱", fingerprint="b")) is None
    assert cache.get(key("痛")) is None


def test_with_no_entries_nothing_is_kept() -> None:
    cache = RowCache(0)
    cache.put(key("熱"), row(1))
    assert len(cache) == 0


def test_a_key_does_not_hold_the_text() -> None:
    assert "患者太郎" not in repr(key("患者太郎"))


@given(uses=st.lists(st.tuples(st.booleans(), st.integers(0, 8)), max_size=60), size=st.integers(1, 5))
def test_the_row_not_used_for_longest_leaves_first(uses: list[tuple[bool, int]], size: int) -> None:
    """Against a plain list as the oracle: last used is last in it."""
    cache, recent = RowCache(size), list[int]()
    for is_put, number in uses:
        if is_put:
            cache.put(key(str(number)), row(number))
            recent = [*(n for n in recent if n != number), number][-size:]
        else:
            found = cache.get(key(str(number)))
            assert (found is not None) == (number in recent)
            if found is not None:
                assert found.token_count == number
                recent = [*(n for n in recent if n != number), number]
    assert len(cache) == len(recent)
