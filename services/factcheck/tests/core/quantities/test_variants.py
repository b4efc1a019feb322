"""Any quantity, written in another way and with one thing changed."""

import time
from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from monshin_factcheck.core.quantities.compare import Agreement
from monshin_factcheck.core.quantities.scan import quantities
from monshin_factcheck.core.text.normalise import normalise

Agree = Callable[[str, str], Agreement]
CONFIRMING = frozenset({Agreement.SAME, Agreement.SAME_NUMBER, Agreement.WITHIN})
# Spellings of one unit, and another unit of the same kind.
UNITS = {
    "mg": (["mg", "ミリグラム", "㎎"], "g"), "g": (["g", "グラム"], "kg"), "mL": (["mL", "ml", "cc", "㎖"], "L"),
    "時間": (["時間", " hours", "h"], "分"), "%": (["%", "％", "パーセント"], "‰"), "℃": (["℃", "°C", "度"], "°F"),
    "錠": (["錠", " tablets"], "カプセル"), "倍": (["倍", "-fold", " fold"], "回"),
}  # fmt: skip
BOUNDS = {
    "": [""], "以上": ["以上", " 以上"], "未満": ["未満", "に満たない", "を下回る"],
    "以下": ["以下", "を超えない", "を超えてはならない", "まで"], "超": ["超", "を超える", "を上回る"],
    "弱": ["弱", "近く"], "強": ["強", "余り"],
}  # fmt: skip
# Bounds of which one entails the other confirm in that direction.
ENTAILED = {("弱", "以下"), ("弱", "未満"), ("強", "以上"), ("強", "超")}

tenths = st.integers(1, 99_999).map(lambda number: Fraction(number, 10))


def written(value: Fraction, draw: st.DataObject) -> str:
    """One of the ways in which people write a number."""
    whole, tenth = divmod(value * 10, 10)
    plain = f"{int(whole)}.{int(tenth)}" if tenth else str(int(whole))
    forms = [plain, plain.translate(str.maketrans("0123456789.", "０１２３４５６７８９．"))]
    if whole >= 1000:
        forms.append(f"{int(whole):,}" + (f".{int(tenth)}" if tenth else ""))
    if not whole:
        forms.append(f".{int(tenth)}")
    if tenth == 5 and whole < 1000:
        forms.append(f"{int(whole) or ''}½")
    if not tenth and whole % 1000 == 0:
        forms.append(f"{int(whole) // 1000}×10³")
    return draw.draw(st.sampled_from(forms))


@settings(max_examples=300, deadline=None)
@given(tenths, st.sampled_from(sorted(UNITS)), st.sampled_from(sorted(BOUNDS)), st.data())
def test_variants_of_one_quantity_are_the_same(
    agreement: Agree, value: Fraction, unit: str, bound: str, data: st.DataObject
) -> None:
    one, other = (
        f"{written(value, data)}{data.draw(st.sampled_from(UNITS[unit][0]))}{data.draw(st.sampled_from(BOUNDS[bound]))}"
        for _ in range(2)
    )
    assert agreement(one, other) is Agreement.SAME, (one, other)


@settings(max_examples=300, deadline=None)
@given(tenths, st.sampled_from(sorted(UNITS)), st.sampled_from(["", "弱", "強"]), st.data())
def test_another_number_is_never_confirmed(
    agreement: Agree, value: Fraction, unit: str, bound: str, data: st.DataObject
) -> None:
    wrong = data.draw(st.sampled_from([value * 10, value + 1, value + Fraction(1, 10), value * 2, value + 100]))
    claim, evidence = (f"{written(number, data)}{unit}{bound}" for number in (value, wrong))
    assert agreement(claim, evidence) not in CONFIRMING, (claim, evidence)
    assert agreement(evidence, claim) not in CONFIRMING, (evidence, claim)


@settings(max_examples=200, deadline=None)
@given(tenths, st.sampled_from(sorted(UNITS)), st.sampled_from(sorted(BOUNDS)), st.data())
def test_another_unit_is_never_the_same(
    agreement: Agree, value: Fraction, unit: str, bound: str, data: st.DataObject
) -> None:
    claim, evidence = (f"{written(value, data)}{one}{bound}" for one in (unit, UNITS[unit][1]))
    assert agreement(claim, evidence) not in (Agreement.SAME, Agreement.SAME_NUMBER)


@settings(max_examples=200, deadline=None)
@given(tenths, st.sampled_from(sorted(UNITS)), st.permutations(sorted(BOUNDS)), st.data())
def test_another_bound_is_never_the_same(
    agreement: Agree, value: Fraction, unit: str, bounds: list[str], data: st.DataObject
) -> None:
    one, other = bounds[:2]
    found = agreement(f"{written(value, data)}{unit}{one}", f"{written(value, data)}{unit}{other}")
    assert found is not Agreement.SAME
    assert found is not Agreement.WITHIN or (one, other) in ENTAILED, (one, other)


@pytest.mark.parametrize(
    "piece",
    [
        "1日3回、10〜20 mgを8時間ごと、",
        "4 g以上は投与しない、",
        "10 mgから5 mgに減量し",
        "1½と10³と.5 mg弱 ",
        "3割は効かないが",
        "not above 5 mg ",
    ],
)
def test_a_claim_of_2000_characters_is_scanned_in_time(piece: str) -> None:
    """Hazard: a pattern that looks far ahead from each number is quadratic. Best of three: 20 to 80 ms of CPU."""
    text = normalise(piece * (2000 // len(piece))).text
    took = []
    for _ in range(3):
        started = time.process_time()
        quantities(text)
        took.append(time.process_time() - started)
    assert min(took) < 0.25, f"{min(took):.3f} s"
