"""Explanations, reviews and print in a real browser, on the real embed, ann and factcheck."""

import asyncio
import json
import re
import threading
import unicodedata
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from monshin_gateway.testing import GatewayProcess
from monshin_kit.testing import ServiceProcess
from pdfminer.high_level import extract_text
from playwright.sync_api import Browser, Page, Route, expect

pytestmark = pytest.mark.slow

CACHE = Path(__file__).parents[3] / ".cache" / "embed"
TEXT = "😀ワルファリンの維持量は1日1〜5 mgである。納豆はワルファリンの作用を弱めるため避ける。"
ANSWER = "ワルファリンの維持量は1日50 mgである。納豆はワルファリンの作用を弱めるため避ける。"


class Services:
    """The real processes, in a thread with an event loop of its own: the browser holds this one."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._stack = AsyncExitStack()

    def start(self) -> dict[str, str]:
        """Name → target, once they serve."""
        self._thread.start()
        return self._run(self._start())

    def stop(self) -> None:
        """Ends them."""
        self._run(self._stack.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(300)

    async def _start(self) -> dict[str, str]:
        cache = {"MONSHIN_EMBED_CACHE_DIR": str(CACHE)}
        embed = await self._stack.enter_async_context(ServiceProcess("monshin_embed", self._home, cache))
        ann = await self._stack.enter_async_context(ServiceProcess("monshin_ann", self._home))
        targets = {"MONSHIN_FACTCHECK_EMBED_TARGET": embed.target, "MONSHIN_FACTCHECK_ANN_TARGET": ann.target}
        factcheck = await self._stack.enter_async_context(ServiceProcess("monshin_factcheck", self._home, targets))
        return {"embed": embed.target, "ann": ann.target, "factcheck": factcheck.target}


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    """A gateway in front of them, with the published corpus `small`."""
    home = tmp_path_factory.mktemp("review")
    services = Services(home)
    targets = services.start()
    try:
        with GatewayProcess(home, targets, {"MONSHIN_GATEWAY_DEV_SIGN_IN": "1"}) as process, process.client() as client:
            assert client.post("/v1/corpora", json={"corpusId": "small"}).status_code == 200
            line = json.dumps({"document": {"id": "warfarin", "title": "ワルファリン", "text": TEXT}})
            kind = {"content-type": "application/x-ndjson"}
            assert client.post("/v1/corpora/small:import", content=line, headers=kind).status_code == 200
            version = client.post("/v1/corpora/small:publish", json={}).json()["name"]
            assert "VERSION_STATE_PUBLISHED" in client.get(f"/v1/{version}:watch").text
            yield process
    finally:
        services.stop()


@pytest.fixture
def real_page(browser: Browser, real: GatewayProcess) -> Iterator[Page]:
    """A page that must not complain."""
    visitor = browser.new_context(base_url=real.url, locale="ja-JP", viewport={"width": 1360, "height": 900})
    visitor.set_default_timeout(15_000)
    page = visitor.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    visitor.close()
    assert [text for text in complaints if not text.startswith("Failed to load resource")] == []


def check(page: Page, *, store: bool = False, model: str = "") -> None:
    """Has ANSWER checked."""
    page.goto("/")
    page.locator("check-form textarea").fill(ANSWER)
    page.locator("check-form [name=model]").fill(model)
    page.locator("check-form [name=store]").set_checked(store)
    page.locator("check-form .primary").click()
    expect(page.locator("run-bar .edit")).to_be_visible()


def test_why_a_verdict_and_what_would_change_it_stand_under_the_claim(real_page: Page) -> None:
    check(real_page)
    real_page.locator("explain-panel .why").click()
    told = real_page.locator("explain-panel .told")
    expect(told.locator("[data-kind=clash]")).to_contain_text("50 mg")
    expect(told.locator("[data-kind=clash]")).to_contain_text("1〜5 mg")
    expect(told.locator("[data-kind=settled_by]")).to_contain_text("warfarin")
    change = told.locator("[data-kind=evidence_words]")
    expect(change).to_contain_text("「50 mg」を資料の「1〜5 mg」に替えると")
    expect(change.locator("verdict-badge")).to_contain_text("支持")
    real_page.get_by_role("button", name="English", exact=True).click()
    expect(change).to_contain_text("With “1〜5 mg” of the source in place of “50 mg”")
    real_page.keyboard.press("w")
    expect(told).to_have_count(0)
    real_page.keyboard.press("j")
    real_page.keyboard.press("w")
    expect(told.locator("[data-kind=says_the_same]")).to_be_visible()


def test_why_is_told_of_a_check_against_a_source_as_it_was_sent(real_page: Page) -> None:
    """What stands in the form by then is another text; the agreement of people stands beside such a verdict, too."""
    real_page.goto("/")
    real_page.locator("check-form select").select_option("")
    real_page.locator("check-form textarea[name=answer]").fill(ANSWER)
    source = real_page.locator("source-input textarea")
    source.fill(TEXT)
    real_page.locator("check-form .primary").click()
    expect(real_page.locator("run-bar .edit")).to_be_visible()
    source.evaluate("field => (field.value = '納豆は発酵食品である。')")
    real_page.locator("explain-panel .why").click()
    told = real_page.locator("explain-panel .told")
    expect(told.locator("[data-kind=clash]")).to_contain_text("50 mg")
    expect(told.locator("[data-kind=clash]")).to_contain_text("1〜5 mg")
    expect(told.locator("[data-kind=evidence_words] verdict-badge")).to_contain_text("支持")
    expect(real_page.locator("calibration-note .local")).to_be_visible()


def test_why_is_told_of_the_discharge_example(real_page: Page) -> None:
    real_page.goto("/")
    real_page.locator("[data-example=ja-discharge]").click()
    expect(real_page.locator("source-input textarea")).to_have_value(re.compile('"resourceType"'))
    real_page.locator("check-form .primary").click()
    expect(real_page.locator("answer-view mark[data-tone=contradicted]").first).to_be_visible()
    expect(real_page.locator("answer-view mark[data-tone=waiting]")).to_have_count(0)
    real_page.locator("answer-view mark[data-tone=contradicted]").first.click()
    real_page.locator("explain-panel .why").click()
    expect(real_page.locator("explain-panel .told [data-kind=clash]").first).to_be_visible()


def test_a_stored_check_is_reviewed_with_the_keyboard_alone(real_page: Page) -> None:
    check(real_page, store=True, model="models/m1")
    real_page.locator("run-bar .review").click()
    view = real_page.locator("result-view")
    expect(view.locator("claim-review")).to_have_count(2)
    expect(view.locator("claim-review h3").first).to_have_text(ANSWER.split("。")[0] + "。")
    expect(view).to_contain_text("models/m1")
    real_page.keyboard.press("1")
    first = view.locator("claim-review").nth(0)
    expect(first.locator("[data-verdict=CONTRADICTED]")).to_have_attribute("aria-pressed", "true")
    expect(first.locator(".kept")).to_contain_text("dev-clinician")
    real_page.keyboard.press("j")
    real_page.keyboard.press("4")
    second = view.locator("claim-review").nth(1)
    expect(second.locator("[data-verdict=NOT_ENOUGH_EVIDENCE]")).to_have_attribute("aria-pressed", "true")
    real_page.keyboard.press("n")
    real_page.keyboard.type("古い版による 135jk")
    real_page.keyboard.press("Enter")
    real_page.reload()
    expect(second.locator("input")).to_have_value("古い版による 135jk")
    expect(second.locator("[data-verdict=NOT_ENOUGH_EVIDENCE]")).to_have_attribute("aria-pressed", "true")
    rows = real_page.locator("review-page > .list result-table tbody tr, review-page .list result-table tbody tr")
    expect(rows.first).to_contain_text("models/m1")
    expect(real_page.locator("calibration-table tbody tr").first).to_contain_text("少なすぎます")


def test_the_agreement_of_people_stands_beside_a_verdict(real_page: Page, real: GatewayProcess) -> None:
    """Twenty-one reviews of such a verdict, 18 of them agreeing."""
    body = {"corpus": "corpora/small", "answer": ANSWER.split("。")[0] + "。", "store": True}
    with real.client("clinician") as client:
        for number in range(21):
            told = client.post("/v1/checkAnswer", json=body, headers={"accept": "application/x-ndjson"}).text
            name = json.loads(told.splitlines()[-1])["summary"]["result"]
            verdict = "VERDICT_SUPPORTED" if number < 3 else "VERDICT_CONTRADICTED"
            sent = client.post(f"/v1/{name}/claims/0:review", json={"verdict": verdict})
            assert sent.status_code == 200
    check(real_page)
    expect(real_page.locator("calibration-note .local")).to_contain_text(
        re.compile(r"\d+ 件のうち \d+ 件（\d+%、95% 区間")
    )
    real_page.keyboard.press("j")
    expect(real_page.locator("calibration-note .local")).to_contain_text(
        re.compile("まだ見直されていません|件だけです")
    )


def test_an_auditor_sees_that_a_check_was_and_no_text_of_it(real_page: Page) -> None:
    check(real_page, store=True)
    real_page.locator("run-bar .review").click()
    expect(real_page.locator("result-view claim-review h3").first).to_be_visible()
    real_page.get_by_label("役割").select_option("auditor")
    expect(real_page.locator("result-view")).to_contain_text("この役割には表示しません")
    assert "維持量" not in real_page.locator("review-page").inner_text()
    expect(real_page.locator("claim-review .choices")).to_have_count(0)
    real_page.get_by_label("役割").select_option("viewer")
    expect(real_page.locator("problem-card").first).to_contain_text("factcheck.results")
    real_page.get_by_label("役割").select_option("clinician")


def test_texts_that_were_too_large_to_keep_have_no_review_to_go_to(real_page: Page) -> None:
    """As the service says it: the result is kept, `not_run` names what was not."""

    def without_texts(route: Route) -> None:
        answer = route.fetch()
        left = '"notRun":[{"component":"result_store","reason":"RESOURCE_EXHAUSTED"}]'
        assert '"notRun":[]' in answer.text()
        route.fulfill(response=answer, body=answer.text().replace('"notRun":[]', left))

    real_page.route("**/v1/checkAnswer", without_texts)
    check(real_page, store=True)
    expect(real_page.locator("run-bar copy-id")).to_have_count(2)
    expect(real_page.locator("run-bar .review")).to_have_count(0)
    expect(real_page.locator("run-bar .warning")).to_be_visible()


def test_a_result_is_deleted_after_a_question(real_page: Page) -> None:
    check(real_page, store=True)
    real_page.locator("run-bar .review").click()
    identity = real_page.url.split("result=")[1]
    row = real_page.locator(f"[data-result='{identity}']")
    expect(row).to_have_count(1)
    real_page.locator("result-view button.delete").click()
    real_page.locator("result-view button.sure").click()
    expect(row).to_have_count(0)
    expect(real_page).not_to_have_url(re.compile("result="))


def test_a_review_page_without_results_of_texts_can_list_them_all(real_page: Page) -> None:
    check(real_page)
    identity = real_page.locator("run-bar copy-id .value").nth(1).inner_text().replace("results/", "")
    real_page.locator("app-header nav a").nth(1).click()
    expect(real_page.locator("review-page h1")).to_have_text("判定を見直す")
    row = real_page.locator(f"[data-result='{identity}']")
    expect(real_page.locator("review-page .list")).to_be_visible()
    expect(row).to_have_count(0)
    real_page.locator("review-page .head input").check()
    expect(row).to_contain_text("本文なし")


def test_a_narrow_screen_shows_a_review_without_scrolling_sideways(real_page: Page) -> None:
    real_page.set_viewport_size({"width": 360, "height": 740})
    check(real_page, store=True)
    real_page.locator("run-bar .review").click()
    expect(real_page.locator("claim-review").first).to_be_visible()
    expect(real_page.locator("result-table")).to_be_visible()
    expect(real_page.locator("purpose-note .measured")).to_be_visible()
    assert real_page.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_check_prints_with_version_date_and_limits(real_page: Page, tmp_path: Path) -> None:
    """The PDF's own text: what is on paper must be enough to judge it by."""
    check(real_page, model="models/m1")
    path = tmp_path / "check.pdf"
    real_page.pdf(path=path, format="A4")
    flat = re.sub(r"\s+", "", unicodedata.normalize("NFKC", extract_text(path)))
    assert "corpora/small/versions/1" in flat
    assert "照合した日時" in flat
    assert re.search(r"20\d\d年\d+月\d+日|20\d\d/\d\d/\d\d", flat)
    assert "診断や治療の助言ではありません" in flat
    assert "models/m1" in flat
    assert re.sub(r"\s+", "", unicodedata.normalize("NFKC", ANSWER)) in flat
    assert "✕矛盾" in flat
    assert unicodedata.normalize("NFKC", "1〜5mg") in flat
    assert "開発用サインイン" not in flat
    assert "入力に戻る" not in flat


def test_a_retracted_document_lists_the_results_that_used_it(real_page: Page, real: GatewayProcess) -> None:
    """All of them, page by page. Last: the corpus is of no use afterwards."""
    check(real_page)
    body = {"corpus": "corpora/small", "answer": ANSWER.split("。")[0] + "。"}
    with real.client("clinician") as client:
        for _ in range(100):
            assert client.post("/v1/checkAnswer", json=body).status_code == 200
    with real.client() as client:
        wanted = {"document": "corpora/small/documents/warfarin", "pageSize": 1000}
        used = [
            one["name"].removeprefix("results/") for one in client.get("/v1/results", params=wanted).json()["results"]
        ]
    assert len(used) > 100
    with real.client("patient_data_steward") as client:
        sent = client.post("/v1/corpora/small/documents/warfarin:retract", json={"reason": "古い版"})
    assert sent.status_code == 200
    real_page.goto("/ui/#/check?document=corpora/small/documents/warfarin&version=1")
    dialog = real_page.locator("document-dialog")
    expect(dialog.locator(".retracted")).to_contain_text("古い版")
    rows = dialog.locator("document-results tbody tr")
    expect(rows.first).to_contain_text("dev-clinician")
    for shown in range(50, len(used), 50):
        expect(rows).to_have_count(shown)
        dialog.locator("document-results .more").click()
    expect(rows).to_have_count(len(used))
    expect(dialog.locator("document-results .more")).to_have_count(0)
    assert [row.get_attribute("data-result") for row in rows.all()] == used
