"""The judge `alignment`: what it says of pairs that differ in one kind of unit each."""

from collections.abc import Callable

import pytest
from monshin_factcheck.core.aliases.table import AliasTable
from monshin_factcheck.core.alignment.judge import AlignmentJudge
from monshin_factcheck.core.rules.statement import Reader
from monshin_factcheck.core.semantic import Answer, Reading
from monshin_factcheck.core.text.words import Analyser

S, C, N = "supported", "contradicted", "neither"
Say = Callable[..., str]


@pytest.fixture(scope="module")
def judge() -> AlignmentJudge:
    return AlignmentJudge(Reader(Analyser()))


@pytest.fixture(scope="module")
def say(judge: AlignmentJudge, reading: Callable[[str, str, str], Reading]) -> Say:
    """The likeliest of the three for a claim and a text, with a title before it if one is given."""

    def run(claim: str, text: str, title: str = "") -> str:
        (answer,) = judge.read([reading(claim, title, text)])
        return verdict(answer)

    return run


def verdict(answer: Answer) -> str:
    odds = answer.probabilities
    return max((S, C, N), key=lambda name: float(getattr(odds, name)))


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        # Names, words, order and endings.
        ("ワーファリンは妊婦には投与しません。", "ワルファリンは妊婦に投与しない。"),
        ("胃瘻の皮膚は、毎日洗う。", "胃瘻の皮膚は毎日洗浄する。"),
        ("手術の翌日に、抗菌薬を中止する。", "抗菌薬を手術の次の日に中止する。"),
        ("しょうゆの染みは残る。", "しょうゆの染みは残る。ほかの染みは落ちる。"),
        # What is done, without where or with what.
        ("熱が下がれば、抗菌薬は飲み薬に変える。", "熱が下がれば、抗菌薬は点滴から飲み薬に変える。"),
        # Numbers in other words and units.
        ("アセトアミノフェンは1回0.5 gを投与する。", "アセトアミノフェンは1回500 mgを投与する。"),
        ("抗菌薬は八時間ごとに投与する。", "抗菌薬は8時間ごとに投与する。"),
        # Negation, obligation, and what 禁忌 leaves out.
        ("この薬は授乳中の人には使わない。", "この薬は授乳中の人には使ってはならない。"),
        ("この薬は、卵アレルギーの人に使用してはいけない。", "この薬は卵アレルギーの患者には禁忌である。"),
        ("The device must be cleaned daily.", "The device must be cleaned daily."),
        ("Start warfarin after surgery.", "Begin warfarin after surgery."),
    ],
)  # fmt: skip
def test_a_sentence_that_accounts_for_every_unit_in_its_place_supports(claim: str, text: str, say: Say) -> None:
    assert say(claim, text) == S


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        # A word and its opposite: direction, side, route, time, order.
        ("この薬は血圧を上げる。", "この薬は血圧を下げる。"),
        ("ドレーンは左の胸腔に入れる。", "ドレーンは右の胸腔に入れる。"),
        ("この抗菌薬は筋注する。", "この抗菌薬は静注する。"),
        ("この薬は食前に飲む。", "この薬は食後に飲む。"),
        ("包帯は前日に外す。", "包帯は翌日に外す。"),
        # Numbers, bounds, units, frequency.
        ("アセトアミノフェンは1回5000 mgを投与する。", "アセトアミノフェンは1回500 mgを投与する。"),
        ("アセトアミノフェンは1回500 gを投与する。", "アセトアミノフェンは1回500 mgを投与する。"),
        ("抗菌薬は6時間ごとに投与する。", "抗菌薬は8時間ごとに投与する。"),
        ("血圧が140 mmHg以上なら、減塩を始める。", "血圧が140 mmHg未満なら、減塩を始める。"),
        # Yes and no, must and need not.
        ("この薬は妊婦に投与する。", "この薬は妊婦に投与しない。"),
        ("採血の前に水を飲むことはできない。", "採血の前に水を飲むことは構わない。"),
        ("手術の前に、マニキュアを落とす必要がある。", "手術の前に、マニキュアを落とす必要はない。"),
        ("Give warfarin before surgery.", "Give warfarin after surgery."),
    ],
)  # fmt: skip
def test_one_unit_that_clashes_where_all_others_are_there_contradicts(claim: str, text: str, say: Say) -> None:
    assert say(claim, text) == C


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        # Roles and comparatives.
        ("ヘパリンはワルファリンより速い。", "ワルファリンはヘパリンより速い。"),
        ("甲は乙を抑制する。", "乙は甲を抑制する。"),
        ("甲を乙が抑制する。", "甲が乙を抑制する。"),
        ("乙の上昇と甲の低下がある。", "甲の上昇と乙の低下がある。"),
        ("この錠剤は、腸では溶けず胃で溶ける。", "この錠剤は、胃では溶けず腸で溶ける。"),
        ("昼の便は混むが、朝の便は空く。", "朝の便は混むが、昼の便は空く。"),
        ("集団討論を先に、筆記試験をあとで行う。", "筆記試験を先に、集団討論をあとで行う。"),
        ("赤い電極は左手につける。", "赤い電極は右手に、黄色い電極は左手につける。"),
        ("この薬は7日のんで21日休む。", "この薬は21日のんで7日休む。"),
        ("The nurse calls the doctor.", "The doctor calls the nurse."),
        # Scope: only, may, and a condition that is left out.
        ("この薬は妊婦にだけ使う。", "この薬は妊婦に使う。"),
        ("この薬は出血を起こす。", "この薬は出血を起こすことがある。"),
        ("この薬は減量する。", "腎障害がある場合、この薬は減量する。"),
        ("この薬を使う。", "この薬を高齢者に使う。"),
        ("この券は使えない。", "この券は割引と使えない。"),
        ("大きなポリープは取らない。", "小さなポリープは取らない。"),
        # Words of the claim that nobody says, a number among them.
        ("この薬は朝に毎日飲む。", "この薬は毎日飲む。"),
        ("やけどは水で20分冷やす。", "やけどは水で冷やす。"),
    ],
)  # fmt: skip
def test_what_is_turned_or_unsaid_is_never_supported(claim: str, text: str, say: Say) -> None:
    assert say(claim, text) != S


def test_a_title_tells_what_a_sentence_is_about(say: Say) -> None:
    assert say("ワルファリンは妊婦に投与しない。", "妊婦に投与しない。", title="ワルファリン") == S
    assert say("ヘパリンは妊婦に投与しない。", "妊婦に投与しない。", title="ワルファリン") == N


def test_a_sentence_far_from_the_claim_settles_nothing(say: Say) -> None:
    assert say("ワルファリンは妊婦に投与しない。", "包帯は毎日替える。") == N


def test_the_sentence_that_decides_is_quoted_from_the_document(judge: AlignmentJudge) -> None:
    text = "抗凝固薬：包帯は毎日替える。ワルファリンは妊婦に投与しない。熱があれば休む。"
    reading = Reading("ワルファリンは妊婦に投与しない。", text, (), body=5)
    (answer,) = judge.read([reading])
    assert answer.span.of(text) == "ワルファリンは妊婦に投与しない。"
    assert answer.is_about(reading)


def test_names_of_the_corpus_count_as_the_same_and_only_in_its_readings(judge: AlignmentJudge) -> None:
    own = AliasTable([("ワルファリン", "みなとワリン錠")])
    texts = ("みなとワリン錠は妊婦に投与しない。", "ワルファリンは妊婦に投与しない。")
    told = judge.read([Reading(*texts, (), aliases=own), Reading(*texts, ())])
    assert [verdict(answer) for answer in told] == [S, N]


@pytest.mark.parametrize("text", ["。", "5 mg。", "　", "???", "a", "、、、", "(((", "\u0000\u0007"])
def test_texts_without_any_word_are_answered(text: str, judge: AlignmentJudge) -> None:
    for reading in (Reading(text, "薬は飲む。", ()), Reading("薬は飲む。", text, ()), Reading(text, text, ())):
        (answer,) = judge.read([reading])
        assert verdict(answer) == N
        assert 0 <= answer.span.start <= answer.span.end <= len(reading.context)
