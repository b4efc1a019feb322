"""A little less and a little more than a number."""

from collections.abc import Callable

import pytest
from monshin_factcheck.core.quantities.comparators import Comparator
from monshin_factcheck.core.quantities.compare import Agreement
from monshin_factcheck.core.quantities.notation import notation
from monshin_factcheck.core.quantities.scan import quantities

Agree = Callable[[str, str], Agreement]
LESS = [
    "10 kg弱", "10 kg弱の減量", "10 kg近く", "a little under 10 kg", "just below 10 kg", "almost 10 kg",
    "nearly 10 kg",
    "slightly less than 10 kg", "10 kgをわずかに下回る",
]  # fmt: skip
MORE = [
    "10 kg強", "10 kg強である", "10 kg余り", "10 kgあまり", "just over 10 kg", "a little over 10 kg",
    "slightly above 10 kg",
    "slightly more than 10 kg", "10 kgをやや超える",
]  # fmt: skip
CONFIRMING = frozenset({Agreement.SAME, Agreement.SAME_NUMBER, Agreement.WITHIN})


@pytest.mark.parametrize(("texts", "comparator"), [(LESS, Comparator.LITTLE_LESS), (MORE, Comparator.LITTLE_MORE)])
def test_words_make_a_number_a_little_less_or_more(agreement: Agree, texts: list[str], comparator: Comparator) -> None:
    for text in texts:
        (found,) = quantities(text)
        assert (found.comparator, found.is_approximate) == (comparator, True), text
        assert agreement(text, texts[0]) is Agreement.SAME


@pytest.mark.parametrize(
    "other", ["10 kg", "約10 kg", "10 kg以上", "10 kg以下", "9 kg", "20 kg弱", "20 kg強", "8〜12 kg"]
)
def test_a_little_less_or_more_is_never_the_number_itself_nor_each_other(agreement: Agree, other: str) -> None:
    """Hazard: 1時間弱 was one hour, and so was 1時間強."""
    for text in (LESS[0], MORE[0]):
        if (text, other) in ((LESS[0], "10 kg以下"), (MORE[0], "10 kg以上")):
            assert agreement(text, other) is Agreement.WITHIN
        else:
            assert agreement(text, other) not in CONFIRMING, text
        assert agreement(other, text) not in CONFIRMING, text


def test_a_little_less_excludes_a_little_more_and_other_numbers(agreement: Agree) -> None:
    assert agreement(LESS[0], MORE[0]) is Agreement.COMPARATOR_CONFLICT
    assert agreement(MORE[0], LESS[0]) is Agreement.COMPARATOR_CONFLICT
    assert agreement("1時間弱", "3時間") is Agreement.CONFLICT
    assert agreement("1時間弱", "50分") is Agreement.INCOMPARABLE
    assert agreement("1時間弱", "1時間以内") is Agreement.WITHIN
    assert agreement("2時間強", "1時間以内") is Agreement.OUTSIDE


@pytest.mark.parametrize("text", ["10 kg弱い", "筋力10 N強度", "血圧を10 mmHg強化", "5 mg弱酸性"])
def test_weak_and_strong_are_no_bounds(text: str) -> None:
    assert not any(found.comparator.is_little for found in quantities(text))


def test_they_are_shown_by_a_sign() -> None:
    assert [notation(quantities(text)[0]) for text in ("1時間弱", "1時間強")] == ["≲1 時間", "≳1 時間"]


def test_what_is_not_read_is_shown_by_its_words() -> None:
    assert notation(quantities("数百 mg以下")[0]) == "数百mg以下"
