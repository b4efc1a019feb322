"""Where no reader is needed."""

from collections.abc import Callable

import pytest
from monshin_factcheck.core.decision import Decision
from monshin_factcheck.core.rules.decisive import is_decisive

TEXT = "ワルファリンの維持量は1日1〜5 mgである。"


@pytest.mark.parametrize(
    ("claim", "is_settled"),
    [
        (TEXT, True),
        ("ワルファリンの維持量は1日50 mgである。", True),
        ("ワルファリンの維持量は1日3 mgのことが多い。", False),
        ("ワルファリンは毎日同じ量を飲む。", False),
        ("アスピリンは解熱薬である。", False),
    ],
)
def test_only_the_same_words_or_nothing_but_a_wrong_number_settle_a_claim(
    check: Callable[..., Decision], claim: str, is_settled: bool
) -> None:
    assert is_decisive(check(claim, TEXT)) is is_settled
