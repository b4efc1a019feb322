"""What happens when the services below are away, and when the process dies."""

import time

import grpc
import pytest
from monshin_factcheck.testing import TEXT, Rig
from monshin_protos.factcheck.v1 import corpus_pb2, factcheck_pb2

pytestmark = pytest.mark.asyncio(loop_scope="module")
DRUGS = [
    "アムロジピン",
    "フロセミド",
    "ビソプロロール",
    "メトホルミン",
    "レボチロキシン",
    "ファモチジン",
    "ロラゼパム",
    "ドネペジル",
]
MORE = ["プレドニゾロン", "アロプリノール", "タムスロシン"]
MANY = {f"d{n}": f"{name}の1日量は{n + 1} mgである。{name}は室温で保管する。" for n, name in enumerate(DRUGS + MORE)}
SILENT_S = 1.5  # 0.9 s until a silent service is given up, and the rest of the check
CLAIM = "メトホルミンの1日量は4 mgである。"


@pytest.mark.parametrize("is_silent", [False, True], ids=["refused", "silent"])
@pytest.mark.parametrize("name", ["embed", "ann"])
async def test_a_check_goes_on_without_vectors_and_says_so(rig: Rig, name: str, is_silent: bool) -> None:
    """Hazard: a check that hangs or fails since a helper is down. Words alone find it; not_run tells."""
    corpus = f"cut-{name}-{is_silent}".lower()
    await rig.fill(corpus, MANY)
    proxy = getattr(rig, name)
    await rig.check(corpus, CLAIM)  # builds the index of words: what is timed is the fault
    if is_silent:
        proxy.is_silent = True
    else:
        await proxy.refuse()
    seconds = []
    for _ in range(3):
        began = time.monotonic()
        (result,), summary = await rig.check(corpus, CLAIM)
        seconds.append(time.monotonic() - began)
    assert min(seconds) < (SILENT_S if is_silent else 1)
    assert result.verdict == factcheck_pb2.VERDICT_SUPPORTED
    assert [(item.component, item.reason) for item in summary.not_run] == [("dense_retrieval", "UNAVAILABLE")]
    if is_silent:
        proxy.is_silent = False
        proxy.cut()  # what it swallowed is lost: the network tells both sides
    else:
        await proxy.accept()

    async def whole() -> bool:
        _, again = await rig.check(corpus, CLAIM)
        return not again.not_run

    deadline = time.monotonic() + 10
    while not await whole():
        assert time.monotonic() < deadline


async def test_a_publication_waits_for_ann_and_then_ends(rig: Rig) -> None:
    """The version stays PUBLISHING while ann is away; nothing half done is served."""
    await rig.fill("patient", MANY, publish=False)
    await rig.ann.refuse()
    stub = rig.corpora()
    version = await stub.PublishVersion(corpus_pb2.PublishVersionRequest(corpus="corpora/patient"))
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await rig.check("patient", TEXT)
    assert raised.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    await rig.ann.accept()
    async for event in stub.WatchVersion(corpus_pb2.WatchVersionRequest(name=version.name)):
        version = event.version
    assert version.state == corpus_pb2.VERSION_STATE_PUBLISHED


async def test_kill_during_a_publication_loses_nothing(rig: Rig) -> None:
    """kill -9 right after the acknowledgement; the next start goes on, and ends in PUBLISHED."""
    await rig.fill("killed", MANY, publish=False)
    version = await rig.corpora().PublishVersion(corpus_pb2.PublishVersionRequest(corpus="corpora/killed"))
    await rig.factcheck.kill()
    await rig.factcheck.start()
    await rig.factcheck.wait_serving()
    stub = rig.corpora()
    async for event in stub.WatchVersion(corpus_pb2.WatchVersionRequest(name=version.name)):
        version = event.version
    assert version.state == corpus_pb2.VERSION_STATE_PUBLISHED
    assert version.documents == len(MANY)
    (result,), _ = await rig.check("killed", CLAIM)
    assert result.verdict == factcheck_pb2.VERDICT_SUPPORTED


async def test_a_damaged_corpus_is_set_aside_and_the_others_serve(rig: Rig) -> None:
    """Bytes in the middle of its file are overwritten while the service is down."""
    await rig.fill("harmed", MANY)
    await rig.fill("sound", {"a": TEXT})
    await rig.factcheck.stop()
    file = rig.factcheck.home / "data" / "factcheck" / "corpora" / "harmed.sqlite"
    content = bytearray(file.read_bytes())
    content[4096:12288] = b"\xff" * 8192
    file.write_bytes(content)
    await rig.factcheck.start()
    await rig.factcheck.wait_serving()
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await rig.check("harmed", TEXT)
    assert raised.value.code() is grpc.StatusCode.DATA_LOSS
    (result,), _ = await rig.check("sound", TEXT.split("。")[0] + "。")
    assert result.verdict == factcheck_pb2.VERDICT_SUPPORTED
    listed = await rig.corpora().ListCorpora(corpus_pb2.ListCorporaRequest())
    states = {item.name: item.state for item in listed.corpora}
    assert states["corpora/harmed"] == corpus_pb2.CORPUS_STATE_QUARANTINED
    await rig.corpora().DeleteCorpus(corpus_pb2.DeleteCorpusRequest(name="corpora/harmed"))
