"""Numbers that are part of no quantity; what becomes of them beside a reader that is sure: test_confirmation.py."""

import pytest
from monshin_factcheck.core.rules.loose_numbers import unconfirmed_numbers
from monshin_factcheck.core.rules.statement import Reader
from monshin_factcheck.core.text.words import Analyser

READER = Reader(Analyser())


def unconfirmed(claim: str, evidence: str) -> list[str]:
    """The stretches of the claim."""
    return [span.of(claim) for span in sorted(unconfirmed_numbers(READER.read(claim), READER.read(evidence)))]


@pytest.mark.parametrize(
    ("claim", "evidence", "number"),
    [
        ("三十三要件の一つでも欠ければ解除する。", "3要件の一つでも欠ければ解除する。", "三十三"),
        ("三十一患者1日あたりの目標を15回以上とする。", "1患者1日あたりの目標を15回以上とする。", "三十一"),
        ("Reduce it to 110 mg twice per dose.", "Reduce it to 110 mg twice daily.", "twice per"),
        ("Reduce it to 110 mg thrice weekly or twice per dose.", "Reduce it to 110 mg twice daily.", "twice per"),
        ("Three criteria must be met.", "All four criteria must be met.", "Three"),
        ("三四要件を満たす。", "3要件を満たす。", "三四"),
    ],
)
def test_a_number_that_the_source_does_not_have_is_unconfirmed(claim: str, evidence: str, number: str) -> None:
    """Whatever it counts."""
    assert number in unconfirmed(claim, evidence)


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("三要件の一つでも欠ければ解除する。", "3要件の一つでも欠ければ解除する。"),
        ("Three criteria must be met.", "All 3 criteria must be met."),
        ("一部の患者では十分な効果がない。", "ある患者では効果が足りない。"),
        ("四肢のしびれが一時的に出る。", "手足のしびれが出る。"),
        ("半減期は長く、一般に蓄積する。", "消失は遅く、蓄積する。"),
        ("One of the patients has a long half-life of the drug.", "A patient has a slow elimination of the drug."),
        ("Take it twice daily.", "Take it 2 times a day."),
        ("三四要件を満たす。", "三四要件を満たすこと。"),
    ],
)
def test_words_that_hold_a_number_and_other_spellings_ask_for_nothing(claim: str, evidence: str) -> None:
    """A veto for them would forbid most sentences."""
    assert unconfirmed(claim, evidence) == []
