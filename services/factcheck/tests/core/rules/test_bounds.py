"""A bound, a rough number or an aim is no dose: 40 mgまで does not say that 40 mg is given."""

from collections.abc import Callable

import pytest
from monshin_factcheck.core.document_account import Account
from monshin_factcheck.core.evidence import Passage
from monshin_factcheck.core.rules.judge import RulesJudge

Split = Callable[..., list[Passage]]
OXYCODONE = "オキシコドンは1日40 mgを投与する。"
POTASSIUM = "塩化カリウムは20 mEq/時で投与する。"


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        (OXYCODONE, "オキシコドンは1日40 mg以下で投与する。"),
        (OXYCODONE, "オキシコドンは1日40 mgまで投与する。"),
        (OXYCODONE, "オキシコドンは1日40 mgを超えないように投与する。"),
        (OXYCODONE, "オキシコドンは1日40 mgを限度として投与する。"),
        (OXYCODONE, "オキシコドンは1日40 mgを上限に投与する。"),
        (OXYCODONE, "オキシコドンは1日40 mgを目標に投与する。"),
        (OXYCODONE, "オキシコドンは1日40 mg相当量を投与する。"),
        (OXYCODONE, "オキシコドンは1日モルヒネ換算40 mgを投与する。"),
        (OXYCODONE, "オキシコドンは1日最大40 mgを投与する。"),
        ("オキシコドンは1日20 mgを投与する。", "オキシコドンは1日40 mgまで投与できる。"),
        ("オキシコドンは1日400 mgを投与する。", "オキシコドンは1日40 mg以上を投与する。"),
        ("10 mgを投与する。", "10 mg前後を投与する。"),
        ("10 mgを投与する。", "10 mg程度を投与する。"),
        ("10 mgを投与する。", "最大10 mgを投与する。"),
        ("通常1日40 mgを投与する。", "最大1日40 mgを投与する。"),
        (POTASSIUM, "塩化カリウムは20 mEq/時以下で投与する。"),
        (POTASSIUM, "塩化カリウムは20 mEq/時を超えない速度で投与する。"),
        ("バンコマイシンは5 mg/分で点滴する。", "バンコマイシンは10 mg/分以下で点滴する。"),
        ("500 mgを1日3回投与する。", "500 mgを1日3回まで投与する。"),
        ("Oxycodone 40 mg is given daily.", "Oxycodone 40 mg or less is given daily."),
        ("Oxycodone 40 mg is given daily.", "A maximum of 40 mg of oxycodone is given daily."),
        ("Oxycodone 40 mg is given daily.", "Oxycodone at about 40 mg is given daily."),
        ("Oxycodone 400 mg is given daily.", "At least 40 mg of oxycodone is given daily."),
    ],
)
def test_a_bound_confirms_no_dose(judge: RulesJudge, split: Split, claim: str, source: str) -> None:
    account = Account(tuple(judge.judge(claim, split("sources/0", source))), ())
    assert account.is_unconfirmed or account.opposing


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        (OXYCODONE, OXYCODONE),
        ("オキシコドンは1日40 mgまで投与する。", "オキシコドンは1日40 mg以下で投与する。"),
        ("アセトアミノフェンの最大用量は4 gである。", "アセトアミノフェンは4 gまで投与できる。"),
        ("約10 mgを投与する。", "10 mgを投与する。"),
        ("約10 mgを投与する。", "10 mg前後を投与する。"),
        ("75歳の患者では減量する。", "65歳以上の患者では減量する。"),
        ("濃度が25 µg/mLなら眼振が現れる。", "濃度が20 µg/mLを超えると眼振が現れる。"),
        ("フィブリノゲンが80 mg/dLの日は血漿交換を見送る。", "フィブリノゲンが100 mg/dL未満の日は血漿交換を見送る。"),
    ],
)
def test_the_same_dose_and_a_case_of_a_bound_are_confirmed(
    judge: RulesJudge, split: Split, claim: str, source: str
) -> None:
    account = Account(tuple(judge.judge(claim, split("sources/0", source))), ())
    assert not account.is_unconfirmed
    assert not account.opposing
