"""Of several numbers in one sentence the one that the sentence says in the claim's words is meant."""

from collections.abc import Callable

import pytest
from monshin_factcheck.core.decision import Decision, Verdict

Check = Callable[..., Decision]

FUROSEMIDE = "フロセミドは40 mgで開始したが、20 mgに減量した。"
MEROPENEM = "メロペネムは1回1 gを1日3回投与していたが、腎機能低下のため1回0.5 gに減量した。"
OXYGEN = "酸素は5 L/分で開始し、3日目に2 L/分へ減量した。"
WARFARIN = "ワルファリンは3 mgで開始し、PT-INRが1.5のため4 mgに増量した。"
LDL = "LDL-Cは160 mg/dLであったため、ロスバスタチン2.5 mgを開始し、90 mg/dLに低下した。"
CREATININE = "クレアチニンは3.2と高値であったが、輸液後1.1に改善した。"
WEIGHT = "体重は入院時62 kgで、退院時は58 kgであった。"
GLUCOSE = "血糖は入院時320 mg/dLと高値であったが、インスリン治療により150 mg/dLまで低下した。"
INSULIN = "朝食前に10単位、夕食前に6単位を皮下注射する。"
BY_WEIGHT = "体重10 kg未満では50 mg、10 kg以上では100 mgを投与する。"
DOPAMINE = "ドパミンは5 µg/kg/分で開始し、血圧上昇後に3 µg/kg/分に減量、翌日中止した。"
VANCOMYCIN = "バンコマイシンは1回1 gで開始し、トラフ値が22 µg/mLであったため1回750 mgに減量した。"
AGES = "開始量は成人5 mg、小児2.5 mgである。"
AMLODIPINE = (
    "アムロジピンの開始用量は5 mgである。アムロジピンの維持用量は5〜10 mgである。アムロジピンの最大用量は10 mgである。"
)
AMLODIPINE_EN = "The starting dose of amlodipine is 5 mg and the maximum dose is 10 mg."
HALF_LIFE = "The half-life is 6 hours in adults and 12 hours in the elderly."
PUPIL = "明るい所では瞳孔は縮み、暗い所では広がる。"
PRESSURE = "夜間は血圧が低下し、日中は上昇した。"
HB = "Hbは8.2 g/dLから10.1 g/dLに改善した。"


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("フロセミドは20 mgに減量した。", FUROSEMIDE),
        ("フロセミドは40 mgで開始した。", FUROSEMIDE),
        ("メロペネムは1回0.5 gに減量した。", MEROPENEM),
        ("酸素は2 L/分へ減量した。", OXYGEN),
        ("酸素は3日目に2 L/分へ減量した。", OXYGEN),
        ("ワルファリンは4 mgに増量した。", WARFARIN),
        ("LDL-Cは90 mg/dLに低下した。", LDL),
        ("ロスバスタチン2.5 mgを開始し、LDL-Cは90 mg/dLに低下した。", LDL),
        ("クレアチニンは1.1に改善した。", CREATININE),
        ("退院時の体重は58 kgであった。", WEIGHT),
        ("体重は退院時は58 kgであった。", WEIGHT),
        ("退院時の体重は58 kgであった。", "体重は入院時62 kg、退院時58 kgであった。"),
        ("血糖は150 mg/dLまで低下した。", GLUCOSE),
        ("朝食前に10単位を皮下注射する。", INSULIN),
        ("夕食前に6単位を皮下注射する。", INSULIN),
        ("体重10 kg以上では100 mgを投与する。", BY_WEIGHT),
        ("体重10 kg未満では50 mgを投与する。", BY_WEIGHT),
        ("ドパミンは3 µg/kg/分に減量した。", DOPAMINE),
        ("バンコマイシンは1回750 mgに減量した。", VANCOMYCIN),
        ("小児の開始量は2.5 mgである。", AGES),
        ("成人の開始量は5 mgである。", AGES),
        ("アムロジピンの維持量は5〜10 mgとする。", AMLODIPINE),
        ("The maximum dose of amlodipine is 10 mg.", AMLODIPINE_EN),
        ("The half-life is 12 hours in the elderly.", HALF_LIFE),
        ("瞳孔は、暗い所では広がる。", PUPIL),
        ("血圧は日中は上昇した。", PRESSURE),
        ("Hbは10.1 g/dLに改善した。", HB),
    ],
)
def test_what_the_sentence_says_is_not_contradicted_by_its_other_parts(check: Check, claim: str, source: str) -> None:
    """Hazard: `reduced to 20 mg` was laid beside the 40 mg that it was reduced from, and called contradicted."""
    assert check(claim, source).verdict is not Verdict.CONTRADICTED


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("フロセミドは20 mgで開始した。", FUROSEMIDE),
        ("フロセミドは30 mgに減量した。", FUROSEMIDE),
        ("ワルファリンは4 mgで開始した。", WARFARIN),
        ("血糖は入院時150 mg/dLであった。", GLUCOSE),
        ("入院時の体重は58 kgであった。", "入院時の体重は62 kg、退院時の体重は58 kgであった。"),
        ("朝食前に6単位を皮下注射する。", INSULIN),
        ("夕食前に10単位を皮下注射する。", INSULIN),
        ("体重10 kg以上では50 mgを投与する。", BY_WEIGHT),
        ("小児の開始量は5 mgである。", AGES),
        ("成人の開始量は2.5 mgである。", AGES),
        ("アムロジピンの最大用量は5 mgである。", AMLODIPINE),
        ("The starting dose of amlodipine is 10 mg.", AMLODIPINE_EN),
        ("血圧は夜間は上昇した。", PRESSURE),
        ("Hbは8.2 g/dLに改善した。", HB),
        ("クロピドグレルは1日100 mgを投与する。", "アスピリンは1日100 mg、クロピドグレルは1日75 mgを投与する。"),
        ("プレドニゾロンは30 mgに減量した。", "プレドニゾロンは30 mgから20 mgに減量した。"),
        ("Metoprolol 10 mg was continued.", "Lisinopril 10 mg and metoprolol 25 mg were continued."),
        ("子ども用プールは、東側が深い。", "子ども用プールは、東側が浅く西側が深い。"),
    ],
)
def test_a_number_or_word_of_another_part_is_still_contradicted(check: Check, claim: str, source: str) -> None:
    assert check(claim, source).verdict is Verdict.CONTRADICTED


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("フロセミドは40 mgに減量した。", FUROSEMIDE),
        ("メロペネムは1回1 gに減量した。", MEROPENEM),
        ("酸素は5 L/分へ減量した。", OXYGEN),
        ("ワルファリンは3 mgに増量した。", WARFARIN),
        ("LDL-Cは160 mg/dLに低下した。", LDL),
        ("退院時の体重は62 kgであった。", WEIGHT),
        ("入院時の体重は58 kgであった。", WEIGHT),
        ("血糖は320 mg/dLまで低下した。", GLUCOSE),
        ("体重10 kg未満では100 mgを投与する。", BY_WEIGHT),
        ("ドパミンは5 µg/kg/分に減量した。", DOPAMINE),
        ("バンコマイシンは1回1 gに減量した。", VANCOMYCIN),
        ("The maximum dose of amlodipine is 5 mg.", AMLODIPINE_EN),
        ("The half-life is 6 hours in the elderly.", HALF_LIFE),
        ("血圧は日中は低下した。", PRESSURE),
        ("瞳孔は、明るい所では広がる。", PUPIL),
    ],
)
def test_a_number_or_word_of_another_part_is_not_supported(check: Check, claim: str, source: str) -> None:
    assert check(claim, source).verdict in (Verdict.CONTRADICTED, Verdict.NOT_ENOUGH_EVIDENCE)
