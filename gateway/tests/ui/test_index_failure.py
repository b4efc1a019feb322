"""A build that fails, on the Index page: a real browser, the real ann."""

import re
from collections.abc import Iterator

import numpy as np
import pytest
from ann_host import AnnHost
from monshin_gateway.testing import GatewayProcess
from playwright.sync_api import Browser, BrowserContext, Page, expect
from vectors_by_rest import make_collection, store_rows

pytestmark = pytest.mark.slow

DIM = 32
AGAIN_LIMIT_MS = 60_000  # the first pauses are 5 and 10 s


@pytest.fixture(scope="module")
def failing_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    """With one collection, whose points have no graph yet: a row is too long for one."""
    rows = np.random.default_rng(0).standard_normal((3000, DIM))
    rows[3] = 1e17
    home = tmp_path_factory.mktemp("failing")
    with (
        AnnHost(home, {"MONSHIN_ANN_SEAL_POINTS": "1000000"}) as ann,
        GatewayProcess(home, {"ann": ann.target}, {"MONSHIN_GATEWAY_DEV_SIGN_IN": "1"}) as site,
        site.client() as client,
    ):
        make_collection(client, "notes", DIM)
        store_rows(client, "notes", rows)
        yield site


@pytest.fixture
def context(browser: Browser, failing_site: GatewayProcess) -> Iterator[BrowserContext]:
    """A visitor who reads Japanese."""
    visitor = browser.new_context(base_url=failing_site.url, locale="ja-JP", viewport={"width": 1360, "height": 900})
    visitor.set_default_timeout(20_000)
    yield visitor
    visitor.close()


def test_a_failed_build_says_why_and_when_it_is_tried_again(page: Page, failing_site: GatewayProcess) -> None:
    """In both languages; once the row is gone, the build that is tried again by itself ends the message."""
    page.goto("/ui/")
    page.evaluate("localStorage.setItem('monshin.role', 'model_developer')")
    page.goto("/ui/#/index?collection=notes")
    page.reload()
    page.locator("index-actions .build").click()
    page.locator("confirm-dialog .primary").click()
    expect(page.locator("collection-detail .state [data-state=FAILED]")).to_be_visible(timeout=AGAIN_LIMIT_MS)

    told = page.locator("collection-detail build-failure [role=alert]")
    with failing_site.client() as client:
        reason = client.get("/v1/collections/notes/index").json()["failure"]
        assert reason
        expect(told).to_contain_text(f"前回の構築に失敗しました： {reason}")
        expect(told).to_contain_text(re.compile(r"\d ?秒後に自動で再試行します。"))
        page.get_by_role("button", name="English", exact=True).click()
        expect(told).to_contain_text(f"The last build failed: {reason}")
        expect(told).to_contain_text(re.compile(r"It is tried again in \d.* sec\."))

        gone = client.post("/v1/collections/notes:deletePoints", json={"ids": {"ids": ["p3"]}})
        assert gone.status_code == 200, gone.text
    expect(page.locator("collection-detail .state [data-state=READY]")).to_be_visible(timeout=AGAIN_LIMIT_MS)
    expect(page.locator("collection-detail build-failure")).to_have_count(0)
    expect(page.locator("segment-table tbody tr")).to_have_count(1)
