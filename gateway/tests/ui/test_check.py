"""The Check page in a real browser: what a person does with it, and what they see."""

import json
import re

import pytest
from check_peer import CheckPeer
from playwright.sync_api import BrowserContext, Page, expect
from small_corpus import ANSWER, DOCUMENTS


def check(page: Page, answer: str = ANSWER) -> None:
    """Pastes an answer and has it checked."""
    page.goto("/")
    page.locator("check-form textarea").fill(answer)
    page.locator("check-form .primary").click()
    expect(page.locator("run-bar .edit")).to_be_visible()


def marks(page: Page) -> list[tuple[str, str]]:
    """(text, tone) of each marked stretch."""
    found = page.locator("answer-view mark")
    return [(mark.inner_text(), str(mark.get_attribute("data-tone"))) for mark in found.all()]


def test_claims_are_marked_in_place_to_the_character(page: Page) -> None:
    """The answer starts with a family of five code points in eight UTF-16 units: offsets must survive it."""
    check(page)
    sentences = [part + "。" for part in ANSWER.split("。")[:-1]]
    assert marks(page) == [
        (sentences[0], "supported"),
        (sentences[1], "contradicted"),
        (sentences[2], "unsettled"),
        (sentences[3], "unchecked"),
    ]
    shown = page.locator("answer-view article").evaluate("""article => [...article.childNodes]
        .filter(node => node.nodeName === 'MARK' || node.nodeName === '#text')
        .map(node => node.textContent).join('')""")
    assert shown == ANSWER


def test_every_mark_is_described_by_its_verdict(page: Page) -> None:
    check(page)
    described = (
        page.locator("answer-view mark")
        .nth(1)
        .evaluate("mark => mark.getRootNode().getElementById(mark.getAttribute('aria-describedby')).textContent")
    )
    assert described == "主張 2：矛盾"


def test_the_worst_claim_is_shown_first_with_its_evidence(page: Page) -> None:
    check(page)
    panel = page.locator("evidence-panel")
    expect(panel.locator("verdict-badge")).to_contain_text("矛盾")
    expect(panel.locator("evidence-card h4")).to_have_text("アセトアミノフェン")
    expect(panel.locator("evidence-card footer")).to_contain_text("みなと記念総合病院")
    expect(panel.locator("evidence-card time")).to_have_attribute("datetime", "2024-02-09")
    assert panel.locator("blockquote strong.clash").all_inner_texts() == ["6,000"]
    assert panel.locator("evidence-card p strong.clash").all_inner_texts() == ["4,000"]
    expect(panel.locator("finding-list li").first).to_contain_text("数値が食い違っています")


def test_selecting_a_mark_shows_its_evidence_and_its_id_in_the_url(page: Page) -> None:
    check(page)
    page.locator("answer-view mark").first.click()
    panel = page.locator("evidence-panel")
    expect(panel.locator("evidence-card h4")).to_have_text("ワルファリン")
    assert panel.locator("evidence-card p strong").all_inner_texts() == ["2.0", "3.0"]
    expect(page).to_have_url(re.compile("claim=0"))


def test_a_claim_that_could_not_be_settled_says_why(page: Page) -> None:
    check(page)
    page.locator("answer-view mark").nth(2).click()
    expect(page.locator("evidence-panel .reason")).to_contain_text("真偽を決められませんでした")
    page.locator("answer-view mark").nth(3).click()
    expect(page.locator("evidence-panel .reason")).to_contain_text("照合していません")


def test_a_condition_that_the_answer_leaves_out_is_named(page: Page) -> None:
    check(page, "条件を書かない主張である。")
    assert marks(page) == [("条件を書かない主張である。", "conditional")]
    panel = page.locator("evidence-panel")
    expect(panel.locator("verdict-badge")).to_contain_text("条件付き")
    expect(panel.locator("condition-list")).to_contain_text("回答には書かれていません")
    expect(panel.locator("condition-list li")).to_contain_text("数値 eGFR 30以上では")
    page.get_by_role("button", name="表", exact=True).click()
    expect(page.locator("claims-table tbody td").last).to_contain_text("条件：eGFR 30以上では")


def test_who_said_what_of_an_important_claim_is_shown(page: Page) -> None:
    """In the order of the service, each judge with its own probabilities and the words that it rests on."""
    check(page)
    panel = page.locator("evidence-panel")
    expect(panel.locator("verdict-badge")).to_contain_text("矛盾")
    expect(panel.locator(".important")).to_have_text("重要")
    said = panel.locator("opinion-list li")
    expect(said).to_have_count(2)
    expect(said.first).to_contain_text("rules")
    expect(said.last).to_contain_text("矛盾 90%")
    quote = said.last.locator("q").inner_text().strip()
    assert quote
    assert any(quote in document.text for document in DOCUMENTS)
    page.locator("answer-view mark[data-tone='unsettled']").first.click()
    expect(panel.locator("opinion-list")).to_have_count(0)
    expect(panel.locator(".important")).to_have_count(0)


def test_the_whole_document_opens_with_the_evidence_highlighted(page: Page) -> None:
    """The document starts with an emoji: its offsets, too, are UTF-16."""
    check(page)
    page.locator("answer-view mark").first.click()
    page.locator("evidence-card .open").first.click()
    dialog = page.locator("document-dialog")
    expect(dialog.locator("mark")).to_have_text("😀ワルファリンの目標PT-INRは通常2.0〜3.0とする。")
    assert dialog.locator("article").inner_text() == DOCUMENTS[0].text
    expect(page).to_have_url(re.compile("document=corpora"))
    page.keyboard.press("Escape")
    expect(dialog.locator("dialog")).to_be_hidden()
    expect(page).not_to_have_url(re.compile("document="))


def test_counts_filter_the_claims_and_the_keys_respect_the_filter(page: Page) -> None:
    check(page, ANSWER + "ワルファリンの目標PT-INRは通常9.0です。")
    chip = page.locator("run-bar [data-verdict=CONTRADICTED]")
    expect(chip).to_contain_text("2")
    chip.click()
    assert page.locator("answer-view mark.dim").count() == 3
    expect(page).to_have_url(re.compile("verdicts=CONTRADICTED"))
    expect(page.locator("answer-view mark.selected")).to_contain_text("6,000")
    page.keyboard.press("j")
    expect(page.locator("answer-view mark.selected")).to_contain_text("9.0")
    page.keyboard.press("j")
    expect(page.locator("answer-view mark.selected")).to_contain_text("9.0")
    page.keyboard.press("k")
    expect(page.locator("answer-view mark.selected")).to_contain_text("6,000")


def test_the_table_tells_the_same_as_the_marks(page: Page) -> None:
    check(page)
    page.get_by_role("button", name="表", exact=True).click()
    rows = page.locator("claims-table tbody tr")
    assert [text.split() for text in rows.locator("verdict-badge .badge").all_inner_texts()] == [
        ["✓", "支持"], ["✕", "矛盾"], ["?", "根拠なし"], ["–", "対象外"],
    ]  # fmt: skip
    rows.nth(0).click()
    expect(page.locator("evidence-card h4")).to_have_text("ワルファリン")
    expect(page).to_have_url(re.compile("view=table"))
    page.locator("run-bar [data-verdict=SUPPORTED]").click()
    assert rows.count() == 1


def test_claims_come_before_their_verdicts(page: Page, check_peer: CheckPeer) -> None:
    check_peer.hold_after = 1
    page.goto("/")
    page.locator("check-form textarea").fill(ANSWER)
    page.locator("check-form .primary").click()
    expect(page.locator("answer-view mark[data-tone=supported]")).to_have_count(1)
    expect(page.locator("answer-view mark[data-tone=waiting]")).to_have_count(3)
    expect(page.locator("run-bar .facts")).to_contain_text("4 件中 1 件を照合")
    check_peer.release.set()
    expect(page.locator("answer-view mark[data-tone=waiting]")).to_have_count(0)


def test_the_answer_and_a_skeleton_stand_within_100_ms(page: Page, check_peer: CheckPeer) -> None:
    check_peer.hold_after = 0
    taken_ms = []
    for _ in range(3):
        page.goto("/")
        page.locator("check-form textarea").fill(ANSWER)
        taken_ms.append(
            page.locator("check-form").evaluate("""async (form) => {
            const root = form.getRootNode();
            const start = performance.now();
            form.shadowRoot.querySelector('.primary').click();
            const isShown = () => root.querySelector('answer-panel') && root.querySelector('evidence-panel')
                ?.shadowRoot.querySelector('.bone');
            while (!isShown()) await new Promise(requestAnimationFrame);
            return performance.now() - start;
        }""")
        )
    assert min(taken_ms) < 100


def test_a_check_can_be_cancelled_and_keeps_what_it_found(page: Page, check_peer: CheckPeer) -> None:
    check_peer.hold_after = 2
    page.goto("/")
    page.locator("check-form textarea").fill(ANSWER)
    page.locator("check-form .primary").click()
    expect(page.locator("answer-view mark[data-tone=contradicted]")).to_have_count(1)
    page.locator("run-bar .cancel").click()
    expect(page.locator("run-bar .facts")).to_contain_text("中止しました")
    expect(page.locator("answer-view mark[data-tone=contradicted]")).to_have_count(1)
    assert check_peer.was_cancelled.wait(5)


def test_what_did_not_run_is_said(page: Page, check_peer: CheckPeer) -> None:
    check_peer.not_run = ["dense_retrieval"]
    check(page)
    expect(page.locator("run-bar .warning")).to_contain_text("dense_retrieval")


@pytest.mark.parametrize("example", ["ja-warfarin", "ja-sepsis", "ja-potassium", "en-anaphylaxis"])
def test_an_example_fills_the_form(example: str, page: Page) -> None:
    page.goto("/")
    page.locator(f"[data-example={example}]").click()
    assert len(page.locator("check-form textarea").input_value()) > 100
    assert f"example={example}" in page.url


def test_the_discharge_example_brings_its_chart(page: Page, check_peer: CheckPeer) -> None:
    """It goes out as FHIR, with its title, and in place of a corpus."""
    page.goto("/")
    page.locator("[data-example=ja-discharge]").click()
    chart = page.locator("source-input textarea")
    expect(chart).to_have_value(re.compile('"resourceType": "Bundle"'))
    expect(page.locator("check-form select")).to_have_value("")
    page.locator("check-form .primary").click()
    expect(page.locator("run-bar .edit")).to_be_visible()
    (source,) = check_peer.sources
    assert source.title == "カルテ（FHIR）"
    assert json.loads(source.fhir)["resourceType"] == "Bundle"
    page.locator("run-bar .edit").click()
    page.locator("[data-example=ja-warfarin]").click()
    expect(page.locator("source-input")).to_have_count(0)
    expect(page.locator("check-form select")).to_have_value("corpora/demo")


def test_a_pasted_source_is_the_evidence_and_is_not_kept(page: Page, check_peer: CheckPeer) -> None:
    """Its card names it and offers no document to open."""
    page.goto("/")
    page.locator("check-form select").select_option("")
    page.locator("check-form textarea[name=answer]").fill("体温は39.5℃であった。")
    page.locator("check-form .primary").click()
    expect(page.locator("source-input textarea")).to_be_focused()  # nothing to check against yet
    page.locator("source-input textarea").fill("体温は38.5℃であった。")
    page.locator("check-form .primary").click()
    expect(page.locator("evidence-panel verdict-badge")).to_contain_text("矛盾")
    expect(page.locator("evidence-card h4")).to_have_text("貼り付けた資料")
    assert page.locator("evidence-card .open").count() == 0
    assert [source.text for source in check_peer.sources] == ["体温は38.5℃であった。"]
    assert "38.5" not in page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, location.href])")


def test_a_file_becomes_the_source(page: Page, check_peer: CheckPeer) -> None:
    """Its name is the title of the evidence."""
    page.goto("/")
    page.locator("check-form select").select_option("")
    page.locator("check-form textarea[name=answer]").fill("体温は38.5℃であった。")
    data = "体温は38.5℃であった。".encode()
    page.locator("source-input input").set_input_files({"name": "経過.txt", "mimeType": "text/plain", "buffer": data})
    expect(page.locator("source-input textarea")).to_have_value("体温は38.5℃であった。")
    page.locator("check-form .primary").click()
    expect(page.locator("evidence-card h4")).to_have_text("経過.txt")


def test_the_input_is_kept_for_another_try(page: Page) -> None:
    check(page)
    page.locator("run-bar .edit").click()
    expect(page.locator("check-form textarea")).to_have_value(ANSWER)
    expect(page.locator("check-form textarea")).to_be_focused()


def test_the_url_never_holds_a_text(page: Page) -> None:
    """Addresses end up in logs, histories and referrers; the answer may be a patient's."""
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    page.on("framenavigated", lambda frame: seen.append(frame.url))
    check(page)
    page.locator("answer-view mark").first.click()
    page.locator("evidence-card .open").first.click()
    expect(page.locator("document-dialog mark")).to_be_visible()
    seen.append(page.url)
    assert all(re.fullmatch(r"[\x21-\x7e]+", url) for url in seen)
    assert not any("%E3" in url or "%E4" in url or "PT-INR" in url for url in seen)


def test_nothing_of_a_text_is_kept_in_the_browser(page: Page) -> None:
    check(page)
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
    assert "ワルファリン" not in kept
    assert "eyJ" not in kept  # nor a token


def test_an_id_is_copied_by_a_click(page: Page) -> None:
    check(page)
    page.locator("evidence-card copy-id button").first.click()
    expect(page.locator("evidence-card copy-id [role=status]").first).to_have_text("コピーしました")
    assert page.evaluate("navigator.clipboard.readText()") == "corpora/demo/documents/drug-acetaminophen"


def test_a_link_to_a_document_opens_it(page: Page) -> None:
    page.goto("/ui/#/check?document=corpora/demo/documents/drug-warfarin&version=1")
    expect(page.locator("document-dialog h2")).to_have_text("ワルファリン")


@pytest.mark.parametrize(
    ("language", "compared", "limits"),
    [
        ("ja", "出来事の前後関係", ["根拠なし", "2026年11月30日の測定"]),
        ("en", "the order of events in time", ["not enough evidence", "measured on 30 November 2026"]),
    ],
)
def test_the_limits_stand_where_results_are_shown(language: str, compared: str, limits: list[str], page: Page) -> None:
    """What the rules compare, what most verdicts do not mean, and when the figures were measured."""
    page.goto("/")
    page.evaluate("language => localStorage.setItem('monshin.language', language)", language)
    page.reload()
    check(page)
    expect(page.locator("purpose-note")).to_contain_text(compared)
    for words in limits:
        expect(page.locator("purpose-note .measured")).to_contain_text(words)


def test_a_narrow_screen_shows_one_column_without_scrolling_sideways(context: BrowserContext, page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    check(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    answer, evidence = (page.locator(name).bounding_box() for name in ("answer-panel", "evidence-panel"))
    assert answer is not None
    assert evidence is not None
    assert answer["x"] == evidence["x"]


def test_markup_in_an_answer_is_shown_and_not_run(page: Page) -> None:
    text = '<img src=x onerror="document.title=1">アセトアミノフェンの成人の1日総量は<b>6,000</b> mgまでです。'
    check(page, text)
    assert page.locator("answer-view img, answer-view b").count() == 0
    expect(page.locator("answer-view article")).to_contain_text("<b>6,000</b>")
