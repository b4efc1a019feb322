"""Each kind of slip changes what it is named for, and nothing that stands in the source comes out."""

import pytest

from benchmarks.factcheck.slips import SLIPS, slips

JAPANESE = "ワルファリンとヘパリンを用いる。"
CASES = [
    ("frequency", "1日2回服用する。", "1日3回服用する。"),
    ("frequency", "Take 5 mg every 8 hours.", "Take 5 mg every 12 hours."),
    ("frequency", "Take 5 mg once daily.", "Take 5 mg twice daily."),
    ("per dose, per day", "1回5 mgを服用する。", "1日5 mgを服用する。"),
    ("per dose, per day", "1日300 mgを3回に分けて服用する。", "1回300 mgを3回に分けて服用する。"),
    ("per dose, per day", "Give 5 mg per dose.", "Give 5 mg per day."),
    ("route", "経口で5 mgを投与する。", "静注で5 mgを投与する。"),
    ("route", "Give 5 mg orally.", "Give 5 mg intravenously."),
    ("duration", "7日間続ける。", "14日間続ける。"),
    ("duration", "Treat for 7 days.", "Treat for 14 days."),
    ("minimum, maximum", "1日10 mg以下とする。", "1日10 mg以上とする。"),
    ("minimum, maximum", "Give not more than 4 g a day.", "Give at least 4 g a day."),
    ("decimal point", "0.5 mgを服用する。", "5 mgを服用する。"),
    ("decimal point", "Take 10 mg.", "Take 100 mg."),
    ("unit written out", "5 mgを服用する。", "5マイクログラムを服用する。"),
    ("unit written out", "Take 50 μg of it.", "Take 50 milligrams of it."),
    ("number in kanji", "1日2回服用する。", "1日三回服用する。"),
    ("number in kanji", "1日2回服用する。", "1日三十二回服用する。"),
    ("number in words", "Take it every 6 hours.", "Take it every seven hours."),
    ("number in words", "Take it every 6 hours.", "Take it every thirty-six hours."),
    ("number in full width", "1日2回服用する。", "1日３回服用する。"),
    ("to, by", "10 mgに減量する。", "10 mg減量する。"),
    ("to, by", "The dose is reduced to 10 mg.", "The dose is reduced by 10 mg."),
    ("side", "右大腿骨の骨折。", "左大腿骨の骨折。"),
    ("side", "The left hip is replaced.", "The right hip is replaced."),
    ("age limit", "12歳以上に用いる。", "17歳以上に用いる。"),
    ("age limit", "For children aged 12 years.", "For children aged 17 years."),
    ("case", "500 mgを投与し、腎障害患者には250 mgを投与する。", "腎障害患者には500 mgを投与し。"),
    ("case", "Give 500 mg daily; in adults, give 1 g.", "Give 500 mg daily in adults."),
    ("value", "トラフ値は15〜20 μg/mLとする。", "ピーク値は15〜20 μg/mLとする。"),
    ("value", "The loading dose is 400 mg.", "The maintenance dose is 400 mg."),
    ("container", "1回1アンプルを静注する。", "1回1バイアルを静注する。"),
    ("container", "Use 2 puffs daily.", "Use 2 sprays daily."),
    ("another drug", "ワルファリンを5 mg用いる。", "ヘパリンを5 mg用いる。"),
]


@pytest.mark.parametrize(("kind", "sentence", "wrong"), CASES)
def test_a_slip_changes_what_it_is_named_for(kind: str, sentence: str, wrong: str) -> None:
    assert wrong in slips(kind, sentence, sentence + JAPANESE)


def test_every_kind_has_an_example_here() -> None:
    assert {kind for kind, *_ in CASES} == set(SLIPS)


@pytest.mark.parametrize("kind", SLIPS)
def test_what_the_source_says_is_no_slip(kind: str) -> None:
    for same_kind, sentence, wrong in CASES:
        if same_kind == kind:
            assert wrong not in slips(kind, sentence, f"{sentence}{wrong}")
