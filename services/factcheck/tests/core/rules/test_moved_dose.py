"""A right dose never goes to another drug, by a title or by the sentence before."""

import re
from collections.abc import Callable, Iterator
from itertools import permutations, product
from pathlib import Path

import pytest
from monshin_factcheck.core.alignment.judge import AlignmentJudge
from monshin_factcheck.core.claims.split import split_claims
from monshin_factcheck.core.decision import Decision, Verdict
from monshin_factcheck.core.rules.decisive import is_decisive
from monshin_factcheck.core.rules.statement import Reader
from monshin_factcheck.core.semantic import Answer, Reading
from monshin_factcheck.core.text.words import Analyser

# Of the training passages (long-1 to 7, short-1 to 8): each sentence that begins with a name in katakana and は, and
# has a number. In the order of the alphabet.
DOSES = (Path(__file__).parents[2] / "data" / "doses.txt").read_text("utf-8").splitlines()
AGREEING = (Verdict.SUPPORTED, Verdict.CONFLICTING, Verdict.CONDITIONAL)
OTHERS = ("アミオダロン", "クロピドグレル", "インスリン", "甘草湯")
# Title and sentence before; X: of whom the claim says it, Y: another one.
MOVES = (
    ("X", "Yは不整脈に用いる。"),
    ("X", "Yを併用する。"),
    ("X", "Yを用いる場合がある。"),
    ("X", "不整脈の治療にはYが勧められる。"),
    ("X", "これは肝臓で代謝される。"),
    ("Xの相互作用", "併用するYは肝代謝を阻害する。"),
    ("XとY", ""),
    ("XからYへの切り替え", ""),
    ("", "XではなくYを用いる。"),
    ("", "XからYに変更する。"),
    ("", "XをYに変更する。"),
    ("", "Xは中止し、Yに切り替える。"),
    ("", "Xは使わず、代わりの薬を選ぶ。"),
    ("", "Xは中止する。"),
    ("", "XとYでは用量が異なる。"),
    ("", "XはYより古い薬である。"),
    ("", "Xが効かないときはYを考える。"),
    ("", "Yは、Xと並ぶ飲み薬である。"),
)  # fmt: skip

# The same where the answer itself leaves the drug out: openings of an answer with its question, and what it tells then.
DRUGS = (("metformin", "メトホルミン"), ("dabigatran", "ダビガトラン"), ("amlodipine", "アムロジピン"),
         ("prednisolone", "プレドニゾロン"))  # fmt: skip
ENGLISH_OPENINGS = (
    ("X is a common drug. ", ""),
    ("X:\n- ", ""),
    ("## X\n- ", ""),
    ("He was started on x. ", ""),
    ("", "What is the dose of x?"),
)
ENGLISH_DOSES = (
    "Start with 5 mg twice daily.",
    "Take 5 mg once daily.",
    "Give 5 mg twice daily.",
    "Administer 5 mg every 8 hours.",
    "Usually 5 mg once daily.",
    "Patients should take 5 mg once daily.",
    "The usual dose is 5 mg.",
    "The recommended dose in adults is 5 mg.",
    "It is given at 5 mg once daily.",
    "5 mg was given twice daily.",
    "Take 5 mg once daily and monitor renal function.",
    "If eGFR is below 30, reduce the dose by half.",
    "Do not exceed 5 mg per day.",
    "Stop it 2 days before surgery.",
    "Do not give it with warfarin.",
    "Avoid if eGFR is below 30.",
    "Take with food.",
)
CHART_OPENINGS = (
    ("Xを開始した。", ""),
    ("Xを処方された。", ""),
    ("退院時の薬はXである。", ""),
    ("Xを開始した。血圧は安定していた。", ""),
    ("", "Xの用量は？"),
)
CHART_DOSES = (
    "1日5 mgを処方した。",
    "1回5 mgを1日2回服用している。",
    "外来で1日5 mgを処方した。",
    "1日5 mgから開始した。",
    "朝食後に1錠内服した。",
    "経過は安定し、1日5 mgを継続した。",
    "用量は1日5 mgである。",
    "開始量は1日5 mgであった。",
    "本剤は1日5 mgである。",
    "手術の2日前に中止した。",
    "腎機能に応じて1日5 mgに減量した。",
    "1日5 mgを投与する。",
)


def left_out() -> Iterator[tuple[str, str]]:
    """Claims that answers tell, and texts that tell the same of another drug in the same words."""
    families = ((ENGLISH_OPENINGS, ENGLISH_DOSES), (CHART_OPENINGS, CHART_DOSES))
    for number, (openings, doses) in enumerate(families):
        for (opening, question), dose in product(openings, doses):
            for mine, other in permutations(DRUGS, 2):
                answer, source, asked = (
                    text.replace("X", name[number].capitalize()).replace("x", name[number])
                    for text, name in ((opening, mine), (opening or "X. ", other), (question, mine))
                )
                claim = split_claims(answer + dose, asked)[-1]
                if claim.checkable:
                    yield claim.text, source + dose


def moved() -> Iterator[tuple[str, str, str]]:
    """Claim, title and text, of which the text says the claim's number of something else, or leaves it open."""
    for number, sentence in enumerate(DOSES):
        name, rest = told(sentence)
        other = next(one for one in OTHERS[number % len(OTHERS) :] + OTHERS if one != name)
        for title, before in MOVES:
            here, there = (part.replace("X", name).replace("Y", other) for part in (title, before))
            yield sentence, here, there + rest


def told(sentence: str) -> tuple[str, str]:
    """A sentence of DOSES as its subject and what it says of it."""
    found = re.fullmatch(r"([ァ-ヺー]+)は、?(.*)", sentence)
    assert found is not None
    return found[1], found[2]


@pytest.mark.parametrize(
    ("claim", "title", "text"),
    [
        (
            "ワルファリンは1日200 mgを投与する。",
            "ワルファリン",
            "アミオダロンは不整脈に用いる。1日200 mgを投与する。",
        ),
        (
            "アスピリンは1日100 mgを投与する。",
            "",
            "アスピリンではなくクロピドグレルを用いる。1日100 mgを投与する。",
        ),
        (
            "メトホルミンは1日3回投与する。",
            "",
            "メトホルミンは中止し、インスリンに切り替える。1日3回投与する。",
        ),
        ("小児では1日200 mgを投与する。", "", "成人と小児では用量が異なる。1日200 mgを投与する。"),
    ],
)
def test_a_dose_that_may_be_another_drugs_is_not_supported(
    check: Callable[..., Decision], claim: str, title: str, text: str
) -> None:
    decision = check(claim, text, title=title)
    assert (decision.verdict, is_decisive(decision)) == (Verdict.NOT_ENOUGH_EVIDENCE, False)


def test_no_dose_moved_to_another_drug_is_supported(check: Callable[..., Decision]) -> None:
    """Hazard: a leaflet of one drug that speaks of another one, whose dose the title seems to give to the first."""
    cases = list(moved())
    assert len(cases) > 1000
    assert [case for case in cases if check(case[0], case[2], title=case[1]).verdict in AGREEING] == []


def test_no_dose_that_an_answer_leaves_without_a_drug_is_supported_by_another_drugs(
    check: Callable[..., Decision],
) -> None:
    """Hazard: `Metformin is an antidiabetic. Start with 5 mg.` was judged as `Start with 5 mg.`"""
    cases = list(left_out())
    assert len(cases) > 1500
    assert [case for case in cases if check(*case).verdict in AGREEING] == []


def test_no_dose_moved_to_another_drug_is_said_as_alignment_reads_it(
    reading: Callable[[str, str, str], Reading], says: Callable[[Answer], bool]
) -> None:
    cases = list(moved())
    judge = AlignmentJudge(Reader(Analyser()))
    answers = judge.read([reading(*case) for case in cases])
    assert [case for case, answer in zip(cases, answers, strict=True) if says(answer)] == []


@pytest.mark.parametrize(("title", "before"), [("X", ""), ("X錠", ""), ("", "Xは飲み薬である。")])
def test_a_dose_is_found_where_the_title_or_the_sentence_before_names_nothing_else(
    check: Callable[..., Decision], title: str, before: str
) -> None:
    """Else the tests above would pass by never taking a subject from anywhere."""
    supported = 0
    for sentence in DOSES:
        name, rest = told(sentence)
        decision = check(sentence, before.replace("X", name) + rest, title=title.replace("X", name))
        supported += decision.verdict is Verdict.SUPPORTED
    assert supported >= 0.6 * len(DOSES)
