"""Whole answers as models write them: Markdown headings, bold labels, nested bullets, tables and plain prose."""

from pathlib import Path

import pytest
import yaml
from monshin_factcheck.core.claims.split import split_claims

ANSWERS = yaml.safe_load(Path(__file__).with_name("answers.yaml").read_text("utf-8"))


@pytest.mark.parametrize("case", ANSWERS, ids=lambda case: str(case["answer"])[:20])
def test_each_statement_is_judged_with_the_subject_that_its_place_gives(case: dict[str, object]) -> None:
    answer, question = str(case["answer"]), str(case.get("question", ""))
    claims = split_claims(answer, question)
    assert [claim.text for claim in claims if claim.checkable] == case["claims"]
    assert "untold" not in case or [claim.text for claim in claims if claim.is_untold] == case["untold"]


def test_a_bullet_below_another_is_told_of_it_and_one_beside_it_is_not() -> None:
    """Hazard: the dose of one drug is judged as that of the next."""
    answer = (
        "1. **アスピリン**\n\n   - 用量：100 mg\n\n2. **ワルファリン**\n\n   - 用量：5 mg\n\n飲み合わせに注意する。"
    )
    told = [claim.text for claim in split_claims(answer) if claim.checkable]
    assert told[-3:] == ["アスピリンの用量：100 mg", "ワルファリンの用量：5 mg", "飲み合わせに注意する。"]


def test_a_bullet_goes_on_in_lines_that_are_moved_in() -> None:
    answer = "- ワルファリン：\n  妊婦には使いません。\n- ヘパリン：\n  妊婦にも使えます。\n"
    assert [claim.text for claim in split_claims(answer) if claim.checkable] == [
        "ワルファリンは、妊婦には使いません。",
        "ヘパリンは、妊婦にも使えます。",
    ]


def test_for_whom_a_heading_speaks_is_kept_with_the_drug() -> None:
    answer = "## ワルファリン\n### 妊婦\n- 使用しない\n### 高齢者\n少量から始める。"
    assert [claim.text for claim in split_claims(answer) if claim.checkable] == [
        "ワルファリンは、妊婦では使用しない",
        "ワルファリンは、高齢者では少量から始める。",
    ]
