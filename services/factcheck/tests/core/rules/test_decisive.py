"""Where no reader is needed."""

import pytest
from monshin_factcheck.core.decision import decide
from monshin_factcheck.core.evidence import Passage
from monshin_factcheck.core.rules.decisive import is_decisive
from monshin_factcheck.core.rules.judge import RulesJudge
from monshin_factcheck.core.rules.statement import Reader
from monshin_factcheck.core.text.spans import Span
from monshin_factcheck.core.text.words import Analyser

TEXT = "ワルファリンの維持量は1日1〜5 mgである。"


@pytest.fixture(scope="module")
def rules() -> RulesJudge:
    return RulesJudge(Reader(Analyser()))


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
    rules: RulesJudge, claim: str, is_settled: bool
) -> None:
    opinions = rules.judge(claim, [Passage("sources/0", Span(0, len(TEXT)), TEXT)])
    assert is_decisive(decide(opinions, ("rules",))) is is_settled
