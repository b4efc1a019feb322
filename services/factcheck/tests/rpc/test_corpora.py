"""CorpusService against the real process."""

import asyncio
from collections.abc import AsyncIterator

import grpc
import pytest
from monshin_factcheck.testing import TEXT, Rig
from monshin_protos.audit.v1 import audit_pb2, audit_pb2_grpc
from monshin_protos.factcheck.v1 import corpus_pb2 as pb

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def refused(call: object) -> grpc.StatusCode:
    """The status of a call that must fail."""
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await call  # type: ignore[misc]
    return raised.value.code()


async def test_a_published_version_serves_its_documents(rig: Rig) -> None:
    """All passages embedded, the text as imported, offsets and all."""
    version = await rig.fill("served", {"warfarin": TEXT})
    assert version is not None
    assert version.state == pb.VERSION_STATE_PUBLISHED
    assert (version.documents, version.passages, version.passages_embedded) == (1, 2, 2)
    document = await rig.corpora().GetDocument(pb.GetDocumentRequest(name="corpora/served/documents/warfarin"))
    assert document.text == TEXT
    assert list(document.versions) == [version.name]


async def test_a_draft_is_seen_by_no_check_until_it_is_published(rig: Rig) -> None:
    """And a version never changes afterwards."""
    await rig.fill("drafted", {"a": "甲薬は腎臓に作用する。"})
    await rig.add("drafted", {"a": "甲薬は肝臓に作用する。"})
    (before,), summary = await rig.check("drafted", "甲薬は腎臓に作用する。")
    assert before.verdict == 1
    assert summary.version == "corpora/drafted/versions/1"
    assert (await rig.publish("drafted")).name == "corpora/drafted/versions/2"
    (after,), summary = await rig.check("drafted", "甲薬は腎臓に作用する。")
    assert after.verdict != 1
    assert summary.version == "corpora/drafted/versions/2"
    old = await rig.corpora().GetDocument(pb.GetDocumentRequest(name="corpora/drafted/documents/a", version=1))
    assert old.text == "甲薬は腎臓に作用する。"


async def test_a_retracted_document_is_evidence_no_more(rig: Rig) -> None:
    """From the next check on, in every version; it stays readable with the reason."""
    await rig.fill("recalled", {"a": "乙薬は妊婦に禁忌である。", "b": "丙薬は食後に飲む。"})
    (result,), _ = await rig.check("recalled", "乙薬は妊婦に禁忌である。")
    assert result.verdict == 1
    request = pb.RetractDocumentRequest(name="corpora/recalled/documents/a", reason="誤り")
    assert (await rig.corpora().RetractDocument(request)).retracted
    (result,), _ = await rig.check("recalled", "乙薬は妊婦に禁忌である。")
    assert result.verdict != 1
    assert all(item.document != "corpora/recalled/documents/a" for item in result.evidence)
    document = await rig.corpora().GetDocument(pb.GetDocumentRequest(name="corpora/recalled/documents/a"))
    assert (document.retracted, document.retraction_reason) == (True, "誤り")


async def test_an_import_that_breaks_off_leaves_the_draft_as_it_was(rig: Rig) -> None:
    """Hazard: half an import. The client goes away in the middle of its stream."""
    await rig.fill("whole", {"a": TEXT}, publish=False)

    async def broken() -> AsyncIterator[pb.ImportDocumentsRequest]:
        for number in range(500):
            document = pb.NewDocument(id=f"n{number}", text=TEXT)
            yield pb.ImportDocumentsRequest(corpus="corpora/whole", document=document)
        call.cancel()

    call = rig.corpora().ImportDocuments(broken())
    with pytest.raises(asyncio.CancelledError):
        await call
    corpus = await rig.corpora().GetCorpus(pb.GetCorpusRequest(name="corpora/whole"))
    assert corpus.draft_documents == 1


@pytest.mark.parametrize(
    "document",
    [
        pb.NewDocument(id="a", text=""),
        pb.NewDocument(id="a", text=" \n"),
        pb.NewDocument(id="a b", text="x"),
        pb.NewDocument(id="a", text="x\x00y"),
        pb.NewDocument(id="a", text="x", date="2025-02-30"),
        pb.NewDocument(id="ok", text="again"),
    ],
)
async def test_one_bad_document_refuses_the_whole_import(rig: Rig, document: pb.NewDocument) -> None:
    """Empty, white, bad id, control character, no such day, an id twice: named, and nothing is imported."""
    name = f"bad-{abs(hash(document.SerializeToString())) % 10**9}"
    await rig.corpora().CreateCorpus(pb.CreateCorpusRequest(corpus_id=name))

    async def messages() -> AsyncIterator[pb.ImportDocumentsRequest]:
        yield pb.ImportDocumentsRequest(corpus=f"corpora/{name}", document=pb.NewDocument(id="ok", text="fine"))
        yield pb.ImportDocumentsRequest(document=document)

    assert await refused(rig.corpora().ImportDocuments(messages())) is grpc.StatusCode.INVALID_ARGUMENT
    corpus = await rig.corpora().GetCorpus(pb.GetCorpusRequest(name=f"corpora/{name}"))
    assert corpus.draft_documents == 0


async def test_a_repeated_request_id_changes_nothing(rig: Rig) -> None:
    """The first answer comes again."""
    stub = rig.corpora()
    request = pb.CreateCorpusRequest(corpus_id="twice", request_id="0" * 36)
    assert await stub.CreateCorpus(request) == await stub.CreateCorpus(request)
    await rig.add("twice", {"a": TEXT})
    publish = pb.PublishVersionRequest(corpus="corpora/twice", request_id="1" * 36)
    names = {(await stub.PublishVersion(publish)).name for _ in range(3)}
    assert len(names) == 1
    async for _ in stub.WatchVersion(pb.WatchVersionRequest(name=names.pop())):
        pass
    await stub.PublishVersion(publish)  # after its end, too
    await asyncio.sleep(0.5)  # an event that must not come has had its time
    audit = audit_pb2_grpc.AuditServiceStub(rig.factcheck.channel("auditor"))
    entries = (await audit.ListAuditEntries(audit_pb2.ListAuditEntriesRequest(page_size=1000))).entries
    published = [entry for entry in entries if entry.name == "corpus.published"]
    assert sum("corpora/twice/" in entry.attributes_json for entry in published) == 1


async def test_a_corpus_of_others_does_not_exist(rig: Rig) -> None:
    """readers: NOT_FOUND, not PERMISSION_DENIED, so that names do not leak; administrators see it."""
    corpus = pb.Corpus(readers=["role:auditor"])
    await rig.corpora().CreateCorpus(pb.CreateCorpusRequest(corpus_id="closed", corpus=corpus))
    request = pb.GetCorpusRequest(name="corpora/closed")
    assert await refused(rig.corpora("clinician").GetCorpus(request)) is grpc.StatusCode.NOT_FOUND
    listed = await rig.corpora("clinician").ListCorpora(pb.ListCorporaRequest())
    assert "corpora/closed" not in [item.name for item in listed.corpora]
    assert (await rig.corpora("auditor").GetCorpus(request)).name == "corpora/closed"


async def test_statuses_are_precise(rig: Rig) -> None:
    """Taken id, unknown names, nothing to publish, stale etag, wrong mask, forged page token."""
    stub = rig.corpora()
    await stub.CreateCorpus(pb.CreateCorpusRequest(corpus_id="precise"))
    codes = [
        await refused(stub.CreateCorpus(pb.CreateCorpusRequest(corpus_id="precise"))),
        await refused(stub.GetCorpus(pb.GetCorpusRequest(name="corpora/none"))),
        await refused(stub.GetVersion(pb.GetVersionRequest(name="corpora/precise/versions/9"))),
        await refused(stub.GetDocument(pb.GetDocumentRequest(name="corpora/precise/documents/none"))),
        await refused(stub.PublishVersion(pb.PublishVersionRequest(corpus="corpora/precise"))),
        await refused(
            stub.UpdateCorpus(pb.UpdateCorpusRequest(corpus=pb.Corpus(name="corpora/precise", etag="stale")))
        ),
        await refused(stub.ListCorpora(pb.ListCorporaRequest(page_token="forged"))),
    ]
    assert [code.name for code in codes] == [
        "ALREADY_EXISTS", "NOT_FOUND", "NOT_FOUND", "NOT_FOUND", "FAILED_PRECONDITION", "ABORTED", "INVALID_ARGUMENT",
    ]  # fmt: skip


async def test_lists_are_complete_over_their_pages(rig: Rig) -> None:
    """Documents and versions, two at a time."""
    await rig.fill("paged", {f"d{number}": f"{number}番の文書である。" for number in range(5)})
    found: list[str] = []
    token = ""
    while True:
        page = await rig.corpora().ListDocuments(
            pb.ListDocumentsRequest(parent="corpora/paged", page_size=2, page_token=token)
        )
        found += [item.name.rsplit("/", 1)[1] for item in page.documents]
        token = page.next_page_token
        if not token:
            break
    assert found == [f"d{number}" for number in range(5)]
    versions = await rig.corpora().ListVersions(pb.ListVersionsRequest(parent="corpora/paged"))
    assert [item.name for item in versions.versions] == ["corpora/paged/versions/1"]


async def test_a_deleted_corpus_is_gone(rig: Rig) -> None:
    """And its id may be used again, empty."""
    await rig.fill("fleeting", {"a": TEXT})
    await rig.corpora().DeleteCorpus(pb.DeleteCorpusRequest(name="corpora/fleeting"))
    assert (
        await refused(rig.corpora().GetCorpus(pb.GetCorpusRequest(name="corpora/fleeting")))
        is grpc.StatusCode.NOT_FOUND
    )
    await rig.corpora().CreateCorpus(pb.CreateCorpusRequest(corpus_id="fleeting"))
    assert (await rig.corpora().GetCorpus(pb.GetCorpusRequest(name="corpora/fleeting"))).draft_documents == 0


async def test_a_cancelled_import_is_never_taken_for_a_whole_one(rig: Rig) -> None:
    """Hazard: grpc.aio ends the requests of a cancelled call before it cancels the handler.

    A hundred calls are cancelled right after a document was sent; the draft stays empty.
    """
    await rig.corpora().CreateCorpus(pb.CreateCorpusRequest(corpus_id="cancelled"))
    message = pb.ImportDocumentsRequest(corpus="corpora/cancelled", document=pb.NewDocument(id="a", text=TEXT))
    for _ in range(100):
        call = rig.corpora().ImportDocuments()
        await call.write(message)
        call.cancel()
    corpus = await rig.corpora().GetCorpus(pb.GetCorpusRequest(name="corpora/cancelled"))
    assert corpus.draft_documents == 0
