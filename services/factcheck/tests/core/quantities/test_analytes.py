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
}
Check = Callable[..., Decision]


def test_factors_are_those_of_an_independent_table() -> None:
    """labunits rounds to two to four digits; a wrong molar mass would be off by far more."""
    rows = json.loads((resources.files("labunits") / "data" / "analytes.json").read_text("utf-8")).values()
    compared = 0
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
        assert abs(factor / Fraction(str(row["conversion_factor"])) - 1) < Fraction(1, 100), name
        compared += 1
    assert compared >= len(SHARED)


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
    ],
)
def test_another_value_or_an_unnamed_analyte_is_not(check: Check, claim: str, source: str) -> None:
    assert check(claim, source).verdict not in (Verdict.SUPPORTED, Verdict.CONDITIONAL, Verdict.CONFLICTING)
    assert check(source, claim).verdict not in (Verdict.SUPPORTED, Verdict.CONDITIONAL, Verdict.CONFLICTING)
