"""An import that is cut off half way, on the network and by the death of the service: nothing of it is ever served."""

from collections.abc import AsyncIterator

import grpc
import pytest
from monshin_factcheck.testing import TEXT, Rig
from monshin_kit.testing import FaultProxy
from monshin_protos.factcheck.v1 import corpus_pb2 as pb
from monshin_protos.factcheck.v1 import corpus_pb2_grpc, factcheck_pb2

pytestmark = pytest.mark.asyncio(loop_scope="module")
# More than the service keeps in memory before it writes a part of an import to the disk.
HALF = 450
POISON = "ワルファリンの維持量は1日50 mgである。"


async def documents(corpus: str) -> AsyncIterator[pb.ImportDocumentsRequest]:
    """Half of an import with a wrong dose in it."""
    for number in range(HALF):
        document = pb.NewDocument(id=f"n{number}", text=f"{POISON}{number}号室。")
        yield pb.ImportDocumentsRequest(corpus=f"corpora/{corpus}" if number == 0 else "", document=document)


async def nothing_changed(rig: Rig, corpus: str) -> None:
    """The draft holds what it held, there is nothing to publish, and checks read the version before."""
    found = await rig.corpora().GetCorpus(pb.GetCorpusRequest(name=f"corpora/{corpus}"))
    assert found.draft_documents == 1
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await rig.corpora().PublishVersion(pb.PublishVersionRequest(corpus=f"corpora/{corpus}"))
    assert raised.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    (wrong, right), summary = await rig.check(corpus, POISON, TEXT.split("。")[0] + "。")
    assert wrong.verdict == factcheck_pb2.VERDICT_CONTRADICTED
    assert right.verdict == factcheck_pb2.VERDICT_SUPPORTED
    assert summary.version == f"corpora/{corpus}/versions/1"


async def test_an_import_cut_on_the_network_publishes_nothing(rig: Rig) -> None:
    """Hazard: the line breaks after hundreds of documents; half a formulary is served as if it were whole."""
    await rig.fill("torn", {"a": TEXT})
    async with FaultProxy(rig.factcheck.target) as line:
        token = (("authorization", f"Bearer {rig.factcheck.token('administrator')}"),)
        async with grpc.aio.insecure_channel(line.target) as channel:
            call = corpus_pb2_grpc.CorpusServiceStub(channel).ImportDocuments(metadata=token)
            async for request in documents("torn"):
                await call.write(request)
            line.cut()
            with pytest.raises(grpc.aio.AioRpcError):
                await call
    await nothing_changed(rig, "torn")


async def test_an_import_cut_by_kill_publishes_nothing(rig: Rig) -> None:
    """kill -9 while documents arrive: what was written of them is dropped at the next start."""
    await rig.fill("dead", {"a": TEXT})
    call = rig.corpora().ImportDocuments()
    async for request in documents("dead"):
        await call.write(request)
    await rig.factcheck.kill()
    with pytest.raises(grpc.aio.AioRpcError):
        await call
    await rig.factcheck.start()
    await rig.factcheck.wait_serving()
    await nothing_changed(rig, "dead")
