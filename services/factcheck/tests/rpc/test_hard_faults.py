"""A kill in the middle of an import."""

import asyncio
from collections.abc import AsyncIterator

import grpc
import pytest
from monshin_factcheck.testing import TEXT, Rig
from monshin_protos.factcheck.v1 import corpus_pb2 as pb

pytestmark = pytest.mark.asyncio(loop_scope="module")
# More than one part that is staged on its own.
DOCUMENTS = 450


async def test_kill_during_an_import_leaves_the_draft_as_it_was(rig: Rig) -> None:
    """Hazard: parts of an import are on disk when the process dies. The next start forgets them, and a whole import
    of the same documents then counts each of them as new."""
    await rig.fill("dying", {"a": TEXT}, publish=False)
    is_under_way = asyncio.Event()

    async def endless() -> AsyncIterator[pb.ImportDocumentsRequest]:
        for number in range(DOCUMENTS):
            document = pb.NewDocument(id=f"n{number}", text=TEXT)
            yield pb.ImportDocumentsRequest(corpus="corpora/dying", document=document)
        is_under_way.set()
        await asyncio.Event().wait()

    call = asyncio.ensure_future(rig.corpora().ImportDocuments(endless()))
    await is_under_way.wait()
    await rig.factcheck.kill()
    with pytest.raises(grpc.aio.AioRpcError):
        await call
    await rig.factcheck.start()
    await rig.factcheck.wait_serving()
    corpus = await rig.corpora().GetCorpus(pb.GetCorpusRequest(name="corpora/dying"))
    assert corpus.draft_documents == 1
    answer = await rig.add("dying", {f"n{number}": TEXT for number in range(DOCUMENTS)})
    assert (answer.inserted, answer.replaced, answer.unchanged) == (DOCUMENTS, 0, 0)
