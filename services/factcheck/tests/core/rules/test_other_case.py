"""A dose, an act or a value under another case than in the source, beside a reader that is always sure."""

from dataclasses import replace

import pytest
from monshin_factcheck.checking.evidence import source_passages
from monshin_factcheck.core.decision import Saying, Verdict
from monshin_factcheck.core.document_account import Account
from monshin_factcheck.core.evidence import Probabilities
from monshin_factcheck.core.joint_decision import decide_by_all
from monshin_factcheck.core.rules.judge import RulesJudge
from monshin_factcheck.core.rules.statement import Reader
from monshin_factcheck.core.source import SourceText
from monshin_factcheck.core.text.spans import Span
from monshin_factcheck.core.text.words import Analyser
from monshin_factcheck.core.weighing import Weighing

JUDGE = RulesJudge(Reader(Analyser()))
SURE = Probabilities(0.999, 0.0005, 0.0005)
BY_READER = Weighing(
    {"local:supported": (1.0, 0.0, 0.0), "local:contradicted": (0.0, 1.0, 0.0)}, {"local": "r"}, 0.8, 0.8
)
SUPPORTED, CONDITIONAL = Verdict.SUPPORTED, Verdict.CONDITIONAL


def verdict(claim: str, text: str) -> Verdict:
    """Beside a reader that takes everything for supported: what is not SUPPORTED then, a rule forbids.

    As if no claim told a dose, for those are forbidden anyway, and a test could not see by which rule else.
    """
    found = JUDGE.judge(claim, source_passages(0, SourceText(text, "", "")))
    opinions = tuple(replace(one, tells_dose=False) for one in found)
    saying = Saying("local", "r", SURE, opinions[0].passage.document, Span(0, 1), text[:1], 1.0)
    return decide_by_all([Account(opinions, (saying,))], BY_READER, ()).verdict


def kinds(claim: str, text: str) -> set[str]:
    opinions = JUDGE.judge(claim, source_passages(0, SourceText(text, "", "")))
    return {finding.kind for opinion in opinions for finding in opinion.findings}


APIXABAN = "Apixaban: 5 mg twice daily; reduce to 2.5 mg twice daily if age 80 or older."
CEFTRIAXONE = "Give 1 g of ceftriaxone daily; for meningitis give 2 g every 12 hours."
METFORMIN = (
    "Metformin may be started at 500 mg once daily if eGFR is above 45; it must not be started if eGFR is 30 to 45."
)
AFTER_CLAUSE = "Give 500 mg every 8 hours"
LATER = "give 250 mg every 12 hours"


@pytest.mark.parametrize(
    "text",
    [
        f"{AFTER_CLAUSE}; in renal impairment, {LATER}.",
        f"{AFTER_CLAUSE}: in renal impairment, {LATER}.",
        f"{AFTER_CLAUSE} - in renal impairment, {LATER}.",
        f"{AFTER_CLAUSE} – in renal impairment, {LATER}.",
        f"{AFTER_CLAUSE}—in renal impairment, {LATER}.",
        f"{AFTER_CLAUSE} (in renal impairment, {LATER}).",
        f"{AFTER_CLAUSE}, but in renal impairment, {LATER}.",
        f"{AFTER_CLAUSE}; in renal impairment: {LATER}.",
        f"{AFTER_CLAUSE}; in renal impairment {LATER}.",
    ],
)
def test_a_case_that_opens_the_next_clause_is_not_lent_to_the_dose_before_it(text: str) -> None:
    assert verdict("Give 500 mg every 8 hours in renal impairment.", text) not in (SUPPORTED, CONDITIONAL)
    assert verdict("Give 500 mg every 8 hours.", text) is SUPPORTED


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        (
            "Ceftriaxone 1 g is given daily for meningitis.",
            "Ceftriaxone 1 g is given daily; for meningitis, 2 g is given twice daily.",
        ),
        ("Warfarin is used in pregnancy.", "Warfarin is used; in pregnancy, heparin is used."),
        ("Warfarin is used in children.", "Warfarin is used (in children, heparin)."),
        ("Metformin is continued before surgery.", "Metformin is continued; before surgery, it is stopped."),
        (
            "Continue warfarin before major surgery.",
            "Hold warfarin for 5 days before major surgery; continue it before dental extraction.",
        ),
        ("Give 10 mg orally.", "Give 10 mg; orally, give 50 mg."),
        ("At night give 10 mg.", "Give 10 mg in the morning and 5 mg at night."),
        ("For children the dose is 10 mg.", "Adults: the dose is 10 mg. Children: the dose is 5 mg."),
        ("Apixaban is 5 mg twice daily if age 80 or older.", APIXABAN),
        ("In patients aged 80 or older, apixaban is 5 mg twice daily.", APIXABAN),
        ("For meningitis give 1 g of ceftriaxone daily.", CEFTRIAXONE),
        ("Start metformin 500 mg once daily at an eGFR of 30 to 45.", METFORMIN),
        (
            "Metformin is started at 500 mg once daily if eGFR is below 30.",
            "Metformin is started at 500 mg once daily; it must not be started if eGFR is below 30.",
        ),
        (
            "Adults receive amoxicillin 25 mg/kg every 12 hours.",
            "Amoxicillin: adults 500 mg every 8 hours, children 25 mg/kg every 12 hours.",
        ),
        (
            "Rivaroxaban is 20 mg daily in moderate renal impairment.",
            "Rivaroxaban: 20 mg daily (15 mg daily in moderate renal impairment).",
        ),
        (
            "Give 100 mg daily in hepatic impairment.",
            "The usual dose is 100 mg daily. It is metabolised. In hepatic impairment the dose is 50 mg daily.",
        ),
        (
            "アピキサバンは80歳以上では1回5 mgを1日2回投与する。",
            "アピキサバンは1回5 mgを1日2回投与し、80歳以上では1回2.5 mgに減量する。",
        ),
        (
            "80歳以上のアピキサバンは1回5 mg、1日2回である。",
            "アピキサバンは1回5 mgを1日2回投与する。80歳以上では1回2.5 mgに減量する。",
        ),
        ("腎障害に500 mgを投与する。", "500 mgを投与し、腎障害に、250 mgを投与する。"),
        (
            "腎障害患者にはバンコマイシン1 gを12時間ごとに投与する。",
            "バンコマイシンは1 gを12時間ごとに投与する。腎障害患者では24時間ごとに投与する。",
        ),
        ("ワルファリンは手術前に継続する。", "ワルファリンは抜歯時には継続し、手術前には5日間休薬する。"),
        ("妊婦にはワルファリンを用いる。", "ワルファリンを用いる；妊婦にはヘパリンを用いる。"),
        (
            "細菌性髄膜炎では成人のセフトリアキソンは1〜2 gを24時間ごとに点滴静注する。",
            "セフトリアキソンは肺炎、細菌性髄膜炎などに用いる。成人のセフトリアキソンは1〜2 gを24時間ごとに点滴静注し、"
            "細菌性髄膜炎では2 gを12時間ごととする。",
        ),
        ("初日は250 mgを投与する。", "初日は500 mg、2日目以降は250 mgを投与する。"),
        ("朝に5 mgを服用する。", "朝10 mg、夕5 mgを服用する。"),
        ("小児では1回10 mgを投与する。", "成人：1回10 mgを投与する。小児：1回5 mgを投与する。"),
        (
            "リバーロキサバンは腎機能低下例では15 mgを1日2回投与する。",
            "リバーロキサバンは15 mgを1日2回投与する（腎機能低下例では10 mg）。",
        ),
    ],
)  # fmt: skip
def test_what_stands_under_another_case_is_not_supported(claim: str, text: str) -> None:
    assert verdict(claim, text) not in (SUPPORTED, CONDITIONAL)


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("The vancomycin peak should be 15-20 mg/L.", "The vancomycin trough should be 15-20 mg/L."),
        ("The vancomycin dose should be 15-20 mg/L.", "The vancomycin trough should be 15-20 mg/L."),
        ("バンコマイシンのピーク値は15〜20 μg/mLである。", "バンコマイシンのトラフ値は15〜20 μg/mLである。"),
        ("バンコマイシンの投与量は15〜20 μg/mLである。", "バンコマイシンのトラフ値は15〜20 μg/mLである。"),
        ("The trough target is 25-40 mg/L.", "The peak target is 25-40 mg/L and the trough target is 10-15 mg/L."),
        ("食後血糖が126 mg/dL以上なら糖尿病型である。", "空腹時血糖が126 mg/dL以上なら糖尿病型である。"),
        ("随時血糖が126 mg/dL以上なら糖尿病型である。", "空腹時血糖が126 mg/dL以上なら糖尿病型である。"),
        ("The diastolic pressure goal is below 130 mmHg.", "The systolic pressure goal is below 130 mmHg."),
        ("維持量は20 mg/kgである。", "負荷量は20 mg/kg、維持量は5 mg/kgである。"),
        ("The maintenance dose is 400 mg.", "The loading dose is 400 mg and the maintenance dose is 200 mg daily."),
        ("LDLコレステロールの目標は40 mg/dL以上である。", "HDLコレステロールの目標は40 mg/dL以上である。"),
        ("Free phenytoin should be 10-20 mg/L.", "Total phenytoin should be 10-20 mg/L."),
        ("直接ビリルビンは1.2 mg/dLである。", "総ビリルビンは1.2 mg/dLである。"),
    ],
)
def test_a_number_of_another_value_is_not_supported(claim: str, text: str) -> None:
    assert "other_case" in kinds(claim, text)
    assert verdict(claim, text) not in (SUPPORTED, CONDITIONAL)


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("血糖が126 mg/dL以上なら糖尿病型である。", "空腹時血糖が126 mg/dL以上なら糖尿病型である。"),
        ("バンコマイシンは15〜20 μg/mLとする。", "バンコマイシンのトラフ値は15〜20 μg/mLとする。"),
        ("The blood pressure goal is below 130 mmHg.", "The systolic blood pressure goal is below 130 mmHg."),
    ],
)
def test_a_word_for_one_of_several_values_that_a_claim_leaves_out_is_its_condition(claim: str, text: str) -> None:
    assert verdict(claim, text) is CONDITIONAL


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("髄膜炎には1日4 gを投与する。", "セフトリアキソンは1日1 gを投与する。髄膜炎には1日4 gを投与する。"),
        ("For meningitis, ceftriaxone 2 g is given every 12 hours.", CEFTRIAXONE),
        ("Metformin may be started at 500 mg once daily if eGFR is above 45.", METFORMIN),
        ("Patients aged 80 or older take apixaban 2.5 mg twice daily.", APIXABAN),
        ("成人には最大10 mgまで増量できる。", "通常、成人には1日1回5 mgを投与し、最大10 mgまで増量できる。"),
        ("In adults the dose may be raised to 10 mg.", "In adults, give 5 mg daily; the dose may be raised to 10 mg."),
        ("eGFR<30ではメトホルミンは禁忌である。", "メトホルミンはeGFR 45以上で開始し、eGFR 30未満では禁忌である。"),
        (
            "Children receive 25 mg/kg every 12 hours.",
            "Amoxicillin: adults 500 mg every 8 hours, children 25 mg/kg every 12 hours.",
        ),
        ("夕に5 mgを服用する。", "朝10 mg、夕5 mgを服用する。"),
        ("The trough target is 10-15 mg/L.", "The peak target is 25-40 mg/L and the trough target is 10-15 mg/L."),
        (
            "バンコマイシンのトラフ濃度の目標は15〜20 μg/mLである。",
            "バンコマイシンのトラフ値は15〜20 μg/mLを目標とする。",
        ),
        ("妊婦にはヘパリンを用いる。", "ワルファリンを用いる；妊婦にはヘパリンを用いる。"),
        (
            "Warfarin is held for 5 days before major surgery.",
            "Hold warfarin for 5 days before major surgery; continue it before dental extraction.",
        ),
    ],
)  # fmt: skip
def test_what_stands_under_its_own_case_meets_no_veto(claim: str, text: str) -> None:
    """Else the tests above would pass by a veto of every case."""
    assert "other_case" not in kinds(claim, text)


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("1バイアルを投与する。", "1アンプルを投与する。"),
        ("1本を投与する。", "1アンプルを投与する。"),
        ("1バイアルを投与する。", "1本を投与する。"),
        ("Use 2 puffs daily.", "Use 2 sprays daily."),
        ("1日2プッシュを用いる。", "1日2噴霧を用いる。"),
        ("1 vial is given.", "1 ampoule is given."),
    ],
)
def test_another_container_or_device_neither_supports_nor_contradicts(claim: str, text: str) -> None:
    assert verdict(claim, text) is Verdict.NOT_ENOUGH_EVIDENCE
    assert not {kind for kind in kinds(claim, text) if kind.endswith("_conflict")}


@pytest.mark.parametrize(
    ("claim", "text"), [("1管を静注する。", "1アンプルを静注する。"), ("1 vial is given.", "1 vial is given.")]
)
def test_the_same_container_in_another_word_supports(claim: str, text: str) -> None:
    assert verdict(claim, text) is SUPPORTED


def test_of_a_table_in_one_sentence_no_dose_of_a_case_is_supported() -> None:
    """Hazard: rows run together, where nobody can tell which dose goes with whom, and a cost that grows with them."""
    rows = "".join(
        f"{drug}：成人には{dose} mg、小児には{dose + 1} mg、" for dose, drug in enumerate("甲乙丙丁" * 8, 11)
    )
    assert verdict("小児には12 mgを投与する。", f"{rows}とする。") not in (SUPPORTED, CONDITIONAL)
