"""What stands right behind a dose: a sentence, a footnote, a clause or a bracket that ends, changes or limits it."""

from collections.abc import Callable

import pytest
from monshin_factcheck.core.cues.afterthoughts import Afterthought, afterthought
from monshin_factcheck.core.decision import Decision, Verdict

Check = Callable[..., Decision]
TAKEN, TAKEN_EN = "ワルファリンを1日5 mg服用している。", "Warfarin 5 mg is taken daily."
GIVEN = "ワルファリンは1日5 mgを投与する。"
# Of a case only, which is said beside the verdict.
WITHHELD = (Verdict.NOT_ENOUGH_EVIDENCE, Verdict.CONDITIONAL)

ENDING = """実際の内服は3 mg。|患者の申告では3 mg。|実は3 mgである。|未投与。|翌日から3 mgに減らす。
その後3 mgに減量する。|現在は3 mg。|以後は3 mg。|中止。|現在は中止している。|→中止|→ 3 mg/日
実際には飲んでいない。|これは母の処方である。|他の患者の記録である。|患者取り違え。|入力ミス。|訂正：3 mg。
取り消し。|上記は中止。|正しくは3 mg。|3 mgの誤り。|とはいえ、実際は3 mgである。|この用量は推奨されない。
適応外である。|頓用。|隔日。|INRが2未満のとき。|（2010年改訂で削除）|出血のため本日中止。|同剤は本日中止とした。
同薬を3 mgに増量した。|その後ヘパリンに変更した。|4月2日で終了。|…ではない。|ワルファリンは本日中止した。
3日間のみ。|月曜だけ。|朝のみ。|出血のため本日は中止した。|今は飲んでいない。|しかし添付文書では3 mgである。
体重70 kgの例。"""
ENDING_EN = """It was discontinued.|Now 3 mg.|The dose was reduced to 3 mg.|Correction: 3 mg.|Wrong patient.
Entered in error.|This is his wife's drug.|But she does not take it.|Every other day.|As needed.
Only on Mondays.|For 3 days.|In adults.|Not recommended.|Off-label.|Cancelled.|Use 3 mg instead.|-> 3 mg
Stopped on 2 April.|Since April, 3 mg.|Warfarin was stopped.|Sorry, 3 mg.|D/C|Instead, 3 mg should be used.
She never took it.|That was last year.|This dose is too high.|Her current dose is 3 mg.|He refuses it.|On hold.
Wait, 3 mg.|If INR is below 2."""
APART = """副作用は出血である。|INRを測定する。|なお、年齢、症状により適宜増減する。
効果不十分な場合は1日10 mgまで増量できる。|1日2回に分けて服用する。|納豆は避ける。|食後に服用する。
出血時は中止する。|自己判断で中止しない。|2週間ごとにINRを測定する。|ヘパリンは中止した。|ヘパリンを中止した。
アスピリンは1日100 mgである。|アスピリンも1日100 mg服用している。|血圧は120 mmHgである。|INR 2.3。
これは抗凝固薬である。|次回は4月2日に受診する。|飲み忘れに注意する。|喫煙をやめた。|母は糖尿病である。
出血はない。|手術の3日前に中止する。|5年前から服用している。|飲み合わせは5 mgから注意する。
検査終了後に再開する。"""
APART_EN = """It should be taken with food.|INR is checked weekly.|Aspirin 100 mg is also taken.
Aspirin was stopped.|Smoking was stopped.|The dose may be increased to 10 mg.|The maximum dose is 10 mg.
It is an anticoagulant.|Do not stop abruptly.|She is 70 years old.|Take it with 200 mL of water.
The INR was 2.5.|It was started in 2019.|She does not smoke.|Her mother had diabetes.
In adults, INR is measured.|Monitor INR every 2 weeks.|It is contraindicated in pregnancy.
Do not take it with milk.|It is not taken with food."""


def each(texts: str) -> list[str]:
    """Those between bars and line ends."""
    return texts.replace("\n", "|").split("|")


@pytest.mark.parametrize("behind", each(ENDING))
def test_a_dose_that_the_next_sentence_ends_or_changes_is_not_supported(check: Check, behind: str) -> None:
    """Hazard: yesterday's dose of a chart, told as today's."""
    assert check(TAKEN, TAKEN + behind).verdict in WITHHELD


@pytest.mark.parametrize("behind", each(ENDING_EN))
def test_nor_is_it_in_english(check: Check, behind: str) -> None:
    assert check(TAKEN_EN, f"{TAKEN_EN} {behind}").verdict in WITHHELD


@pytest.mark.parametrize("joint", ["", "\n"])
@pytest.mark.parametrize("behind", each(APART))
def test_a_sentence_with_a_subject_of_its_own_leaves_the_dose_alone(check: Check, behind: str, joint: str) -> None:
    assert check(TAKEN, TAKEN + joint + behind).verdict is Verdict.SUPPORTED


@pytest.mark.parametrize("joint", [" ", "\n"])
@pytest.mark.parametrize("behind", each(APART_EN))
def test_so_does_an_english_one(check: Check, behind: str, joint: str) -> None:
    assert check(TAKEN_EN, TAKEN_EN + joint + behind).verdict is Verdict.SUPPORTED


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("ワルファリンは抗凝固薬である。", "ワルファリンは抗凝固薬である。出血のため本日中止。"),
        ("ワルファリンを1日5 mgで開始した。", "ワルファリンを1日5 mgで開始した。2週間後に3 mgとした。"),
        ("Warfarin was started at 5 mg daily.", "Warfarin was started at 5 mg daily. Now 3 mg."),
        (TAKEN, f"{TAKEN}\n\n3 mg。"),
        (TAKEN, f"・{TAKEN}\n・アスピリン 100 mg"),
        (TAKEN_EN, f"- {TAKEN_EN}\n- 3 mg on hand"),
    ],
)
def test_what_is_no_dose_or_only_the_first_one_is_not_changed_by_a_later_one(
    check: Check, claim: str, source: str
) -> None:
    assert check(claim, source).verdict is Verdict.SUPPORTED


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        (GIVEN, f"{GIVEN[:-1]}[1]。\n[1] この用量は2009年以前のものである。"),
        (TAKEN_EN, f"{TAKEN_EN}*\n*Off-label dose, not approved in Japan."),
        (TAKEN_EN, f"{TAKEN_EN}†\n† Only if CrCl is above 50 mL/min."),
        ("Simvastatin 80 mg is given daily.", "Simvastatin 80 mg is given daily? No, 20 mg."),
    ],
)
def test_a_footnote_or_a_reply_takes_a_dose_back(check: Check, claim: str, source: str) -> None:
    assert check(claim, source).verdict in WITHHELD


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        (GIVEN, f"a. {GIVEN}\nb. ワルファリンは1日2 mgを投与する。\n正解 b"),
        (GIVEN, f"1) {GIVEN}\n2) ワルファリンは1日2 mgを投与する。\n正解：2"),
        (TAKEN_EN, f"A. {TAKEN_EN}\nB. Warfarin 2 mg is taken daily.\nAnswer: B"),
    ],
)
def test_an_option_that_is_not_the_right_one_supports_nothing(check: Check, claim: str, source: str) -> None:
    """The right one may contradict it."""
    assert check(claim, source).verdict in (Verdict.NOT_ENOUGH_EVIDENCE, Verdict.CONTRADICTED)


def test_the_right_one_of_several_options_is_supported(check: Check) -> None:
    assert check(GIVEN, f"1) ワルファリンは1日2 mgを投与する。\n2) {GIVEN}\n正解：2").verdict is Verdict.SUPPORTED


CLAUSES = """が、翌日から3 mgに減らす。|も、効果なく10 mgへ増量。|、隔日で。|、3日間。|、米国では。
；中止。|（旧版）。|（案）。|（中止）。|(?)。|？|（要確認）。|（×）。|（承認外）。|、は誤りである。|（隔日）。
、成人。"""
CLAUSES_EN = """, then 3 mg.| but was stopped.|, for 3 days.| (max).| (stopped).|; on Sundays, 3 mg is taken.
, 3 mg on Sundays.|, alternating with 3 mg.|, but by his wife.|, a common mistake.| (?)|; stopped in May.
, he said."""


@pytest.mark.parametrize("clause", each(CLAUSES))
def test_a_clause_or_a_bracket_behind_a_dose_that_changes_it_is_not_dropped(check: Check, clause: str) -> None:
    assert check(GIVEN, GIVEN[:-1] + clause).verdict in WITHHELD


@pytest.mark.parametrize("clause", each(CLAUSES_EN))
def test_nor_is_one_in_english(check: Check, clause: str) -> None:
    assert check(TAKEN_EN, TAKEN_EN[:-1] + clause).verdict in WITHHELD


@pytest.mark.parametrize("clause", ["、3日で中止する。", "、翌日から3 mgに減らす。"])
def test_nor_one_that_goes_on(check: Check, clause: str) -> None:
    assert check(GIVEN, GIVEN.replace("する。", "し") + clause).verdict in WITHHELD


@pytest.mark.parametrize(
    "clause",
    ["、出血に注意する。", "、ヘパリンは1日3回投与する。", "、納豆は避ける。", "、INRを測定する。",
     "、発疹、発熱、出血に注意する。", "、効果をみながら適宜増減する。", "、INRは2週間ごとに測定する。"],
)  # fmt: skip
def test_a_clause_of_its_own_may_be_left_out(check: Check, clause: str) -> None:
    assert check(GIVEN, GIVEN.replace("する。", "し") + clause).verdict is Verdict.SUPPORTED


@pytest.mark.parametrize("bracket", ["添付文書による", "推奨度A", "日本循環器学会ガイドライン", "ワーファリン", "表3"])
def test_a_bracket_of_names_and_sources_may_be_left_out(check: Check, bracket: str) -> None:
    assert check(GIVEN, f"{GIVEN[:-1]}（{bracket}）。").verdict is Verdict.SUPPORTED


@pytest.mark.parametrize(
    "clause", [", and INR is measured.", "; aspirin is given at 100 mg.", ", but heparin 5000 units is given."]
)
def test_an_english_clause_of_its_own_may_be_left_out(check: Check, clause: str) -> None:
    assert check(TAKEN_EN, TAKEN_EN[:-1] + clause).verdict is Verdict.SUPPORTED


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("現在は3 mg。", Afterthought.AMENDS),
        ("その後ヘパリンに変更した。", Afterthought.ENDS),
        ("高齢者では半量とする。", None),
        ("出血時は中止する。", None),
    ],
)
def test_a_sentence_is_read_by_its_subject(said: str, expected: Afterthought | None) -> None:
    assert afterthought(said, TAKEN) is expected
