"""A check on paper tells of each verdict and each passage what the screen tells."""

from dataclasses import replace

import pytest
from check_peer import CheckPeer
from playwright.sync_api import Locator, Page, expect
from small_corpus import ANSWER, DOCUMENTS


def checked(page: Page, answer: str = ANSWER, source: str = "") -> None:
    """Pastes an answer, and a source if it is to be checked against that, and begins the check."""
    page.goto("/")
    page.locator("check-form textarea[name=answer]").fill(answer)
    if source:
        page.locator("check-form select").select_option("")
        page.locator("source-input textarea").fill(source)
    page.locator("check-form .primary").click()


def printed(page: Page) -> Locator:
    """The report as it is printed, once the check has ended or was left."""
    expect(page.locator("run-bar .print")).to_be_visible()
    page.emulate_media(media="print")
    return page.locator("print-report")


def test_a_passage_says_on_paper_what_it_is_worth(page: Page, check_peer: CheckPeer) -> None:
    """Hazard: a superseded document that is filed as plain evidence."""
    warfarin, acetaminophen = DOCUMENTS
    check_peer.reset({"demo": [replace(warfarin, tier=2), acetaminophen]})
    check_peer.superseded = {acetaminophen.id}
    checked(page)
    supported, contradicted, *_ = printed(page).locator("li").all()
    expect(supported.locator("blockquote")).to_contain_text("資料の格：診療ガイドライン")
    expect(supported.locator("blockquote")).not_to_contain_text("置き換えられた")
    expect(contradicted.locator("blockquote")).to_contain_text("⚠ 新しい資料に置き換えられたか、期限の切れた資料です")
    expect(contradicted.locator("blockquote")).not_to_contain_text("資料の格")


def test_the_answer_has_one_verdict_on_screen_and_on_paper(page: Page) -> None:
    """That of its worst claim, as the service says it."""
    checked(page)
    expect(page.locator("run-bar .worst verdict-badge")).to_contain_text("矛盾")
    expect(printed(page).locator("dl")).to_contain_text("回答全体の判定：矛盾")


def test_probabilities_say_on_paper_whether_they_are_calibrated(page: Page) -> None:
    checked(page)
    supported, contradicted, *_ = printed(page).locator("li").all()
    expect(supported).to_contain_text("未較正")
    expect(contradicted).to_contain_text("ラベル付きデータで較正済み")


def test_a_verdict_that_was_not_the_last_word_is_printed_as_such(page: Page, check_peer: CheckPeer) -> None:
    """A check that was cancelled while a judge was still reading."""
    check_peer.hold_after, check_peer.is_quick = 1, True
    checked(page)
    expect(page.locator("answer-view mark[data-tone=contradicted]")).to_have_count(1)
    page.locator("run-bar .cancel").click()
    supported, contradicted, *_ = printed(page).locator("li").all()
    expect(supported).not_to_contain_text("仮の判定")
    expect(contradicted).to_contain_text("矛盾 （仮の判定：まだ読んでいる判定器があります）")


@pytest.mark.parametrize(("language", "words"), [("ja", "資料を直接指定"), ("en", "sources of the request")])
def test_a_check_without_a_corpus_says_on_paper_what_it_was_against(language: str, words: str, page: Page) -> None:
    checked(page, "体温は39.5℃であった。", "体温は38.5℃であった。")
    page.locator(f"language-switch [lang={language}]").click()
    expect(printed(page).locator("dl")).to_contain_text(words)
