"""Laboratory values in two unit systems."""

import json
from collections.abc import Callable
from fractions import Fraction
from importlib import resources

import pytest
from monshin_factcheck.core.decision import Decision, Verdict
from monshin_factcheck.core.quantities.analytes import analytes
from monshin_factcheck.core.quantities.scan import quantities

# Names of labunits that are in our table, too.
SHARED = {
    "Glucose": "血糖",
    "Creatinine": "クレアチニン",
    "Urea nitrogen (BUN)": "尿素窒素",
    "Triglycerides": "中性脂肪",
    "Calcium, ionized": "カルシウム",
    "Magnesium": "マグネシウム",
    "Potassium": "カリウム",
    "Sodium": "ナトリウム",
    "Chloride": "クロール",
    "Bicarbonate": "重炭酸イオン",
    "Copper": "銅",
    "Zinc": "亜鉛",
    "Aldosterone (upright)": "アルドステロン",
    "Aluminum": "アルミニウム",
    "C-peptide": "Cペプチド",
    "Chromium": "クロム",
    "Citrate": "クエン酸濃度",
    "Cobalt": "コバルト",
    "Epinephrine (supine)": "アドレナリン濃度",
    "Ethosuximide": "エトスクシミド",
    "Everolimus": "エベロリムス",
    "Felbamate": "フェルバメート",
    "Gabapentin": "ガバペンチン",
    "Iron-binding capacity": "総鉄結合能",
    "Lamotrigine": "ラモトリギン",
    "Levetiracetam": "レベチラセタム",
    "Manganese": "マンガン",
    "Mercury": "水銀",
    "Phenylalanine": "フェニルアラニン",
    "Selenium": "セレン",
    "Sirolimus": "シロリムス",
    "Tacrolimus": "タクロリムス",
    "Topiramate": "トピラマート",
    "Tyrosine": "チロシン",
    "β-Hydroxybutyric acid": "3-ヒドロキシ酪酸",
    "β2-Microglobulin": "β2-ミクログロブリン",
    "Adenosine deaminase": "アデノシンデアミナーゼ",
    "Aldolase": "アルドラーゼ",
    "Amylase": "アミラーゼ",
    "Angiotensin-converting enzyme (ACE)": "ACE活性",
    "Aspartate aminotransferase (AST, SGOT)": "AST",
    "Creatine kinase (CK)": "CK",
}
Check = Callable[..., Decision]


def test_factors_are_those_of_an_independent_table() -> None:
    """labunits rounds to two to four digits; a wrong molar mass would be off by far more.

    Left out: its norepinephrine (pmol taken for nmol) and 1,25-dihydroxyvitamin D (2.6, the molar mass gives 2.40).
    """
    rows = json.loads((resources.files("labunits") / "data" / "analytes.json").read_text("utf-8")).values()
    compared = set()
    for row in rows:
        name = SHARED.get(row["name"])
        if name is None or "urine" in row["specimen"][0]:
            continue
        (traditional,) = quantities(f"1 {row['traditional_units']}")
        (si,) = quantities(f"1 {row['si_units']}")
        made = analytes().by_name[name].converted(traditional, si.dimension)
        assert made is not None, name
        assert made.interval.low is not None
        assert si.interval.low is not None
        factor = made.interval.low / si.interval.low
        printed = str(row["conversion_factor"])
        half_digit = Fraction(1, 2 * 10 ** len(printed.partition(".")[2]))
        assert abs(factor - Fraction(printed)) <= max(half_digit, Fraction(printed) / 100), name
        compared.add(name)
    assert compared == set(SHARED.values())


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("血糖は10 mmol/Lである。", "血糖は180 mg/dLである。"),
        ("血糖値が11.1 mmol/Lを超えると治療する。", "血糖値が200 mg/dLを超えると治療する。"),
        ("血清クレアチニンは177 μmol/Lである。", "血清クレアチニンは2.0 mg/dLである。"),
        ("血清カリウムは5.5 mmol/L以上である。", "血清カリウムは5.5 mEq/L以上である。"),
        ("血清カルシウムは2.5 mmol/Lである。", "血清カルシウムは5.0 mEq/Lである。"),
        ("HbA1cは48 mmol/mol以上である。", "HbA1cは6.5%以上である。"),
        ("尿酸値は416 μmol/L以下とする。", "尿酸値は7.0 mg/dL以下とする。"),
        ("Glucose is 10 mmol/L.", "Glucose is 180 mg/dL."),
        ("AST は2 μkat/L以上である。", "AST は120 U/L以上である。"),
        ("遊離T4は12.9 pmol/Lである。", "遊離T4は1.0 ng/dLである。"),
        ("バルプロ酸の血中濃度は693 μmol/Lを超えない。", "バルプロ酸の血中濃度は100 μg/mLを超えない。"),
        ("ヘモグロビンは4.34 mmol/L未満である。", "ヘモグロビンは7 g/dL未満である。"),
    ],
)
def test_the_same_value_in_the_other_system_is_supported(check: Check, claim: str, source: str) -> None:
    assert check(claim, source).verdict is Verdict.SUPPORTED
    assert check(source, claim).verdict is Verdict.SUPPORTED


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("血糖は7 mmol/Lである。", "血糖は180 mg/dLである。"),
        ("血糖は10.3 mmol/Lである。", "血糖は180 mg/dLである。"),
        ("血糖は10 mg/dLである。", "血糖は10 mmol/Lである。"),
        ("血清カルシウムは5.0 mmol/Lである。", "血清カルシウムは5.0 mEq/Lである。"),
        ("HbA1cは53 mmol/mol以上である。", "HbA1cは6.5%以上である。"),
        ("血糖が10 mmol/L未満なら中止する。", "血糖が180 mg/dL以上なら中止する。"),
        ("尿酸値は10 mmol/Lである。", "血糖は180 mg/dLである。"),
        ("薬物濃度は10 mmol/Lである。", "薬物濃度は180 mg/dLである。"),
        ("AST は120 μkat/L以上である。", "AST は120 U/L以上である。"),
        ("インスリンは60 pmol/Lである。", "インスリンは10 μU/mLである。"),
    ],
)
def test_another_value_or_an_unnamed_analyte_is_not(check: Check, claim: str, source: str) -> None:
    assert check(claim, source).verdict not in (Verdict.SUPPORTED, Verdict.CONDITIONAL, Verdict.CONFLICTING)
    assert check(source, claim).verdict not in (Verdict.SUPPORTED, Verdict.CONDITIONAL, Verdict.CONFLICTING)
