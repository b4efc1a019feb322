"""A judge that reads overlooks a heading, a retraction: what the rules know of them binds its verdict."""

import pytest
from monshin_factcheck.checking.evidence import source_passages
from monshin_factcheck.core.decision import Saying, Verdict
from monshin_factcheck.core.document_account import Account
from monshin_factcheck.core.evidence import Probabilities
from monshin_factcheck.core.joint_decision import decide_by_all
from monshin_factcheck.core.rules.judge import RulesJudge
from monshin_factcheck.core.source import SourceText
from monshin_factcheck.core.text.spans import Span
from monshin_factcheck.core.weighing import Weighing

# The map believes the reader.
WEIGHTS = {"local:supported": (1.0, 0.0, 0.0), "local:contradicted": (0.0, 1.0, 0.0)}
PLAIN = Weighing(WEIGHTS, {"local": "r1", "rules": "r0"}, 0.8, 0.8)
YES, NO = Probabilities(0.95, 0.02, 0.03), Probabilities(0.02, 0.95, 0.03)
RIGHT = "アモキシシリンの投与は尿路感染症に対して行う。"
OTHER = "アモキシシリンは尿路感染症に投与しない。"
BODY = "アモキシシリンは尿路感染症に投与する。"
DOSE = "アモキシシリンは1回100 mgを1日3回投与する。"


@pytest.mark.parametrize(
    ("claim", "source", "said", "verdict"),
    [
        (RIGHT, f"小児\n{BODY}", YES, Verdict.CONDITIONAL),
        (RIGHT, f"〈中耳炎〉\n{BODY}", YES, Verdict.CONDITIONAL),
        ("小児のアモキシシリンの投与は尿路感染症に対して行う。", f"小児\n{BODY}", YES, Verdict.SUPPORTED),
        ("成人のアモキシシリンの投与は尿路感染症に対して行う。", f"小児\n{BODY}", YES, Verdict.NOT_ENOUGH_EVIDENCE),
        (RIGHT, f"{BODY}これは誤りである。", YES, Verdict.NOT_ENOUGH_EVIDENCE),
        (RIGHT, f"次の記載は誤りである。{BODY}", YES, Verdict.NOT_ENOUGH_EVIDENCE),
        (RIGHT, BODY, YES, Verdict.SUPPORTED),
        (OTHER, f"小児\n{BODY}", NO, Verdict.NOT_ENOUGH_EVIDENCE),
        (OTHER, f"{BODY}これは誤りである。", NO, Verdict.NOT_ENOUGH_EVIDENCE),
        (OTHER, BODY, NO, Verdict.CONTRADICTED),
    ],
)
def test_what_governs_a_sentence_binds_who_overlooks_it(
    judge: RulesJudge, claim: str, source: str, said: Probabilities, verdict: Verdict
) -> None:
    assert decided(judge, claim, source, said) is verdict


@pytest.mark.parametrize(
    ("claim", "source", "verdict"),
    [
        (DOSE, DOSE, Verdict.SUPPORTED),
        (DOSE, f"成人では{DOSE}", Verdict.CONDITIONAL),
        ("アモキシシリンの量は1回100 mg、1日3回である。", DOSE, Verdict.NOT_ENOUGH_EVIDENCE),
        (DOSE, f"{DOSE[:-1]}患者では減量する。", Verdict.NOT_ENOUGH_EVIDENCE),
        (DOSE, f"{DOSE[:-1]}ことは危険である。", Verdict.NOT_ENOUGH_EVIDENCE),
        ("The dose is reduced to one third.", "The dose is reduced by one third.", Verdict.NOT_ENOUGH_EVIDENCE),
        ("アモキシシリンは7日間飲む。", "アモキシシリンを飲むのは7日間である。", Verdict.NOT_ENOUGH_EVIDENCE),
    ],
)
def test_a_dose_is_supported_in_its_very_words_however_sure_a_reader_is(
    judge: RulesJudge, claim: str, source: str, verdict: Verdict
) -> None:
    """Hazard: a text has endless ways to end, limit or doubt a dose, and a model overlooks some of them."""
    assert decided(judge, claim, source, YES) is verdict


def decided(judge: RulesJudge, claim: str, source: str, said: Probabilities) -> Verdict:
    """Of a claim and a text, where the reader says `said`."""
    opinions = tuple(judge.judge(claim, source_passages(0, SourceText(source))))
    saying = Saying("local", "r1", said, "sources/0", Span(0, len(source)), source, 1.0)
    return decide_by_all([Account(opinions, (saying,))], PLAIN, ("rules", "local")).verdict
