"""Lists of names and the standing of documents, against the real process."""

from collections.abc import AsyncIterator, Sequence

import grpc
import pytest
from monshin_factcheck.testing import Rig, violations
from monshin_protos.factcheck.v1 import corpus_pb2 as pb
from monshin_protos.factcheck.v1 import factcheck_pb2

pytestmark = pytest.mark.asyncio(loop_scope="module")
GROUPS = [pb.AliasGroup(name="ヨンシン錠", aliases=["四心", "YS"]), pb.AliasGroup(name="甲薬", aliases=["甲錠"])]


async def import_aliases(rig: Rig, corpus: str, groups: Sequence[pb.AliasGroup]) -> pb.ImportAliasesResponse:
    """As one stream."""

    async def messages() -> AsyncIterator[pb.ImportAliasesRequest]:
        for place, group in enumerate(groups):
            yield pb.ImportAliasesRequest(corpus=f"corpora/{corpus}" if place == 0 else "", group=group)
        if not groups:
            yield pb.ImportAliasesRequest(corpus=f"corpora/{corpus}")

    return await rig.corpora().ImportAliases(messages())


async def add(rig: Rig, corpus: str, *documents: pb.NewDocument) -> None:
    async def messages() -> AsyncIterator[pb.ImportDocumentsRequest]:
        for place, document in enumerate(documents):
            yield pb.ImportDocumentsRequest(corpus=f"corpora/{corpus}" if place == 0 else "", document=document)

    await rig.corpora().ImportDocuments(messages())


async def test_a_version_judges_by_the_names_that_it_was_published_with(rig: Rig) -> None:
    """Not before its publication; and the list of a version never changes."""
    await rig.fill("named", {"a": "ヨンシン錠は妊婦に禁忌である。"})
    claim = "四心は妊婦に禁忌である。"
    made = await import_aliases(rig, "named", GROUPS)
    (before,), _ = await rig.check("named", claim)
    assert before.verdict != factcheck_pb2.VERDICT_SUPPORTED
    version = await rig.publish("named")
    assert version.alias_revision == made.revision != ""
    (after,), _ = await rig.check("named", claim)
    assert after.verdict == factcheck_pb2.VERDICT_SUPPORTED
    taken = await import_aliases(rig, "named", [])
    assert (taken.groups, taken.revision) == (0, "")
    listed = await rig.corpora().ListAliases(pb.ListAliasesRequest(parent="corpora/named", page_size=1))
    assert (list(listed.groups), listed.revision, bool(listed.next_page_token)) == (GROUPS[:1], made.revision, True)
    draft = await rig.corpora().ListAliases(pb.ListAliasesRequest(parent="corpora/named", draft=True))
    assert (list(draft.groups), draft.revision) == ([], "")
    first = await rig.corpora().ListAliases(pb.ListAliasesRequest(parent="corpora/named", version=1))
    assert list(first.groups) == []


async def test_a_list_that_leads_in_a_circle_is_refused_and_changes_nothing(rig: Rig) -> None:
    """Each wrong entry is named by its place and reason."""
    await rig.corpora().CreateCorpus(pb.CreateCorpusRequest(corpus_id="circular"))
    await import_aliases(rig, "circular", GROUPS)
    wrong = [pb.AliasGroup(name="乙薬", aliases=["乙錠", "丙薬"]), pb.AliasGroup(name="丙薬", aliases=["乙薬"])]
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await import_aliases(rig, "circular", wrong)
    assert raised.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert violations(raised.value) == [("groups[0].aliases[1]", "LOOP"), ("groups[1].aliases[0]", "LOOP")]
    draft = await rig.corpora().ListAliases(pb.ListAliasesRequest(parent="corpora/circular", draft=True))
    assert list(draft.groups) == GROUPS


async def test_a_superseded_document_settles_nothing_and_is_marked(rig: Rig) -> None:
    """Nor one whose last day has passed."""
    await rig.corpora().CreateCorpus(pb.CreateCorpusRequest(corpus_id="renewed"))
    old = pb.NewDocument(id="old", text="丁薬の1日最大量は4 gである。", tier=3)
    over = pb.NewDocument(id="over", text="戊薬の1日最大量は9 gである。", effective_until="2020-12-31")
    new = pb.NewDocument(id="new", text="丁薬の1日最大量は2 gである。", tier=1, supersedes=["old"])
    await add(rig, "renewed", old, over, new)
    await rig.publish("renewed")
    (still, now, ended), _ = await rig.check(
        "renewed", "丁薬の1日最大量は4 gである。", "丁薬の1日最大量は2 gである。", "戊薬の1日最大量は9 gである。"
    )
    assert still.verdict == factcheck_pb2.VERDICT_CONTRADICTED
    assert now.verdict == factcheck_pb2.VERDICT_SUPPORTED
    assert ended.verdict == factcheck_pb2.VERDICT_NOT_ENOUGH_EVIDENCE
    assert (ended.evidence[0].superseded, now.evidence[0].superseded, now.evidence[0].tier) == (True, False, 1)
    document = await rig.corpora().GetDocument(pb.GetDocumentRequest(name="corpora/renewed/documents/new"))
    assert (document.tier, list(document.supersedes)) == (1, ["old"])


@pytest.mark.parametrize(
    "document",
    [
        pb.NewDocument(id="a", text="x", tier=6),
        pb.NewDocument(id="a", text="x", supersedes=["a"]),
        pb.NewDocument(id="a", text="x", supersedes=["no id"]),
        pb.NewDocument(id="a", text="x", effective_until="2026-02-30"),
    ],
)
async def test_a_standing_that_cannot_be_is_refused(rig: Rig, document: pb.NewDocument) -> None:
    """Nothing is imported."""
    name = f"bad-{abs(hash(document.SerializeToString())) % 10**9}"
    await rig.corpora().CreateCorpus(pb.CreateCorpusRequest(corpus_id=name))
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await add(rig, name, document)
    assert raised.value.code() is grpc.StatusCode.INVALID_ARGUMENT
