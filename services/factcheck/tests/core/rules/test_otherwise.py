"""Words and numbers agree, and the sentence says it otherwise: of another time, use, form or person."""

from collections.abc import Callable

import pytest
from monshin_factcheck.core.alignment.judge import AlignmentJudge
from monshin_factcheck.core.decision import Decision, Verdict
from monshin_factcheck.core.document_account import Account
from monshin_factcheck.core.evidence import Passage
from monshin_factcheck.core.rules.judge import RulesJudge
from monshin_factcheck.core.rules.statement import Reader
from monshin_factcheck.core.semantic import Answer, Reading
from monshin_factcheck.core.text.words import Analyser

Split = Callable[..., list[Passage]]
Check = Callable[..., Decision]
ALIGNMENT = AlignmentJudge(Reader(Analyser()))
OXYCODONE = "オキシコドンは1日40 mgを投与する。"
OXYCODONE_EN = "Oxycodone 40 mg is given daily."
TAKES = "The patient takes warfarin 2 mg daily."
TAKEN = "Warfarin 2 mg is taken daily."

MOODS = [
    ("アムロジピンを1日1回5 mg服用している。", "アムロジピンを1日1回5 mg服用していた。"),
    ("ワルファリンを1日2 mg内服している。", "ワルファリンを1日2 mg内服していたが、出血のため中止した。"),
    ("ワルファリンを1日2 mg内服中である。", "ワルファリンを1日2 mg内服していたが、出血のため中止した。"),
    ("ワルファリンを1日2 mg内服する。", "ワルファリンを1日2 mg内服する予定であった。"),
    ("ワルファリンを1日2 mg投与した。", "ワルファリンを1日2 mg投与する予定である。"),
    ("ワルファリンを1日2 mg投与した。", "ワルファリンを1日2 mg投与する。"),
    ("ワルファリンを1日2 mg投与する。", "ワルファリンを1日2 mg投与した。"),
    ("ワルファリンを1日2 mg服用している。", "ワルファリンを1日2 mg服用しているか。"),
    ("ワルファリンを1日2 mg服用している。", "ワルファリンを1日2 mg服用しているかもしれない。"),
    ("ワルファリンを1日2 mg服用している。", "ワルファリンを1日2 mg服用しているはずだが、飲み忘れが多い。"),
    (OXYCODONE, "オキシコドンは1日40 mgを投与することもある。"),
    (OXYCODONE, "オキシコドンは1日40 mgを投与する場合がある。"),
    (TAKES, "The patient took warfarin 2 mg daily."),
    ("The patient is taking warfarin 2 mg daily.", "The patient was taking warfarin 2 mg daily."),
    ("The patient is taking warfarin 2 mg daily.", "The patient was taking warfarin 2 mg daily until last year."),
    (TAKES, "The patient used to take warfarin 2 mg daily."),
    (TAKEN, "Warfarin 2 mg was taken daily."),
    (TAKEN, "Warfarin 2 mg should have been taken daily."),
    (TAKEN, "Warfarin 2 mg might be taken daily."),
    (TAKEN, "Warfarin 2 mg will be taken daily from May."),
    ("ワルファリン3 mgを開始した。", "ワルファリン3 mgを再開した。"),
    ("ワルファリン3 mgを継続した。", "ワルファリン3 mgを開始した。"),
    ("ワルファリン3 mgを開始した。", "ワルファリン3 mgを検討した。"),
]
USES = [
    (OXYCODONE, "オキシコドンは1日40 mgを隔日で投与する。"),
    (OXYCODONE, "オキシコドンは1日40 mgを頓服で投与する。"),
    (OXYCODONE, "オキシコドンは1日40 mgを必要時に投与する。"),
    (OXYCODONE, "オキシコドンは1日40 mgを3日間投与する。"),
    (OXYCODONE, "オキシコドンは1日40 mgを3回に分けて投与する。"),
    (OXYCODONE_EN, "Oxycodone 40 mg is given daily as needed."),
    (OXYCODONE_EN, "Oxycodone 40 mg is given daily for 3 days."),
    (OXYCODONE_EN, "Oxycodone 40 mg is given daily only in palliative care."),
    (OXYCODONE_EN, "Oxycodone 40 mg is given daily in two divided doses."),
    ("500 mgを1日3回投与する。", "500 mgを頓用、1日3回まで投与する。"),
    ("発熱時にロキソプロフェン60 mgを投与する。", "疼痛時にロキソプロフェン60 mgを投与する。"),
]
ELSEWHERE = [
    (
        "オキシコドン散5 mgを3日ごとに使用する。",
        "フェンタニル貼付剤2 mgを3日ごとに貼り替えている。"
        "レスキューとしてオキシコドン散5 mgを疼痛時に使用（1時間あけて1日4回まで）。",
    ),
    ("レボチロキシン50 μgを6週間服用する。", "レボチロキシン50 μgを服用する。TSHは6週間後に測定する。"),
    ("モルヒネ5 mgを4時間ごとに投与する。", "モルヒネ5 mgを投与する。呼吸数を4時間ごとに測る。"),
    ("Furosemide 20 mg twice daily is given.", "Furosemide 20 mg is given. Weigh the patient twice daily."),
]
PERSONS = [
    ("患者はワルファリン3 mgを内服している。", "夫はワルファリン3 mgを内服している。"),
    ("The patient takes warfarin 3 mg daily.", "Her mother takes warfarin 3 mg daily."),
    ("The patient takes warfarin 3 mg daily.", "The husband takes warfarin 3 mg daily."),
    ("父はアスピリン100 mgを内服している。", "父は心筋梗塞である。本人はアスピリン100 mgを内服している。"),
    ("夫はワルファリン3 mgを内服している。", "患者はワルファリン3 mgを内服している。夫は高血圧である。"),
    ("シンバスタチンを1日20 mg服用している。", "家族歴：父はシンバスタチンを1日20 mg服用している。"),
    ("シンバスタチンを1日20 mg服用している。", "妻が、シンバスタチンを1日20 mg服用している。"),
    ("シンバスタチンを1日20 mg服用している。", "母：シンバスタチンを1日20 mg服用している。"),
]
FORMS = [
    ("オキシコドン注は1日40 mgを投与する。", "オキシコドン錠は1日40 mgを投与する。"),
    ("オキシコドン徐放錠は1日40 mgを投与する。", "オキシコドン散は1日40 mgを投与する。"),
    ("リドカイン注射液100 mgを投与する。", "リドカインテープ100 mgを投与する。"),
    ("プレドニゾロン40 mgを投与する。", "プレドニゾロン吸入40 mgを投与する。"),
    ("ジクロフェナクは1回25 mgを投与する。", "ジクロフェナク坐剤は1回25 mgを投与する。"),
    ("テオフィリンは1日400 mgを投与する。", "テオフィリン徐放錠は1日400 mgを投与する。"),
    ("アムロジピン配合錠は1日5 mgを投与する。", "アムロジピンは1日5 mgを投与する。"),
    ("Doxorubicin 50 mg/m2 is given.", "Liposomal doxorubicin 50 mg/m2 is given."),
    ("Liposomal doxorubicin 50 mg/m2 is given.", "Doxorubicin 50 mg/m2 is given."),
    ("Metformin 1000 mg is given.", "Extended-release metformin 1000 mg is given."),
]
RIGHT = [
    ("ワルファリン3 mgを内服している。", "父は心筋梗塞であった。患者は70歳である。ワルファリン3 mgを内服している。"),
    ("ワルファリン3 mgを内服している。", "患者は70歳である。ワルファリン3 mgを内服している。"),
    ("Warfarin 3 mg is taken daily.", "The patient has atrial fibrillation. Warfarin 3 mg is taken daily."),
    ("アムロジピンを1日1回5 mg服用していた。", "アムロジピンを1日1回5 mg服用していたが、中止した。"),
    ("ワルファリンを1日2 mg内服している。", "ワルファリンを1日2 mg内服しており、血圧は安定している。"),
    ("腹部の張りは残っている。", "腹部の張りが残った。"),
    ("Creatinine was 0.9 mg/dL at discharge.", "Creatinine was 1.8 mg/dL on admission and 0.9 mg/dL at discharge."),
    ("ワルファリン3 mgを再開した。", "ワルファリン3 mgを再開した。"),
    ("オキシコドンは1日40 mgを3日間投与する。", "オキシコドンは1日40 mgを3日間投与する。"),
    ("オキシコドン散5 mgを疼痛時に服用する。", "オキシコドン散5 mgを頓用で服用する。"),
    (
        "セファレキシン250 mgを1日3回投与する。",
        "アモキシシリン750 mgを投与する。セファレキシン250 mgを1日3回投与する。",
    ),
    (
        "本人はクロピドグレル75 mgを内服している。",
        "父はアスピリン100 mgを内服している。本人はクロピドグレル75 mgを内服している。",
    ),
    ("患者はワルファリン3 mgを内服している。", "ワルファリン3 mgを内服している。"),
    ("母親はワルファリン3 mgを内服している。", "母親はワルファリン3 mgを内服している。"),
    ("オキシコドンは1日40 mgを投与する。", "オキシコドン錠は1日40 mgを投与する。"),
    ("オキシコドン錠は1日40 mgを投与する。", "オキシコドン錠は1日40 mgを投与する。"),
    ("Extended-release metformin 1000 mg is given.", "Extended-release metformin 1000 mg is given."),
]  # fmt: skip


@pytest.mark.parametrize(("claim", "source"), [*MOODS, *USES, *ELSEWHERE, *PERSONS, *FORMS])
def test_what_is_said_otherwise_is_vetoed_and_not_supported_by_rules(
    judge: RulesJudge, split: Split, check: Check, claim: str, source: str
) -> None:
    account = Account(tuple(judge.judge(claim, split("sources/0", source))), ())
    assert account.is_unconfirmed or account.opposing
    assert check(claim, source).verdict is not Verdict.SUPPORTED


@pytest.mark.parametrize(("claim", "source"), RIGHT)
def test_what_is_said_alike_is_not_vetoed(judge: RulesJudge, split: Split, claim: str, source: str) -> None:
    account = Account(tuple(judge.judge(claim, split("sources/0", source))), ())
    assert not account.is_unconfirmed
    assert not account.opposing


WARFARIN = "ワルファリンは1日5 mgを投与する。"
WARFARIN_EN = "Warfarin 5 mg is given daily."
FRONTS = [
    *(
        (WARFARIN, f"{front}{WARFARIN}")
        for front in (
            "禁忌：", "ヒヤリ・ハット：", "当初、", "初日、", "2日目、", "入院時、", "米国：", "過去には、", "かつて、",
            "2011年まで、",
            "イヌ：", "（獣医領域）", "父：",
        )
    ),
    *(
        (WARFARIN_EN, f"{front} warfarin 5 mg is given daily.")
        for front in (
            "Father:", "Dogs:", "In dogs,", "Initially,", "On day 1,", "In the placebo arm,", "Near miss:",
            "By mistake,",
            "Before discharge,", "Contraindicated:", "Until 2011,",
        )
    ),
]  # fmt: skip


@pytest.mark.parametrize(("claim", "source"), FRONTS)
def test_a_dropped_opening_supports_neither_by_rules_nor_as_alignment_reads_it(
    judge: RulesJudge, check: Check, split: Split, reading: Callable[[str, str, str], Reading],
    says: Callable[[Answer], bool], claim: str, source: str,
) -> None:  # fmt: skip
    account = Account(tuple(judge.judge(claim, split("sources/0", source))), ())
    assert account.is_unconfirmed or account.opposing or account.nearest.conditions
    assert check(claim, source).verdict is not Verdict.SUPPORTED
    assert not says(ALIGNMENT.read([reading(claim, "", source)])[0])


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        (WARFARIN, f"用法・用量：{WARFARIN}"),
        (WARFARIN, f"なお、{WARFARIN}"),
        (WARFARIN, f"一方、{WARFARIN}"),
        (f"当初、{WARFARIN}", f"当初、{WARFARIN}"),
        ("夜は5 mgを飲む。", "朝は10 mg、夜は5 mgを飲む。"),
        ("最大量は1日20 mgである。", "開始量は1日5 mg、最大量は1日20 mgである。"),
        ("2日目以降は250 mgである。", "初日は500 mg、2日目以降は250 mgである。"),
        ("ワルファリンは中止した。", "出血のため、ワルファリンは中止した。"),
        (WARFARIN_EN, "However, warfarin 5 mg is given daily."),
        ("Initially, warfarin 5 mg is given daily.", "Initially, warfarin 5 mg is given daily."),
    ],
)
def test_an_opening_that_says_nothing_or_is_said_vetoes_nothing(
    judge: RulesJudge, split: Split, claim: str, source: str
) -> None:
    account = Account(tuple(judge.judge(claim, split("sources/0", source))), ())
    assert not account.is_unconfirmed
    assert not account.opposing
