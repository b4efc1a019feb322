"""What a claim of the allowed length costs at most, whatever it is made of."""

import time

import pytest
from monshin_factcheck.core.claims.checkable import LONGEST, is_checkable
from monshin_factcheck.core.evidence import Passage
from monshin_factcheck.core.quantities.numerals import numerals
from monshin_factcheck.core.rules.judge import RulesJudge
from monshin_factcheck.core.text.spans import Span

TEXT = "ワルファリンは1日1回5 mgを投与する。"
PASSAGES = [Passage("sources/0", Span(0, len(TEXT)), TEXT)] * 8


@pytest.mark.parametrize("piece", ["十", "1", "1日", "一日", "every ", "1,", "(", "熱。", "右", "しない", "5 mg "])
def test_no_claim_holds_up_the_others(judge: RulesJudge, piece: str) -> None:
    """Hazard: 10,000 times 十 once took a quarter of a minute of the one thread that all checks share."""
    claim = (piece * LONGEST)[:LONGEST]
    began = time.process_time()
    judge.judge(claim, PASSAGES)
    assert time.process_time() - began < 3  # 0.2 s on a quiet machine


def test_a_longer_text_is_no_claim() -> None:
    assert is_checkable("熱" * LONGEST)
    assert not is_checkable("熱" * (LONGEST + 1))


def test_a_number_of_thousands_of_digits_is_none() -> None:
    assert numerals("用量は" + "1" * 9987) == []


def test_a_claim_of_digits_alone_is_judged(judge: RulesJudge) -> None:
    assert judge.judge("用量は" + "1" * 1990, PASSAGES[:1])
