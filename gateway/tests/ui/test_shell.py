"""The frame around the pages: languages, themes, roles, keys, and the states without a result."""

import pytest
from check_peer import CheckPeer
from monshin_gateway.testing import GatewayProcess
from monshin_kit import errors
from playwright.sync_api import Browser, BrowserContext, Page, expect
from small_corpus import ANSWER


def test_the_language_is_the_browsers_and_a_choice_is_remembered(page: Page) -> None:
    page.goto("/")
    expect(page.locator("check-form h1")).to_have_text("LLM の回答を、資料と照合する")
    page.get_by_role("button", name="English", exact=True).click()
    expect(page.locator("check-form h1")).to_have_text("Check a model's answer against your sources")
    assert page.locator("html").get_attribute("lang") == "en"
    page.reload()
    expect(page.locator("check-form h1")).to_have_text("Check a model's answer against your sources")


def test_changing_the_language_keeps_the_result(page: Page) -> None:
    page.goto("/")
    page.locator("check-form textarea").fill(ANSWER)
    page.locator("check-form .primary").click()
    expect(page.locator("run-bar .edit")).to_be_visible()
    page.locator("run-bar [data-verdict=CONTRADICTED]").click()
    page.get_by_role("button", name="English", exact=True).click()
    expect(page.locator("finding-list li").first).to_contain_text("The numbers differ")
    expect(page.locator("run-bar [data-verdict=CONTRADICTED]")).to_have_attribute("aria-pressed", "true")


def test_both_languages_have_the_same_strings_with_the_same_blanks(page: Page) -> None:
    page.goto("/")
    tables = page.evaluate("""async () => {
        const { ja } = await import('/ui/lib/strings/ja.js');
        const { en } = await import('/ui/lib/strings/en.js');
        const blanks = (table) => Object.fromEntries(Object.entries(table)
            .map(([key, text]) => [key, [...new Set(text.match(/\\{\\w+\\}/g) ?? [])].sort().join()]));
        return [blanks(ja), blanks(en)];
    }""")
    assert tables[0] == tables[1]


@pytest.mark.parametrize(("choice", "scheme"), [("dark", "dark"), ("light", "light"), ("system", "dark")])
def test_the_theme_follows_the_choice_or_the_machine(
    choice: str, scheme: str, browser: Browser, site: GatewayProcess
) -> None:
    context = browser.new_context(base_url=site.url, color_scheme="dark", locale="en-US")
    page = context.new_page()
    page.goto("/")
    page.get_by_label("Theme").select_option(choice)
    background = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert background == {"dark": "rgb(15, 20, 22)", "light": "rgb(244, 246, 245)"}[scheme]
    context.close()


def test_colours_of_text_keep_a_contrast_of_4_5_in_both_themes(page: Page) -> None:
    """WCAG 2.2 AA, computed from the tokens; the pairs are those that elements use."""
    page.goto("/")
    pairs = [("ink", "page"), ("ink", "surface"), ("ink-2", "page"), ("ink-2", "surface"), ("ink-2", "surface-2")]
    pairs += [("accent", "surface"), ("accent", "accent-soft"), ("on-accent", "accent"), ("warn", "warn-soft")]
    tones = ("supported", "contradicted", "conflicting", "conditional", "unsettled", "unchecked")
    pairs += [pair for tone in tones for pair in ((tone, f"{tone}-soft"), (tone, "surface"), ("ink", f"{tone}-soft"))]
    for theme in ("light", "dark"):
        ratios = page.evaluate(
            """([theme, pairs]) => {
            document.documentElement.dataset.theme = theme;
            const probe = document.body.appendChild(document.createElement('span'));
            const channels = (name) => {
                probe.style.color = `var(--${name})`;
                return getComputedStyle(probe).color.match(/[\\d.]+/g).slice(0, 3).map(Number);
            };
            const luminance = (name) => channels(name).map((value) => value / 255)
                .map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
                .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0);
            return pairs.map(([one, other]) => {
                const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
                return [`${one} on ${other}`, (light + 0.05) / (dark + 0.05)];
            });
        }""",
            [theme, pairs],
        )
        assert [(theme, pair, ratio) for pair, ratio in ratios if ratio < 4.5] == []


def test_keys_lead_to_the_text_and_to_the_help(page: Page) -> None:
    page.goto("/")
    expect(page.locator("check-form textarea")).to_be_visible()
    page.keyboard.press("/")
    expect(page.locator("check-form textarea")).to_be_focused()
    page.keyboard.type("j?k")
    expect(page.locator("check-form textarea")).to_have_value("j?k")
    page.locator("app-header .brand").focus()
    page.keyboard.press("?")
    expect(page.locator("help-dialog dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("help-dialog dialog")).to_be_hidden()


def test_the_whole_check_can_be_done_with_the_keyboard(page: Page) -> None:
    page.goto("/")
    expect(page.locator("check-form textarea")).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type(ANSWER)
    page.keyboard.press("Control+Enter")
    expect(page.locator("run-bar .edit")).to_be_visible()
    page.keyboard.press("k")
    expect(page.locator("evidence-card h4")).to_have_text("ワルファリン")
    page.keyboard.press("o")
    expect(page.locator("document-dialog mark")).to_be_visible()


def test_every_button_field_and_list_has_a_name(page: Page) -> None:
    page.goto("/")
    page.locator("check-form textarea").fill(ANSWER)
    page.locator("check-form .primary").click()
    expect(page.locator("run-bar .edit")).to_be_visible()
    snapshot = page.locator("body").aria_snapshot()
    nameless = [
        line.strip() for line in snapshot.splitlines() if line.strip() in ("- button", "- combobox", "- textbox")
    ]
    assert nameless == []


def test_motion_stops_for_those_who_ask(browser: Browser, site: GatewayProcess, check_peer: CheckPeer) -> None:
    context = browser.new_context(base_url=site.url, reduced_motion="reduce", locale="ja-JP")
    page = context.new_page()
    check_peer.hold_after = 0
    page.goto("/")
    page.locator("check-form textarea").fill(ANSWER)
    page.locator("check-form .primary").click()
    mark = page.locator("answer-view mark").first
    expect(mark).to_be_visible()
    assert mark.evaluate("mark => getComputedStyle(mark).animationName") == "none"
    check_peer.release.set()
    context.close()


def test_the_empty_state_loads_the_demonstration_data_with_one_button(page: Page, check_peer: CheckPeer) -> None:
    check_peer.reset({})
    page.goto("/")
    expect(page.locator("demo-loader h1")).to_be_visible()
    # A chart alone can be checked without any corpus.
    expect(page.locator("check-form textarea[name=answer]")).to_be_visible()
    expect(page.locator("check-form source-input")).to_be_visible()
    expect(page.locator("demo-loader copy-id")).to_contain_text("monshin factcheck import demo -")
    page.get_by_role("button", name="デモ用データを読み込む").click()
    expect(page.locator("check-form select")).to_contain_text("demo")
    assert set(check_peer.documents["demo"]) == {"drug-warfarin", "drug-acetaminophen"}


def test_a_missing_scope_is_named_with_a_way_out(page: Page, check_peer: CheckPeer) -> None:
    check_peer.refuse["ListCorpora"] = errors.PermissionDenied("no")
    page.goto("/")
    card = page.locator("problem-card")
    expect(card).to_contain_text("この操作の権限がありません")
    expect(card.locator("copy-id").first).to_contain_text("corpus.read")
    expect(card).to_contain_text("臨床医")
    check_peer.refuse.clear()
    page.get_by_label("役割").select_option("administrator")
    expect(page.locator("check-form")).to_be_visible()


def test_a_failed_check_tells_what_failed_and_can_be_tried_again(page: Page, check_peer: CheckPeer) -> None:
    check_peer.refuse["CheckAnswer"] = errors.Unavailable("the judge is loading")
    page.goto("/")
    page.locator("check-form textarea").fill(ANSWER)
    page.locator("check-form .primary").click()
    card = page.locator("problem-card")
    expect(card).to_contain_text("サービスが応答していません")
    expect(card).to_contain_text("the judge is loading")
    trace = card.locator("copy-id .value").inner_text()
    assert len(trace) == 32
    check_peer.refuse.clear()
    card.get_by_role("button", name="再試行").click()
    expect(page.locator("answer-view mark")).to_have_count(4)
    expect(card).to_have_count(0)


def test_a_gateway_that_is_gone_is_said_and_not_awaited(page: Page, context: BrowserContext) -> None:
    page.goto("/")
    page.locator("check-form textarea").fill(ANSWER)
    context.set_offline(True)
    page.locator("check-form .primary").click()
    expect(page.locator("problem-card")).to_contain_text("ゲートウェイにつながりません")
    context.set_offline(False)


def test_the_development_sign_in_is_announced(page: Page) -> None:
    page.goto("/")
    expect(page.locator("dev-banner")).to_contain_text("開発用サインイン")
    expect(page.locator("health-dots")).to_contain_text("factcheck")


def test_without_the_development_sign_in_a_token_can_be_given(
    browser: Browser, check_peer: CheckPeer, tmp_path: object
) -> None:
    from pathlib import Path

    with GatewayProcess(Path(str(tmp_path)), {"factcheck": check_peer.target}) as closed:
        context = browser.new_context(base_url=closed.url, locale="en-US")
        page = context.new_page()
        page.goto("/")
        expect(page.locator("problem-card")).to_contain_text("Sign in first")
        page.get_by_label("Access token").fill(closed.token("clinician"))
        page.get_by_role("button", name="Use", exact=True).click()
        expect(page.locator("check-form")).to_be_visible()
        expect(page.locator("dev-banner")).to_be_empty()
        context.close()


def test_no_foreign_host_is_asked(page: Page, site: GatewayProcess) -> None:
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    page.goto("/")
    expect(page.locator("check-form")).to_be_visible()
    assert all(url.startswith(site.url) for url in seen)


def test_one_element_a_file_of_at_most_200_lines() -> None:
    from monshin_gateway.web.pages import ui_folder

    for path in (ui_folder() / "elements").rglob("*.js"):
        text = path.read_text()
        assert text.count("customElements.define(") == 1, path
        assert f'customElements.define("{path.stem}"' in text, path
        assert len(text.splitlines()) <= 200, path
