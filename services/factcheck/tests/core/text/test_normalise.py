"""The offset map of NFKC."""

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from monshin_factcheck.core.text.normalise import normalise
from monshin_factcheck.core.text.spans import Span

TRICKY = [*"5０²⁻¹ﾊﾟｶﾞ㎎㎍①ａ５か゛゙゚㍘½ẛ 　、。가각", "\u0301", "\u0323", "\u05ae", "\u0344", "\u1100", "\u1161", "\u11a8"]
RAISED = re.compile("(?<=[0-9０-９])(?=[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹])(?<![⁰¹²³⁴⁵⁶⁷⁸⁹])")
texts = st.text(alphabet=st.one_of(st.characters(), st.sampled_from(TRICKY)), max_size=12)


@settings(max_examples=1000, deadline=None)
@given(texts)
def test_text_is_what_unicodedata_makes_of_the_whole(original: str) -> None:
    """The oracle is the standard library; we only add the map, and ^ before raised digits behind a digit."""
    assert normalise(original).text == unicodedata.normalize("NFKC", RAISED.sub("^", original))


@settings(max_examples=1000, deadline=None)
@given(texts)
def test_every_place_points_at_what_it_was_made_of(original: str) -> None:
    """Normalising the stretch pointed at gives the character again."""
    found = normalise(original)
    for at, character in enumerate(found.text):
        source = found.to_original(Span(at, at + 1))
        assert len(source) > 0
        assert character in unicodedata.normalize("NFKC", source.of(original)) or (
            character == "^" and source.of(original)[0] in "⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹"
        )


@settings(max_examples=500, deadline=None)
@given(texts, st.data())
def test_order_is_kept(original: str, data: st.DataObject) -> None:
    """A later stretch never points before an earlier one."""
    found = normalise(original)
    if len(found.text) < 2:
        return
    first = data.draw(st.integers(0, len(found.text) - 2))
    second = data.draw(st.integers(first + 1, len(found.text) - 1))
    one, other = found.to_original(Span(first, first + 1)), found.to_original(Span(second, second + 1))
    assert one.start <= other.start
    assert one.end <= other.end


@pytest.mark.parametrize(
    ("original", "span", "stands_at"),
    [
        ("体重５０㎏", Span(2, 4), "５０"),
        ("体重５０㎏", Span(4, 6), "㎏"),
        ("ﾊﾟﾆｯｸ値", Span(0, 1), "ﾊﾟ"),
        ("38.5℃以上", Span(4, 6), "℃"),
    ],
)
def test_units_and_half_width_letters_are_found_again(original: str, span: Span, stands_at: str) -> None:
    assert normalise(original).to_original(span).of(original) == stands_at


@pytest.mark.parametrize(
    ("original", "text"),
    [("10³", "10^3"), ("10⁻³", "10^−3"), ("１０⁶/L", "10^6/L"), ("1.73m²", "1.73m2"), ("5¹²㎎", "5^12mg"), ("²", "2")],
)
def test_a_raised_number_behind_a_digit_stays_apart(original: str, text: str) -> None:
    """Hazard: 10³ was 103, and a 5 with a footnote 51."""
    assert normalise(original).text == text


def test_a_million_characters_take_no_quadratic_time() -> None:
    """Hazard: one long run of changed characters. It finishes; a quadratic map would take hours."""
    found = normalise("５㎎（ﾊﾟ）" * 100_000)
    assert found.to_original(Span(len(found.text) - 1, len(found.text))).end == 600_000
