"""What stands at the ends of pages and is no part of the text."""

import pytest
from monshin.importers.page_margins import without_margins

HALF, REST = "5 mgを投与する", "ことは禁忌である。"


@pytest.mark.parametrize("written", ["{}", "- {} -", "{}/2", "Page {} of 2", "p. {}", "{}頁"])
def test_numbers_of_pages_are_no_text(written: str) -> None:
    pages = [[HALF, written.format(1)], [REST, written.format(2)]]
    assert without_margins(pages) == [[HALF], [REST]]


def test_a_number_that_counts_no_pages_is_text() -> None:
    pages = [["用量", "5"], ["用量", "10"], ["終わり"]]
    assert without_margins(pages) == pages


def test_a_line_that_runs_over_all_pages_is_kept_once() -> None:
    pages = [["ワルファリンの手引き", f"第{name}の話。", str(at)] for at, name in enumerate("一二三四", 7)]
    assert without_margins(pages) == [
        ["ワルファリンの手引き", "第一の話。"],
        ["第二の話。"],
        ["第三の話。"],
        ["第四の話。"],
    ]


def test_a_page_of_one_line_keeps_it() -> None:
    assert without_margins([["1"], ["2"]]) == [["1"], ["2"]]
