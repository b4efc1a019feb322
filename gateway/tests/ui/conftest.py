"""A real browser on a real gateway, in front of a small factcheck."""

import json
import shutil
from collections.abc import Iterator

import pytest
from check_peer import CheckPeer
from monshin_gateway.testing import GatewayProcess
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from small_corpus import DOCUMENTS

CHROMIUM = shutil.which("chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="session")
def check_peer() -> Iterator[CheckPeer]:
    """The service behind the gateway."""
    with CheckPeer() as peer:
        yield peer


@pytest.fixture(scope="session")
def site(check_peer: CheckPeer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    """A gateway with development sign-in and a demonstration corpus of our two documents."""
    home = tmp_path_factory.mktemp("site")
    (home / "demo" / "corpus").mkdir(parents=True)
    lines = [json.dumps(vars(document), ensure_ascii=False) for document in DOCUMENTS]
    (home / "demo" / "corpus" / "all.jsonl").write_text("\n".join(lines))
    env = {"MONSHIN_GATEWAY_DEV_SIGN_IN": "1", "MONSHIN_GATEWAY_DEMO_DIR": str(home / "demo")}
    with GatewayProcess(home, {"factcheck": check_peer.target}, env) as process:
        yield process


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium of the distribution. Ends with its module: while it runs, this thread can run no other event loop."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)


@pytest.fixture
def context(browser: Browser, site: GatewayProcess, check_peer: CheckPeer) -> Iterator[BrowserContext]:
    """A fresh visitor who reads Japanese; the corpus `demo` is published."""
    check_peer.reset({"demo": DOCUMENTS})
    visitor = browser.new_context(base_url=site.url, locale="ja-JP", viewport={"width": 1360, "height": 900})
    visitor.set_default_timeout(10_000)
    visitor.grant_permissions(["clipboard-read", "clipboard-write"])
    yield visitor
    visitor.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page that must not complain: neither errors in the console nor violations of the policy."""
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    # Chromium itself reports an answer with an error status; that is what some tests provoke.
    assert [text for text in complaints if not text.startswith("Failed to load resource")] == []
