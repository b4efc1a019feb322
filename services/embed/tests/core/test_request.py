"""What a caller may ask for."""

import pytest
from monshin_embed.core.request import EmbedRequest, Kind, Prefixes
from monshin_kit.errors import InvalidInput


def test_each_kind_has_its_prefix_and_raw_has_none() -> None:
    prefixes = Prefixes()
    assert [prefixes.of(kind) for kind in (Kind.QUERY, Kind.PASSAGE, Kind.RAW)] == ["query: ", "passage: ", ""]


def test_an_empty_text_is_refused_by_its_place() -> None:
    with pytest.raises(InvalidInput) as refused:
        EmbedRequest(("熱", "", "痛", ""), Kind.QUERY)
    assert [violation.field for violation in refused.value.violations] == ["texts[1]", "texts[3]"]


def test_a_lone_surrogate_is_refused_by_its_place_without_quoting_the_text() -> None:
    with pytest.raises(InvalidInput, match=r"texts\[0\]: holds a lone surrogate at character 2") as refused:
        EmbedRequest(("患者\ud800太郎",), Kind.QUERY)
    assert "患者" not in str(refused.value)


def test_no_text_at_all_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no text"):
        EmbedRequest((), Kind.RAW)
