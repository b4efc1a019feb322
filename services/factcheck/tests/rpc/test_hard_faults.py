"""A kill in the middle of an import."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import apsw
import grpc
import pytest
from monshin_factcheck.testing import TEXT, Rig
from monshin_protos.factcheck.v1 import corpus_pb2 as pb

pytestmark = pytest.mark.asyncio(loop_scope="module")
# More than one part that is staged on its own.
DOCUMENTS = 450
PATIENCE_S = 30


def staged(home: Path) -> int:
    """How many documents of imports that have not ended are on disk."""
    files = [file for file in home.rglob("*.sqlite*") if file.suffix not in (".sqlite-wal", ".sqlite-shm")]
    counts = []
    for file in files:
        connection = apsw.Connection(str(file), flags=apsw.SQLITE_OPEN_READONLY)
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name='staging'").fetchone():
            counts.append(int(str(connection.execute("SELECT count(*) FROM staging").fetchone()[0])))
        connection.close()
    return sum(counts)


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
    async with asyncio.timeout(PATIENCE_S):
        while not staged(rig.factcheck.home):
            await asyncio.sleep(0.05)
    await rig.factcheck.kill()
    assert 0 < staged(rig.factcheck.home) < DOCUMENTS
    with pytest.raises(grpc.aio.AioRpcError):
        await call
    await rig.factcheck.start()
    await rig.factcheck.wait_serving()
    assert staged(rig.factcheck.home) == 0
    corpus = await rig.corpora().GetCorpus(pb.GetCorpusRequest(name="corpora/dying"))
    assert corpus.draft_documents == 1
    answer = await rig.add("dying", {f"n{number}": TEXT for number in range(DOCUMENTS)})
    assert (answer.inserted, answer.replaced, answer.unchanged) == (DOCUMENTS, 0, 0)
