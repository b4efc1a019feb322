"""The Index page and collections built in shards, in a real browser: the real ann, its worker and Redis."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from ann_host import AnnHost
from monshin_gateway.testing import GatewayProcess
from monshin_kit.testing.redis import RedisProcess
from monshin_kit.testing.worker import WorkerProcess
from playwright.sync_api import Browser, BrowserContext, Page, expect

pa = pytest.importorskip("pyarrow", reason="pip install services/ann[worker]")

pytestmark = pytest.mark.slow

DIM, ROWS = 16, 3000
BUILD_LIMIT_MS = 60_000
LOOK_LIMIT_MS = 25_000  # the page looks again every 10 s


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of ann and its worker, with two sources to build from: one is whole, of the other a vector is not finite."""
    from pyarrow import parquet

    home = tmp_path_factory.mktemp("sharded")
    rows = np.random.default_rng(0).standard_normal((ROWS, DIM)).astype(np.float32)
    for name in ("whole", "wrong"):
        folder = home / "data" / "artefacts" / "imports" / name
        folder.mkdir(parents=True)
        vectors = pa.FixedSizeListArray.from_arrays(pa.array(rows.ravel(), pa.float32()), DIM)
        table = {"id": [f"p{n:05}" for n in range(ROWS)], "vector": vectors, "payload": [json.dumps({"n": 1})] * ROWS}
        parquet.write_table(pa.table(table), folder / "a.parquet")
        rows[7, 3] = np.nan
    return home


@pytest.fixture(scope="module")
def redis(home: Path) -> Iterator[RedisProcess]:
    """What remembers the builds."""
    with RedisProcess(home / "redis") as process:
        yield process


@pytest.fixture(scope="module")
def sharded_site(home: Path, redis: RedisProcess) -> Iterator[GatewayProcess]:
    """Nobody works at the builds but in the block of a worker."""
    with (
        AnnHost(home, redis.env) as ann,
        GatewayProcess(home, {"ann": ann.target}, {"MONSHIN_GATEWAY_DEV_SIGN_IN": "1"}) as site,
    ):
        yield site


@pytest.fixture
def context(browser: Browser, sharded_site: GatewayProcess) -> Iterator[BrowserContext]:
    """A visitor who reads Japanese."""
    visitor = browser.new_context(base_url=sharded_site.url, locale="ja-JP", viewport={"width": 1360, "height": 900})
    visitor.set_default_timeout(20_000)
    yield visitor
    visitor.close()


def begin(site: GatewayProcess, name: str, source: str) -> None:
    """Asks for a build."""
    body = {
        "collectionId": name,
        "metric": "METRIC_L2",
        "dim": DIM,
        "source": f"imports/{source}",
        "shardRows": 1000,
        "degree": 16,
    }
    with site.client() as client:
        response = client.post("/v1/collections:buildSharded", json=body)
        assert response.status_code == 200, response.text


def go(page: Page, name: str = "") -> None:
    """To the page, with a collection selected."""
    page.goto("/ui/")
    page.evaluate("localStorage.setItem('monshin.role', 'model_developer')")
    page.goto(f"/ui/#/index{f'?collection={name}' if name else ''}")
    page.reload()
    expect(page.locator("index-page h1")).to_be_visible()


def test_a_build_in_shards_is_followed_from_the_queue_to_the_collection(
    page: Page, sharded_site: GatewayProcess, home: Path, redis: RedisProcess
) -> None:
    """Before it is complete its collection is not there, and the page says so in words: no error is shown."""
    begin(sharded_site, "notes", "whole")
    go(page)
    expect(page.locator("sharded-list")).to_contain_text("notes")
    page.locator("sharded-list").get_by_role("link", name="notes").click()
    expect(page.locator("sharded-build [data-phase=QUEUED]")).to_have_text("ワーカーを待っています。")
    expect(page.locator("problem-card:visible")).to_have_count(0)

    with WorkerProcess("monshin_ann.worker", home, redis.env):
        expect(page.locator("collection-detail .sharded")).to_be_visible(timeout=BUILD_LIMIT_MS)

    detail = page.locator("collection-detail .sharded")
    expect(detail).to_contain_text("このコレクションは、いくつかの部分（シャード）に分けて構築されました")
    expect(detail).to_contain_text("3,000 個")
    expect(detail.locator("[data-phase=READY]")).to_have_text("構築は終わり、検索できます。")
    shards = detail.locator("[data-fact=shards]").inner_text()
    done, every = sorted(map(int, re.findall(r"\d+", shards)))
    assert done == every >= 6
    expect(detail.locator("[data-fact=fraction]")).to_have_text("100%")
    expect(page.locator("collection-table tbody tr")).to_have_count(1)
    expect(page.locator("sharded-list section")).to_have_count(0)
    expect(page.locator("problem-card:visible")).to_have_count(0)
    expect(page.locator("index-actions")).to_have_count(0)


def test_a_collection_built_in_shards_is_told_in_both_languages_and_measured(page: Page) -> None:
    go(page, "notes")
    expect(page.locator("collection-detail .sharded")).to_be_visible()
    page.get_by_role("button", name="English", exact=True).click()
    expect(page.locator("collection-detail .sharded")).to_contain_text("built in parts (shards)")
    expect(page.locator("sharded-build [data-phase=READY]")).to_contain_text("can be searched")
    assert not re.search("[ぁ-んァ-ヶ一-龠]", page.locator("index-page").inner_text())
    page.locator("recall-time .measure").click()
    expect(page.locator("recall-time table tbody tr")).to_have_count(7, timeout=BUILD_LIMIT_MS)


def test_a_build_that_failed_says_by_which_row(
    page: Page, sharded_site: GatewayProcess, home: Path, redis: RedisProcess
) -> None:
    begin(sharded_site, "refused", "wrong")
    go(page, "refused")
    with WorkerProcess("monshin_ann.worker", home, redis.env, name="second"):
        expect(page.locator("sharded-build [data-phase=FAILED]")).to_be_visible(timeout=BUILD_LIMIT_MS)
    expect(page.locator("sharded-build build-failure")).to_contain_text("a.parquet: row 7")
    expect(page.locator("sharded-build build-failure")).not_to_contain_text("再試行")


def test_builds_that_others_begin_are_seen_while_no_collection_is_chosen(
    page: Page, sharded_site: GatewayProcess, home: Path, redis: RedisProcess
) -> None:
    """From the queue, through its phases, to the collection in the table."""
    go(page)
    expect(page.locator("collection-table tbody tr")).to_have_count(1)
    begin(sharded_site, "later", "whole")
    build = page.locator("sharded-list li", has_text="later")
    expect(build).to_contain_text("ワーカーを待っています", timeout=LOOK_LIMIT_MS)
    with WorkerProcess("monshin_ann.worker", home, redis.env, name="third"):
        expect(page.locator("collection-table tr", has_text="later")).to_be_visible(timeout=BUILD_LIMIT_MS)
    expect(build).to_have_count(0, timeout=LOOK_LIMIT_MS)
    with sharded_site.client() as client:
        assert client.delete("/v1/collections/later").status_code == 200


def test_without_the_record_of_jobs_the_collection_is_shown_all_the_same(
    page: Page, sharded_site: GatewayProcess, redis: RedisProcess
) -> None:
    redis.kill()
    go(page, "notes")
    expect(page.locator("collection-detail .sharded")).to_be_visible()
    expect(page.locator("sharded-build")).to_contain_text("いまは構築の状態がわかりません", timeout=BUILD_LIMIT_MS)
    expect(page.locator("problem-card:visible")).to_have_count(0)
