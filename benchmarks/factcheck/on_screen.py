"""What a person waits for on the Check page: from the click to the first claim with a verdict, in a real browser.

The real gateway and the real service with its default judges; the answer is checked against a source that is pasted
beside it, so that no search is timed. Without Chromium nothing is measured, and said so.
"""

import asyncio
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from monshin_gateway.testing import GatewayProcess
from monshin_kit.testing import ServiceProcess
from playwright.async_api import Page, async_playwright

from benchmarks.factcheck.sets import development
from benchmarks.report import Result

_ROUNDS = 5
_SENTENCES = 12
_MOST_MS = 300.0
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
# Elements stand in shadow roots. Resolves with the milliseconds from the click to the frame after the first mark.
_CLICK_TO_FIRST_MARK = """() => new Promise(resolve => {
  const find = (root, wanted) => {
    for (const node of root.querySelectorAll('*')) {
      const found = wanted(node) ? node : node.shadowRoot && find(node.shadowRoot, wanted);
      if (found) return found;
    }
    return null;
  };
  const button = find(document, node => node.matches('button.primary'));
  const began = performance.now();
  const look = () => {
    const mark = find(document, node => node.matches('mark[data-tone]:not([data-tone=waiting])'));
    requestAnimationFrame(mark ? () => resolve(performance.now() - began) : look);
  };
  button.click();
  look();
})"""


def measure() -> Iterator[Result]:
    """Median of five answers."""
    chromium = shutil.which("chromium")
    if chromium is None:
        print("no Chromium here: the page is not timed", file=sys.stderr)
        return
    first = statistics.median(asyncio.run(_measure(chromium)))
    yield Result(
        "first claim of an answer on screen, with the default judges, own source",
        first,
        None,
        "",
        _MOST_MS,
        "ms",
        "lower",
    )


async def _measure(chromium: str) -> list[float]:
    rows = [row for row in development()["dev"] if len(row.texts) == 1][:_SENTENCES]
    answer, source = "".join(row.claim for row in rows), "\n".join(dict.fromkeys(row.texts[0] for row in rows))
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        async with ServiceProcess("monshin_factcheck", home) as service, async_playwright() as playwright:
            with GatewayProcess(home, {"factcheck": service.target}, {"MONSHIN_GATEWAY_DEV_SIGN_IN": "1"}) as site:
                browser = await playwright.chromium.launch(executable_path=chromium, args=_ARGUMENTS)
                page = await (await browser.new_context(base_url=site.url, locale="ja-JP")).new_page()
                taken = [await _once(page, answer, source) for _ in range(_ROUNDS + 1)]
                await browser.close()
    return taken[1:]  # the first one reads dictionaries


async def _once(page: Page, answer: str, source: str) -> float:
    await page.goto("/")
    await page.locator("check-form select").select_option("")
    await page.locator("check-form textarea[name=answer]").fill(answer)
    if await page.locator("source-input textarea").count() == 0:
        await page.locator("check-form .primary").click()  # asks for a source
    await page.locator("source-input textarea").fill(source)
    return float(await page.evaluate(_CLICK_TO_FIRST_MARK))
