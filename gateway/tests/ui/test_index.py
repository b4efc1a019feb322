"""The Index page in a real browser, with the real ann behind the gateway."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from ann_host import AnnHost
from monshin_gateway.testing import GatewayProcess
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from vectors_by_rest import make_collection, store_points

pytestmark = pytest.mark.slow

DIM = 32
LARGE = 80_000  # its build takes seconds on any machine, so that it is still at work when the page is clicked
DIGEST = "5" * 64
READERS = ("role:clinician", "role:model_developer")  # so that a viewer sees none
BUILD_LIMIT_MS = 60_000
LOOK_LIMIT_MS = 25_000  # the page looks again every 10 s


@pytest.fixture(scope="module")
def ann(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AnnHost]:
    """Builds nothing unless it is told to."""
    with AnnHost(tmp_path_factory.mktemp("index"), {"MONSHIN_ANN_SEAL_POINTS": "1000000"}) as host:
        yield host


@pytest.fixture(scope="module")
def index_site(ann: AnnHost) -> Iterator[GatewayProcess]:
    """Collections: `built` has a graph and a few points beside it, `large` none, and `damaged` is quarantined."""
    env = {"MONSHIN_GATEWAY_DEV_SIGN_IN": "1"}
    with GatewayProcess(ann.home, {"ann": ann.target}, env) as site, site.client() as client:
        make_collection(client, "damaged", DIM, READERS)
        store_points(client, "damaged", 200, DIM)
        ann.stop()
        for path in ann.data.glob("collections/damaged-*.sqlite"):
            data = bytearray(path.read_bytes())
            data[len(data) // 2 :] = bytes(len(data) - len(data) // 2)
            path.write_bytes(data)
        ann.start()
        make_collection(client, "large", DIM, READERS)
        store_points(client, "large", LARGE, DIM)
        make_collection(client, "built", DIM, READERS, fingerprint=DIGEST)
        store_points(client, "built", 3000, DIM, fingerprint=DIGEST)
        build(client, "built")
        store_points(
            client, "built", 100, DIM, seed=1, fingerprint=DIGEST
        )  # replaces p0 to p99, which die in the segment
        yield site


def build(client: httpx.Client, name: str) -> None:
    """Returns when it is done."""
    assert client.post(f"/v1/collections/{name}/index:build", json={}).status_code == 200
    with client.stream("GET", f"/v1/collections/{name}/index:watch", timeout=120) as events:
        assert b"event: end" in events.read()


@pytest.fixture
def context(browser: Browser, index_site: GatewayProcess) -> Iterator[BrowserContext]:
    """A visitor who reads Japanese."""
    visitor = browser.new_context(base_url=index_site.url, locale="ja-JP", viewport={"width": 1360, "height": 900})
    visitor.set_default_timeout(20_000)
    yield visitor
    visitor.close()


def go(page: Page, name: str = "", role: str = "model_developer") -> None:
    """To the page, as somebody, with a collection selected."""
    page.goto("/ui/")
    page.evaluate("role => localStorage.setItem('monshin.role', role)", role)
    page.goto(f"/ui/#/index{f'?collection={name}' if name else ''}")
    page.reload()
    expect(page.locator("index-page h1")).to_be_visible()


def rows(table: Locator) -> list[list[str]]:
    """The texts of a table's body once it is there; the words of a badge lie in an element of its own."""
    expect(table).to_be_visible()
    found: list[list[str]] = table.evaluate(
        """table => {
        const text = cell => (cell.querySelector('state-badge')?.shadowRoot.textContent ?? cell.innerText).trim();
        return [...table.tBodies[0].rows].map(row => [...row.cells].map(text));
    }"""
    )
    return found


def as_number(text: str) -> float:
    """Of a number as the page writes it."""
    return float(re.sub(r"[^\d.]", "", text))


def drawn(chart: Locator) -> list[float]:
    """The recall of each point of a chart, read off the picture by its own axis."""
    found: Any = chart.evaluate(
        """chart => {
        const svg = chart.shadowRoot.querySelector('svg');
        const ticks = [...svg.querySelectorAll('text[text-anchor=end]')]
            .map(text => [Number(text.textContent), Number(text.getAttribute('y')) - 4]);
        const heights = [...svg.querySelectorAll('g.point')]
            .map(point => Number(point.getAttribute('transform').match(/ ([\\d.]+)\\)/)[1]));
        return { ticks, heights };
    }"""
    )
    (low, bottom), (high, top) = found["ticks"][0], found["ticks"][-1]
    return [low + (height - bottom) / (top - bottom) * (high - low) for height in found["heights"]]


def test_the_table_tells_what_the_service_holds(page: Page, index_site: GatewayProcess) -> None:
    go(page)
    expect(page.locator("collection-table tbody tr")).to_have_count(3)
    expect(page.locator("collection-table [data-state=READY]")).to_have_count(2)
    with index_site.client() as client:
        stats = client.get("/v1/collections/built").json()["stats"]
    built, damaged, large = rows(page.locator("collection-table table"))
    indexed = int(stats["indexedPoints"])
    assert built[:7] == [
        "built",
        "✓完了",
        "ユークリッド距離の2乗",
        "3,000",
        f"{indexed:,}",
        f"{3000 - indexed:,}",
        "32",
    ]
    assert (large[0], large[3:6]) == ("large", [f"{LARGE:,}", "0", f"{LARGE:,}"])
    assert damaged[:4] == ["damaged", "✕隔離中", "ユークリッド距離の2乗", "–"]


def test_a_collection_is_chosen_by_a_link_that_can_be_kept(page: Page) -> None:
    go(page)
    page.get_by_role("link", name="built").click()
    expect(page.get_by_role("heading", name="built", exact=True)).to_be_visible()
    assert page.url.endswith("#/index?collection=built")
    page.reload()
    expect(page.get_by_role("heading", name="built", exact=True)).to_be_visible()
    page.go_back()
    expect(page.locator("collection-detail")).to_have_count(0)


def test_segments_are_told_with_their_deaths(page: Page) -> None:
    go(page, "built")
    (segment,) = rows(page.locator("segment-table table"))
    assert segment[1:3] == ["3,000", "100"]
    expect(page.locator("segment-table")).to_contain_text("グラフ外の 100 点")


def test_recall_at_the_build_is_the_same_in_picture_and_table(page: Page, index_site: GatewayProcess) -> None:
    go(page, "built")
    shown = rows(page.locator("recall-build table"))
    with index_site.client() as client:
        (segment,) = client.get("/v1/collections/built/index").json()["segments"]
    assert shown == [[str(point["ef"]), f"{point['recall']:.3f}"] for point in segment["recalls"]]
    assert drawn(page.locator("recall-build line-chart")) == pytest.approx(
        [point["recall"] for point in segment["recalls"]], abs=1e-6
    )


def test_memory_is_the_same_in_picture_and_table(page: Page, index_site: GatewayProcess) -> None:
    """And sums up to what the service says."""
    go(page, "built")
    *parts, total = rows(page.locator("memory-bar table"))
    widths = [float(str(part.get_attribute("width"))) for part in page.locator("memory-bar rect").all()]
    assert [as_number(share) for _, _, share in parts] == pytest.approx(widths, abs=0.05)
    assert sum(widths) == pytest.approx(100)
    with index_site.client() as client:
        memory = int(client.get("/v1/collections/built").json()["stats"]["memoryBytes"])
    assert total[1].endswith("KiB")
    assert as_number(total[1]) == pytest.approx(memory / 1024, rel=0.01)


def test_measuring_draws_recall_against_time(page: Page) -> None:
    """Anybody who may search may measure. The exact search is the truth; picture and table say the same."""
    go(page, "built", role="clinician")
    page.locator("recall-time .measure").click()
    expect(page.locator("recall-time table")).to_be_visible(timeout=BUILD_LIMIT_MS)
    measured = rows(page.locator("recall-time table"))
    assert [effort for effort, _, _ in measured] == [
        "ef = 16", "ef = 32", "ef = 64", "ef = 128", "ef = 256", "目標再現率 0.99（既定）", "正確な検索",
    ]  # fmt: skip
    recalls = [float(recall) for _, _, recall in measured]
    assert recalls[-1] == 1
    assert min(recalls) > 0.5
    assert recalls[4] >= recalls[0]
    assert all(as_number(ms) > 0 for _, ms, _ in measured)
    assert drawn(page.locator("recall-time line-chart")) == pytest.approx(recalls, abs=0.001)


def test_a_build_is_asked_about_then_seen_at_work_then_its_graph(page: Page, index_site: GatewayProcess) -> None:
    """The dialog's No changes nothing. While a build is at work it can be held, and that outlives the page."""
    go(page, "large")
    actions = page.locator("index-actions")
    actions.locator(".build").click()
    page.locator("confirm-dialog .no").click()
    expect(page.locator("confirm-dialog dialog")).to_be_hidden()
    with index_site.client() as client:
        assert client.get("/v1/collections/large/index").json()["state"] == "INDEX_STATE_READY"

    actions.locator(".build").click()
    page.locator("confirm-dialog .primary").click()
    expect(page.locator("build-progress [data-fact=points]")).to_have_text(f"{LARGE:,}")
    expect(page.locator("build-progress [data-fact=fraction]")).to_have_text(re.compile(r"^[1-9]\d?%$"))
    expect(page.locator("build-progress [data-fact=memory]")).to_contain_text("MiB")
    actions.locator(".hold").click()
    page.locator("confirm-dialog .primary").click()
    expect(page.locator("collection-detail .state [data-state=HELD]")).to_be_visible()
    expect(actions.locator(".hold")).to_be_disabled()
    page.reload()
    expect(page.locator("collection-detail .state [data-state=HELD]")).to_be_visible()
    expect(page.locator("segment-table table")).to_have_count(0)


def test_what_others_write_and_build_is_seen_without_a_reload(page: Page, index_site: GatewayProcess) -> None:
    """Hazard: the watch ends when nothing is being built, and what a bulk load elsewhere does later is never shown."""
    with index_site.client() as client:
        make_collection(client, "growing", DIM, READERS)
        go(page, "growing")
        expect(page.locator("collection-detail .state [data-state=READY]")).to_be_visible()
        assert rows(page.locator("memory-bar table"))[-1][1] == "0 B"

        store_points(client, "growing", 3000, DIM)
        expect(page.locator("memory-bar table tbody tr").last).not_to_contain_text("0 B", timeout=20_000)
        expect(page.locator("collection-table tr[aria-current=true]")).to_contain_text("3,000")
        build(client, "growing")
        expect(page.locator("segment-table tbody tr")).to_have_count(1)
        assert client.delete("/v1/collections/growing").status_code == 200


def test_what_others_do_is_seen_while_no_collection_is_chosen(page: Page, index_site: GatewayProcess) -> None:
    """Hazard: the list, and the states in it, stay as they were when the page was opened. The table itself stays."""
    go(page)
    expect(page.locator("collection-table tbody tr")).to_have_count(3)
    page.locator("collection-table table").evaluate("table => (table.isTheSame = true)")
    arrived = page.locator("collection-table tr", has_text="arrived")
    with index_site.client() as client:
        make_collection(client, "arrived", DIM, READERS)
        expect(arrived.locator("[data-state=READY]")).to_be_visible(timeout=LOOK_LIMIT_MS)
        held = client.post("/v1/collections/arrived/index:cancelBuild", json={})
        assert held.status_code == 200, held.text
        expect(arrived.locator("[data-state=HELD]")).to_be_visible(timeout=LOOK_LIMIT_MS)
        assert client.delete("/v1/collections/arrived").status_code == 200
    expect(arrived).to_have_count(0, timeout=LOOK_LIMIT_MS)
    assert page.locator("collection-table table").evaluate("table => table.isTheSame")


def test_a_build_is_watched_through_a_crash_of_the_service(page: Page, ann: AnnHost) -> None:
    """Hazard: kill -9 while it builds. The page says so meanwhile or waits, and shows the graph in the end."""
    go(page, "large")
    page.locator("index-actions .build").click()
    page.locator("confirm-dialog .primary").click()
    expect(page.locator("build-progress")).to_be_visible()
    ann.kill()
    ann.start()
    expect(page.locator("segment-table tbody tr")).to_have_count(1, timeout=BUILD_LIMIT_MS)
    expect(page.locator("collection-detail .state [data-state=READY]")).to_be_visible()
    expect(page.locator("build-progress")).to_have_count(0)
    # The list above follows.
    expect(page.locator("collection-table tr[aria-current=true]")).to_contain_text(f"{LARGE:,}")
    assert rows(page.locator("collection-table table"))[2][3:6] == [f"{LARGE:,}", f"{LARGE:,}", "0"]


def test_without_the_scope_building_is_not_offered(page: Page) -> None:
    go(page, "built", role="clinician")
    expect(page.locator("index-actions .build")).to_be_disabled()
    expect(page.locator("index-actions .hold")).to_be_disabled()
    expect(page.locator("index-actions")).to_contain_text("ann.write")
    page.get_by_label("役割").select_option("model_developer")
    expect(page.locator("index-actions .build")).to_be_enabled()


def test_whoever_may_not_read_is_told_the_scope(page: Page) -> None:
    go(page, role="auditor")
    expect(page.locator("problem-card")).to_contain_text("この操作の権限がありません")
    expect(page.locator("problem-card copy-id").first).to_contain_text("ann.read")


def test_without_collections_the_page_tells_how_to_make_one(page: Page) -> None:
    """A viewer reads none of ours."""
    go(page, role="viewer")
    expect(page.locator("index-page .empty h2")).to_have_text("閲覧できるコレクションがありません")
    expect(page.locator("index-page .empty copy-id")).to_contain_text("monshin ann create")


def test_a_collection_without_points_is_shown_but_not_measured(page: Page, index_site: GatewayProcess) -> None:
    with index_site.client() as client:
        make_collection(client, "void", DIM, READERS)
    go(page, "void")
    expect(page.locator("recall-time .measure")).to_be_disabled()
    expect(page.locator("recall-time")).to_contain_text("2 点以上が必要です")
    assert rows(page.locator("memory-bar table"))[-1][1] == "0 B"
    with index_site.client() as client:
        assert client.delete("/v1/collections/void").status_code == 200


def test_every_button_and_picture_of_the_page_has_a_name(page: Page) -> None:
    go(page, "built")
    expect(page.locator("memory-bar table")).to_be_visible()
    names = [line.strip() for line in page.locator("body").aria_snapshot().splitlines()]
    assert [name for name in names if name in ("- button", "- img", "- table", "- progressbar")] == []
    assert sum(name.startswith("- img ") for name in names) >= 2


def test_a_quarantined_collection_shows_the_way_back(page: Page) -> None:
    go(page, "damaged")
    expect(page.locator("collection-detail .quarantined")).to_contain_text("損傷")
    expect(page.locator("collection-detail copy-id")).to_contain_text("monshin index restore damaged FILE")
    expect(page.locator("index-actions")).to_have_count(0)


def test_a_collection_that_is_not_there_is_said(page: Page) -> None:
    go(page, "none")
    expect(page.locator("collection-detail problem-card")).to_contain_text("見つかりません")


def test_both_languages_tell_the_same(page: Page) -> None:
    go(page, "built")
    expect(page.locator("index-page h1")).to_have_text("コレクションの索引")
    japanese = rows(page.locator("segment-table table"))
    page.get_by_role("button", name="English", exact=True).click()
    expect(page.locator("index-page h1")).to_have_text("Index of the collections")
    english = rows(page.locator("segment-table table"))
    assert [row[:5] for row in english] == [row[:5] for row in japanese]
    words = page.locator("index-page").inner_text()
    assert not re.search("[ぁ-んァ-ヶ一-龠]", words)


def test_a_narrow_screen_does_not_scroll_sideways(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    go(page, "built")
    expect(page.locator("memory-bar table")).to_be_visible()
    page.locator("recall-time .measure").click()
    expect(page.locator("recall-time table")).to_be_visible(timeout=BUILD_LIMIT_MS)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_service_that_is_gone_is_said_and_can_be_asked_again(
    page: Page, ann: AnnHost, index_site: GatewayProcess
) -> None:
    """Its channel tries anew only after a second or more: until then the gateway answers for it."""
    ann.stop()
    go(page)
    expect(page.locator("problem-card")).to_contain_text("サービスが応答していません")
    ann.start()
    with index_site.client() as client:
        for _ in range(300):
            if client.get("/v1/collections").status_code == 200:
                break
            page.wait_for_timeout(100)
    page.get_by_role("button", name="再試行").click()
    expect(page.locator("collection-table tbody tr")).to_have_count(3)
