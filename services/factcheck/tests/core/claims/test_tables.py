"""Which lines of an answer are tables, and how their cells are told."""

import time

import pytest
from monshin_factcheck.core.claims.split import split_claims
from monshin_factcheck.core.claims.tables import table_end

TOLD = ["アムロジピンの開始量は2.5 mg", "アムロジピンの最大量は10 mg", "メトホルミンの開始量は500 mg"]


@pytest.mark.parametrize(
    "table",
    [
        "| 薬 | 開始量 | 最大量 |\n|---|---|---|\n| アムロジピン | 2.5 mg | 10 mg |\n| メトホルミン | 500 mg | |",
        "| **薬** | 開始量 | 最大量 |\n|:-|:-:|-:|\n| **アムロジピン** | 2.5 mg | 10 mg |\n| メトホルミン | 500 mg |",
        "薬 | 開始量 | 最大量\n--- | --- | ---\nアムロジピン | 2.5 mg | 10 mg\nメトホルミン | 500 mg | -",
        "薬 | 開始量 | 最大量\nアムロジピン | 2.5 mg | 10 mg\nメトホルミン | 500 mg | -",
        "薬\t開始量\t最大量\nアムロジピン\t2.5 mg\t10 mg\nメトホルミン\t500 mg\t-",
    ],
)
def test_a_cell_is_told_with_its_row_and_column_whatever_parts_the_cells(table: str) -> None:
    answer = f"こんにちは。\n{table}\n水を飲む。"
    claims = split_claims(answer)
    assert [claim.text for claim in claims if claim.checkable][:-1] == TOLD
    assert [claim.span.of(answer) for claim in claims if claim.checkable][:-1] == ["2.5 mg", "10 mg", "500 mg"]


def test_a_first_row_that_states_something_is_no_head() -> None:
    """Hazard: the first of two facts would be taken for a name of a column, and never checked."""
    assert [claim.text for claim in split_claims("用量\t1日5 mg\n禁忌\t妊婦")] == ["用量は1日5 mg", "禁忌は妊婦"]


@pytest.mark.parametrize(
    "prose",
    [
        "参考：https://example.org/a|b|c\nワルファリンは薬です。",
        "P(A | B)は条件付き確率です。\nP(B | A)とは違います。",
        "-\t納豆を避ける\n-\tINRを測る",
        "1.\t納豆を避ける\n2.\tINRを測る",
        "薬 | 量\nワルファリンは薬です。",
    ],
)
def test_prose_with_a_bar_or_a_tab_is_no_table(prose: str) -> None:
    lines = prose.split("\n")
    assert [table_end(lines, index) for index in range(len(lines))] == list(range(len(lines)))


def test_a_cell_is_no_longer_than_a_sentence_may_be() -> None:
    """Hazard: one cell of 100,000 characters held up the checks of all callers."""
    table = "| 薬 | 用量 |\n|---|---|\n| ワルファリン | {} |\n| 甲薬 | 5 mg |"
    *_, long, short = split_claims(table.format("5 mg " * 20_000))
    assert (long.checkable, short.checkable) == (False, True)


@pytest.mark.parametrize("unit", ["-", "|", "\t", " ", "a ", "a\t", "a | ", ":-", "- |", "a\t ", "("])
def test_a_long_line_is_read_in_time(unit: str) -> None:
    """Hazard: a pattern that tries every way to cut a line of dashes never comes back."""
    line = unit * 50_000 + "x"
    started = time.monotonic()
    table_end([line, line], 0)
    assert time.monotonic() - started < 5


def test_a_cell_that_is_too_long_with_its_row_and_column_is_not_checkable() -> None:
    """Hazard: of three cells of 900 letters each is a statement, and together they are none that can be explained."""
    long = "薬を飲み" * 225
    told = split_claims(f"| 薬剤 | {long} |\n|---|---|\n| {long} | {long} |\n")[-1]
    assert (len(told.text) > 2000, told.checkable) == (True, False)
