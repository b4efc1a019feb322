"""Numbers are spelt one way, and nothing else changes."""

import pytest
from monshin_factcheck.judges.local.canonical import canonical


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("体重５０ｋｇ", "体重50kg"),
        ("三日に一回、二錠を飲む。", "3日に1回、2錠を飲む。"),
        ("血小板8万/μL未満", "血小板80000/μL未満"),
        ("半日以上たってから", "半日以上たってから"),
        ("一般に、十分な水で一部を飲む。", "一般に、十分な水で一部を飲む。"),
        ("0.25 mgを1,000倍に", "0.25 mgを1000倍に"),
        ("", ""),
    ],
)
def test_a_text_has_one_form(text: str, expected: str) -> None:
    """Digits where a quantity is, the text itself elsewhere."""
    assert canonical(text) == expected


@pytest.mark.parametrize("text", ["1日三回まで", "8万/μL", "１／２錠", "within twenty-four hours"])
def test_writing_it_again_changes_nothing(text: str) -> None:
    """A stored canonical passage may pass through once more."""
    assert canonical(canonical(text)) == canonical(text)
