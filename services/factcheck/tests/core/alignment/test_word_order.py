"""The judge `alignment` where the same words stand in another order: it contradicts what is said, never the order."""

from itertools import permutations

import pytest
from monshin_factcheck.core.alignment.account import Outcome, account
from monshin_factcheck.core.alignment.judge import Read, remembering
from monshin_factcheck.core.alignment.lexicon import lexicon
from monshin_factcheck.core.rules.statement import Reader
from monshin_factcheck.core.text.words import Analyser

READ: Read = remembering(Reader(Analyser()))
PAIRS = [
    ("スタチン", "妊婦"), ("メトホルミン", "腎不全"), ("アトロピン", "緑内障"), ("コデイン", "授乳婦"),
    ("NSAIDs", "消化性潰瘍"), ("メトトレキサート", "妊婦"),
]  # fmt: skip
ENDS = [
    "禁忌である",
    "不可である",
    "必要である",
    "必要ない",
    "可能である",
    "投与しない",
    "投与できる",
    "安全である",
]


def outcome(claim: str, text: str) -> Outcome:
    return account(READ(claim), READ(text), [], lexicon()).outcome


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("case", ["に", "には", "で", "では"])
@pytest.mark.parametrize(("drug", "whom"), PAIRS)
def test_what_is_said_of_whom_is_the_same_whichever_of_them_comes_first(
    drug: str, whom: str, case: str, end: str
) -> None:
    """Hazard: every contraindication in another order becomes CONTRADICTED."""
    one, other = f"{drug}は{whom}{case}{end}。", f"{whom}{case}{drug}は{end}。"
    assert outcome(one, other) is Outcome.SAYS
    assert outcome(other, one) is Outcome.SAYS


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("妊婦には、スタチンは禁忌である。", "スタチンは、妊婦に禁忌である。"),
        ("禁忌は妊婦である。", "妊婦は禁忌である。"),
        ("この薬の禁忌は妊婦である。", "この薬は妊婦に禁忌である。"),
        ("投与は必要である。", "投与の必要がある。"),
        ("妊婦に投与は禁忌である。", "妊婦には投与しない。"),
        ("妊婦にはスタチンを投与しない。", "妊婦にスタチンは禁忌である。"),
        ("食後に運動は禁忌である。", "食後に運動しない。"),
        ("出血のある患者にヘパリンは禁忌である。", "ヘパリンは出血のある患者に禁忌である。"),
        ("アスピリンは小児に可能である。", "アスピリンは小児に可能で、妊婦に禁忌である。"),
        ("妊婦に副作用はない。", "副作用は妊婦にない。"),
    ],
)
def test_a_cue_by_itself_is_a_predicate_of_all_that_it_is_said_of(claim: str, text: str) -> None:
    assert outcome(claim, text) is Outcome.SAYS


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("妊婦にはスタチンは安全である。", "スタチンは妊婦に禁忌である。"),
        ("スタチンは妊婦に禁忌である。", "妊婦にはスタチンは安全である。"),
        ("妊婦にはスタチンはよい。", "スタチンは妊婦に禁忌である。"),
        ("妊婦にはスタチンは適応である。", "スタチンは妊婦に禁忌である。"),
        ("妊婦にはスタチンは投与できる。", "スタチンは妊婦に禁忌である。"),
        ("妊婦にはスタチンは可能である。", "スタチンは妊婦に禁忌である。"),
        ("妊婦にはスタチンは必要である。", "スタチンは妊婦に禁忌である。"),
        ("妊婦にスタチンは必要ない。", "スタチンは妊婦に必要である。"),
        ("妊婦にはスタチンは禁忌ではない。", "スタチンは妊婦に禁忌である。"),
        ("禁忌は妊婦ではない。", "禁忌は妊婦である。"),
        ("アスピリンは小児に禁忌である。", "アスピリンは妊婦に禁忌で、小児に可能である。"),
        ("到着時、自発呼吸はなかった。", "到着時、意識はなかったが、自発呼吸はあった。"),
        ("Statins are safe in pregnancy.", "Statins are not considered safe in pregnancy."),
        ("Statins are safe in pregnancy.", "Statins are contraindicated in pregnancy."),
        ("Statins are safe in pregnancy.", "Statins in pregnancy are contraindicated."),
        ("Statins are allowed.", "Avoid statins."),
    ],
)  # fmt: skip
def test_what_is_said_otherwise_contradicts_in_any_order(claim: str, text: str) -> None:
    assert outcome(claim, text) is Outcome.DENIES


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        # Who does what to whom.
        ("甲が乙を上げる。", "乙が甲を上げる。"),
        ("スタチンに妊婦は禁忌である。", "スタチンは妊婦に禁忌である。"),
        ("アスピリンはワルファリンに禁忌である。", "ワルファリンはアスピリンに禁忌である。"),
        ("甲は乙に、丙は丁に禁忌である。", "甲は丁に、丙は乙に禁忌である。"),
        # Which of two things is forbidden.
        ("アスピリンは小児に可能で、高齢者に禁忌である。", "アスピリンは小児に禁忌で、高齢者に可能である。"),
        ("到着時、意識はあった。", "到着時、意識はなかったが、自発呼吸はあった。"),
        # What the sentence does not say, or says of others.
        ("妊婦にはスタチンは安全ではない。", "スタチンは妊婦に禁忌である。"),
        ("妊婦以外にはスタチンは禁忌である。", "スタチンは妊婦に禁忌である。"),
        ("妊婦には増えない。", "妊婦には禁忌が増える。"),
        ("むくみは、利尿薬で消える。", "むくみは、利尿薬ではなくならず、減量で軽くなる。"),
        ("アスピリンは妊婦に使う。", "小児には禁忌であるアスピリンは妊婦に使わない。"),
    ],
)  # fmt: skip
def test_what_only_looks_alike_is_never_supported(claim: str, text: str) -> None:
    assert outcome(claim, text) is not Outcome.SAYS


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("Avoid statins.", "Statins are contraindicated."),
        ("Avoid statins in pregnancy.", "Statins in pregnancy should be avoided."),
        ("Statins in pregnancy are contraindicated.", "Statins are contraindicated in pregnancy."),
        ("Statins, in pregnancy, are contraindicated.", "Statins are contraindicated in pregnancy."),
        ("In pregnancy, statins are not safe.", "Statins are not safe in pregnancy."),
        ("Never give statins.", "Statins are never given."),
        ("スタチンは必ず妊婦に禁忌である。", "スタチンは妊婦には必ず禁忌である。"),
        ("妊婦にスタチンは避ける。", "スタチンは妊婦に避ける。"),
        ("患者に投与する。", "禁忌の患者に投与しない。"),
        ("妊婦にヘパリンは可能である。", "ワルファリンは妊婦に禁忌で、ヘパリンは妊婦に可能である。"),
    ],
)
def test_a_cue_in_another_place_contradicts_nothing(claim: str, text: str) -> None:
    assert outcome(claim, text) is not Outcome.DENIES
    assert outcome(text, claim) is not Outcome.DENIES


PHRASES = ("スタチンは", "妊婦には", "原則として", "外来で")


@pytest.mark.parametrize("end", ["禁忌である。", "投与しない。", "必要ない。", "避ける。"])
def test_no_order_of_the_same_phrases_contradicts_another(end: str) -> None:
    told = ["".join(order) + end for order in permutations(PHRASES)]
    assert [one for one in told if outcome(one, told[0]) is Outcome.DENIES] == []
