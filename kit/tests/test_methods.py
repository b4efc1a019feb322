"""methods: for every RPC of every proto, what its descriptor says and which resources its request names."""

import pytest
from google.protobuf.message import Message
from monshin_kit import methods
from monshin_kit.methods import Method
from monshin_kit.testing.protos import all_methods
from monshin_protos.ann.v1 import ann_pb2 as ann
from monshin_protos.ann.v1 import index_pb2 as index
from monshin_protos.ann.v1 import sharded_pb2 as sharded
from monshin_protos.audit.v1 import audit_pb2 as audit
from monshin_protos.embed.v1 import embed_pb2 as embed
from monshin_protos.factcheck.v1 import corpus_pb2 as corpus
from monshin_protos.factcheck.v1 import explain_pb2 as explain
from monshin_protos.factcheck.v1 import factcheck_pb2 as factcheck
from monshin_protos.factcheck.v1 import results_pb2 as results

METHODS = {method.name: method for method in all_methods()}
EMBED = "monshin.embed.v1.EmbedService"
ANN = "monshin.ann.v1.AnnService"
CORPUS = "monshin.factcheck.v1.CorpusService"
CHECK = "monshin.factcheck.v1.FactcheckService"

INDEX = "monshin.ann.v1.IndexService"
SHARDED = "monshin.ann.v1.ShardedIndexService"
EXPLAIN = "monshin.factcheck.v1.ExplainService"
RESULTS = "monshin.factcheck.v1.ResultService"

BUILD = "ann/jobs/0123"
NOTES, GUIDE = "collections/notes", "corpora/guide"

# One line an RPC: a request, and the resources that the access log must name.
NAMED: dict[str, tuple[Message, tuple[str, ...]]] = {
    f"{EMBED}/Embed": (embed.EmbedRequest(model="models/a"), ("models/a",)),
    f"{EMBED}/EmbedStream": (
        embed.EmbedStreamRequest(request=embed.EmbedRequest(model="models/a")), ("models/a",)
    ),
    f"{EMBED}/Tokenize": (embed.TokenizeRequest(model="models/a"), ("models/a",)),
    f"{EMBED}/ListModels": (embed.ListModelsRequest(), ()),
    f"{EMBED}/GetModel": (embed.GetModelRequest(name="models/a"), ("models/a",)),
    f"{ANN}/CreateCollection": (ann.CreateCollectionRequest(collection_id="notes"), (NOTES,)),
    f"{ANN}/GetCollection": (ann.GetCollectionRequest(name=NOTES), (NOTES,)),
    f"{ANN}/ListCollections": (ann.ListCollectionsRequest(), ()),
    f"{ANN}/UpdateCollection": (ann.UpdateCollectionRequest(collection=ann.Collection(name=NOTES)), (NOTES,)),
    f"{ANN}/DeleteCollection": (ann.DeleteCollectionRequest(name=NOTES), (NOTES,)),
    f"{ANN}/Upsert": (ann.UpsertRequest(collection=NOTES), (NOTES,)),
    f"{ANN}/UpsertStream": (ann.UpsertStreamRequest(chunk=ann.UpsertRequest(collection=NOTES)), (NOTES,)),
    f"{ANN}/DeletePoints": (ann.DeletePointsRequest(collection=NOTES), (NOTES,)),
    f"{ANN}/GetPoints": (ann.GetPointsRequest(collection=NOTES), (NOTES,)),
    f"{ANN}/ListPoints": (ann.ListPointsRequest(collection=NOTES), (NOTES,)),
    f"{ANN}/Search": (ann.SearchRequest(collection=NOTES), (NOTES,)),
    f"{CORPUS}/CreateCorpus": (corpus.CreateCorpusRequest(corpus_id="guide"), (GUIDE,)),
    f"{CORPUS}/GetCorpus": (corpus.GetCorpusRequest(name=GUIDE), (GUIDE,)),
    f"{CORPUS}/ListCorpora": (corpus.ListCorporaRequest(), ()),
    f"{CORPUS}/UpdateCorpus": (corpus.UpdateCorpusRequest(corpus=corpus.Corpus(name=GUIDE)), (GUIDE,)),
    f"{CORPUS}/DeleteCorpus": (corpus.DeleteCorpusRequest(name=GUIDE), (GUIDE,)),
    f"{CORPUS}/ImportDocuments": (corpus.ImportDocumentsRequest(corpus=GUIDE), (GUIDE,)),
    f"{CORPUS}/ImportAliases": (corpus.ImportAliasesRequest(corpus=GUIDE), (GUIDE,)),
    f"{CORPUS}/ListAliases": (corpus.ListAliasesRequest(parent=GUIDE), (GUIDE,)),
    f"{CORPUS}/PublishVersion": (corpus.PublishVersionRequest(corpus=GUIDE), (GUIDE,)),
    f"{CORPUS}/ListVersions": (corpus.ListVersionsRequest(parent=GUIDE), (GUIDE,)),
    f"{CORPUS}/GetVersion": (corpus.GetVersionRequest(name=f"{GUIDE}/versions/1"), (f"{GUIDE}/versions/1",)),
    f"{CORPUS}/WatchVersion": (corpus.WatchVersionRequest(name=f"{GUIDE}/versions/1"), (f"{GUIDE}/versions/1",)),
    f"{CORPUS}/GetDocument": (corpus.GetDocumentRequest(name=f"{GUIDE}/documents/d"), (f"{GUIDE}/documents/d",)),
    f"{CORPUS}/ListDocuments": (corpus.ListDocumentsRequest(parent=GUIDE), (GUIDE,)),
    f"{CORPUS}/RetractDocument": (
        corpus.RetractDocumentRequest(name=f"{GUIDE}/documents/d"), (f"{GUIDE}/documents/d",)
    ),
    f"{CHECK}/CheckAnswer": (factcheck.CheckAnswerRequest(corpus=GUIDE), (GUIDE,)),
    f"{CHECK}/CheckStream": (factcheck.CheckStreamRequest(corpus=GUIDE), (GUIDE,)),
    f"{CHECK}/CheckClaims": (factcheck.CheckClaimsRequest(corpus=GUIDE), (GUIDE,)),
    f"{INDEX}/GetIndex": (index.GetIndexRequest(name=f"{NOTES}/index"), (f"{NOTES}/index",)),
    f"{INDEX}/BuildIndex": (index.BuildIndexRequest(name=f"{NOTES}/index"), (f"{NOTES}/index",)),
    f"{INDEX}/CancelBuild": (index.CancelBuildRequest(name=f"{NOTES}/index"), (f"{NOTES}/index",)),
    f"{INDEX}/WatchIndex": (index.WatchIndexRequest(name=f"{NOTES}/index"), (f"{NOTES}/index",)),
    f"{INDEX}/SnapshotCollection": (index.SnapshotCollectionRequest(name=NOTES), (NOTES,)),
    f"{INDEX}/RestoreCollection": (index.RestoreCollectionRequest(name=NOTES), (NOTES,)),
    f"{INDEX}/ImportPoints": (index.ImportPointsRequest(name=NOTES), (NOTES,)),
    f"{INDEX}/ExportCollection": (index.ExportCollectionRequest(name=NOTES), (NOTES,)),
    f"{SHARDED}/BuildShardedCollection": (sharded.BuildShardedCollectionRequest(collection_id="notes"), (NOTES,)),
    f"{SHARDED}/GetShardedBuild": (sharded.GetShardedBuildRequest(name=BUILD), (BUILD,)),
    f"{SHARDED}/ListShardedBuilds": (sharded.ListShardedBuildsRequest(), ()),
    f"{SHARDED}/WatchShardedBuild": (sharded.WatchShardedBuildRequest(name=BUILD), (BUILD,)),
    f"{SHARDED}/CancelShardedBuild": (sharded.CancelShardedBuildRequest(name=BUILD), (BUILD,)),
    f"{SHARDED}/ResumeShardedBuild": (sharded.ResumeShardedBuildRequest(name=BUILD), (BUILD,)),
    f"{EXPLAIN}/ExplainClaim": (explain.ExplainClaimRequest(corpus=GUIDE), (GUIDE,)),
    f"{RESULTS}/ListResults": (
        results.ListResultsRequest(corpus=GUIDE, document=f"{GUIDE}/documents/d"), (GUIDE, f"{GUIDE}/documents/d")
    ),
    f"{RESULTS}/GetResult": (results.GetResultRequest(name="results/r"), ("results/r",)),
    f"{RESULTS}/DeleteResult": (results.DeleteResultRequest(name="results/r"), ("results/r",)),
    f"{RESULTS}/ReviewClaim": (results.ReviewClaimRequest(name="results/r/claims/0"), ("results/r/claims/0",)),
    f"{RESULTS}/ListReviews": (results.ListReviewsRequest(corpus=GUIDE), (GUIDE,)),
    f"{RESULTS}/ExportReviews": (results.ExportReviewsRequest(corpus=GUIDE), (GUIDE,)),
    f"{RESULTS}/GetLocalCalibration": (results.GetLocalCalibrationRequest(corpus=GUIDE), (GUIDE,)),
    "monshin.audit.v1.AuditService/ListAuditEntries": (audit.ListAuditEntriesRequest(service="ann"), ()),
}  # fmt: skip


def test_every_rpc_has_a_line_in_the_table() -> None:
    """A new RPC fails here until somebody has thought about what its entry in the access log must name."""
    assert set(NAMED) == set(METHODS)


@pytest.mark.parametrize("name", sorted(METHODS))
def test_the_log_names_what_the_request_names(name: str) -> None:
    request, expected = NAMED[name]
    assert METHODS[name].resources(request) == expected


@pytest.mark.parametrize("method", METHODS.values(), ids=lambda method: method.name)
def test_an_empty_request_is_read_without_a_fault(method: Method) -> None:
    """What names nothing gives nothing, or the empty name that validation will refuse."""
    assert all(not name or name.endswith("/") for name in method.resources(method.request_class()))


@pytest.mark.parametrize("method", METHODS.values(), ids=lambda method: method.name)
def test_only_reads_are_retried_and_logged_lazily(method: Method) -> None:
    """Whatever creates, changes or deletes must not be marked NO_SIDE_EFFECTS."""
    changing = (
        "Create", "Update", "Delete", "Upsert", "Import", "Publish", "Retract", "Build", "Cancel", "Resume", "Restore",
        "Review",
    )  # fmt: skip
    assert method.is_read != method.short_name.startswith(changing)


@pytest.mark.parametrize("method", METHODS.values(), ids=lambda method: method.name)
def test_a_path_is_as_on_the_wire(method: Method) -> None:
    assert method.path == f"/{method.service}/{method.short_name}"


def test_an_unknown_service_is_a_fault_of_the_program() -> None:
    with pytest.raises(KeyError):
        methods.of_service("monshin.none.v1.NoService")
