"""A case that a plain sentence or the question states holds for the doses that follow it."""

from collections.abc import Callable

import pytest
from monshin_factcheck.core.claims.split import split_claims
from monshin_factcheck.core.claims.stated import stated_case
from monshin_factcheck.core.decision import Decision, Verdict

ADULTS = "アモキシシリンは成人には1回250 mgを1日3回投与する。アモキシシリンは小児には1回100 mgを1日3回投与する。"
KIDNEY = "アモキシシリンは成人には1回250 mgを1日3回投与する。アモキシシリンは腎障害患者には1回250 mgを1日1回投与する。"
EGFR = "メトホルミンはeGFR 45以上では1日1500 mgまで投与できる。メトホルミンはeGFR 45未満では1日750 mgまで投与できる。"
BOTH = "アモキシシリンは成人では1回250 mgを1日3回投与する。アモキシシリンは小児では1回100 mgを1日3回投与する。"
IN_CASE = "アモキシシリンは成人では1回250 mgを1日3回投与する。"
TAKEN = "アムロジピンを1日1回5 mg内服している。"
PRESCRIBED = "Amlodipine 5 mg daily was prescribed."
IN_ADULTS = (
    "Amoxicillin is given at 250 mg every 8 hours in adults. Amoxicillin is given at 100 mg every 8 hours in children."
)
WHEN = "Dabigatran is given at 110 mg twice daily if CrCl is below 50 mL/min."
DOSE = "アモキシシリンは1回250 mgを1日3回投与する。"
METFORMIN = "メトホルミンは1日1500 mgまで投与できる。"
ENGLISH = "Amoxicillin is given at 250 mg every 8 hours."

Check = Callable[..., Decision]


@pytest.mark.parametrize(
    ("answer", "source", "question"),
    [
        (f"eGFRは40である。{METFORMIN}", EGFR, ""),
        (f"eGFR 40です。{METFORMIN}", EGFR, ""),
        (f"透析患者ですね。{METFORMIN}", EGFR, ""),
        (f"上記の患者には、{METFORMIN.replace('は', 'を', 1)}", EGFR, ""),
        (f"患者は4歳の男児である。{DOSE}", ADULTS, ""),
        (f"患者は4歳の男児である。体重は15 kgである。{DOSE}", ADULTS, ""),
        (f"患者は4歳の男児である。アモキシシリンは抗菌薬である。{DOSE}", ADULTS, ""),
        (f"うちの子は5歳です。{DOSE}", ADULTS, ""),
        (f"体重15 kgの患児。{DOSE}", ADULTS, ""),
        (f"小児について。\n{DOSE}", ADULTS, ""),
        (f"小児について。\n- {DOSE}", ADULTS, ""),
        (f"小児の場合を述べる。{DOSE}", ADULTS, ""),
        (f"お子さまの場合ですが、{DOSE}", ADULTS, ""),
        (f"4歳の男の子ですね。{DOSE}", ADULTS, ""),
        (f"対象は小児である。{DOSE}", ADULTS, ""),
        (f"まず小児の用量から説明します。{DOSE}", ADULTS, ""),
        (f"ここでは小児を扱う。{DOSE}", ADULTS, ""),
        (f"患者の体重は15 kgである。{DOSE}", ADULTS, ""),
        (f"eGFRが40に低下している。{METFORMIN}", EGFR, ""),
        (f"腎障害がある。{DOSE}", KIDNEY, ""),
        (f"腎機能が低下しています。{DOSE}", KIDNEY, ""),
        (f"The patient is 4 years old. {ENGLISH}", IN_ADULTS, ""),
        (f"The patient weighs 15 kg. {ENGLISH}", IN_ADULTS, ""),
        (f"This applies to children. {ENGLISH}", IN_ADULTS, ""),
        (f"For children. {ENGLISH}", IN_ADULTS, ""),
        (f"We discuss children here. {ENGLISH}", IN_ADULTS, ""),
        (f"Consider a 4-year-old child. {ENGLISH}", IN_ADULTS, ""),
        (f"She is 4. {ENGLISH}", IN_ADULTS, ""),
        (ENGLISH, IN_ADULTS, "My baby needs amoxicillin. What dose?"),
        (ENGLISH, IN_ADULTS, "What is the dose of amoxicillin for my 3-year-old?"),
        (ENGLISH, IN_ADULTS, "My patient has an eGFR of 12. What is the dose of amoxicillin?"),
        (ENGLISH, IN_ADULTS, "My son is 4 years old. What is the dose of amoxicillin?"),
    ],
)
def test_a_dose_behind_a_stated_case_is_not_that_of_another(
    answer: str, source: str, question: str, check: Check
) -> None:
    """Hazard: the adult dose that an answer gives for a child is called supported, if for adults."""
    claim = split_claims(answer, question)[-1]
    verdict = check(claim.text, source).verdict if claim.checkable else Verdict.NOT_ENOUGH_EVIDENCE
    assert verdict in (Verdict.NOT_ENOUGH_EVIDENCE, Verdict.CONTRADICTED)


@pytest.mark.parametrize(
    ("answer", "source", "question"),
    [
        ("小児について。アモキシシリンは1回100 mgを1日3回投与する。", BOTH, ""),
        (f"小児について。アモキシシリンは抗菌薬である。\n\n成人について。{DOSE}", BOTH, ""),
        (f"小児について。{IN_CASE}", IN_CASE, ""),
        (f"患者は男性である。{DOSE}", DOSE, ""),
        (f"患者は4歳の男児である。\n\n{DOSE}", DOSE, ""),
        (f"患者は4歳の男児である。\n## 用量\n{DOSE}", DOSE, ""),
        (f"患者は76歳の女性である。{TAKEN}", TAKEN, ""),
        ("患者は76歳の女性である。アムロジピンは降圧薬である。", "アムロジピンは降圧薬である。", ""),
        (f"eGFRは60である。{METFORMIN}", EGFR, ""),
        (f"The patient is 76 years old. {PRESCRIBED}", PRESCRIBED, ""),
        (f"This applies to children. {ENGLISH}", f"In children, {ENGLISH}", ""),
        (f"The patient walks 200 m. {ENGLISH}", ENGLISH, ""),
        (ENGLISH, ENGLISH, "What is the dose of amoxicillin?"),
        (WHEN, WHEN, "My patient is 74 years old. What is the dose of dabigatran?"),
    ],
)  # fmt: skip
def test_what_is_right_in_the_case_or_told_of_the_patient_stays_supported(
    answer: str, source: str, question: str, check: Check
) -> None:
    assert check(split_claims(answer, question)[-1].text, source).verdict is Verdict.SUPPORTED


def test_facts_add_up_and_what_is_announced_ends_them() -> None:
    told = [
        claim.text for claim in split_claims(f"患者は4歳の男児である。体重は15 kgである。{DOSE}成人について。{DOSE}")
    ]
    assert told[2] == "アモキシシリンは、4歳の男児では、体重 15 kgでは1回250 mgを1日3回投与する。"
    assert told[4] == "アモキシシリンは、成人では1回250 mgを1日3回投与する。"


@pytest.mark.parametrize(
    "sentence",
    [
        "患者は男性である。",
        "持続性心房細動がある。",
        "ペニシリンのアレルギーがある。",
        "ドライウェイトは55.1 kgであった。",
        "アモキシシリンについて。",
        "副作用について説明します。",
        "高齢者では少量から始める。",
        "妊婦には禁忌です。",
        "妊婦に使わない。",
        "子どもに多い。",
        "75歳未満の成人の目標は、忍容性があれば130 mmHg未満である。",
        "服用中の患者である。",
        "It is for pain.",
        "1日1回5 mgである。",
        "The patient walks 20 m without oxygen.",
        "The patient is a man.",
        "In summary.",
        "Warfarin is an anticoagulant.",
    ],
)
def test_what_states_no_case_states_none(sentence: str) -> None:
    assert stated_case(sentence) is None
