"""What the platform holds while random requests come: so that these often name something that exists."""

import struct

from monshin_kit.methods import Method
from monshin_kit.testing import eventually
from monshin_protos.ann.v1 import ann_pb2, ann_pb2_grpc
from monshin_protos.factcheck.v1 import corpus_pb2, corpus_pb2_grpc, factcheck_pb2, factcheck_pb2_grpc
from monshin_protos.vectors.v1 import vectors_pb2

from ..messages import Pools
from ..services import Platform

COLLECTION = "collections/known"
CORPUS = "corpora/known"
NO_RESULT = "results/0000000000000000"
# The service chooses the names of results: `fill` adds one.
RESULTS = [NO_RESULT]
CLAIMS = [f"{NO_RESULT}/claims/0"]
NAMES = {
    "monshin/Model": ["", "", "models/none"],
    "monshin/Collection": [COLLECTION] * 5 + ["collections/none"],
    "monshin/ShardedBuild": [f"ann/jobs/{'0' * 32}"],
    "monshin/Index": [f"{COLLECTION}/index"] * 5 + ["collections/none/index"],
    "monshin/Corpus": [CORPUS] * 5 + ["corpora/none", ""],
    "monshin/Version": [f"{CORPUS}/versions/1"] * 3 + [f"{CORPUS}/versions/9"],
    "monshin/Result": RESULTS,
    "monshin/Claim": CLAIMS,
    "monshin/Document": [f"{CORPUS}/documents/a"] * 3 + [f"{CORPUS}/documents/none"],
}


def pools(method: Method) -> Pools:
    """What requests of a method name; what deletes must leave the known things to the others."""
    if method.short_name.startswith("Delete") and method.short_name != "DeletePoints":
        others = {kind: [name for name in names if "known" not in name] for kind, names in NAMES.items()}
        return Pools({**others, "monshin/Result": [NO_RESULT]})
    return Pools(NAMES)


async def fill(platform: Platform) -> None:
    """Makes them, with the services that are there."""
    if "ann" in platform.processes:
        await _fill_ann(platform)
    if "factcheck" in platform.processes:
        await _fill_factcheck(platform)


async def _fill_ann(platform: Platform) -> None:
    stub = ann_pb2_grpc.AnnServiceStub(platform.processes["ann"].channel())
    collection = ann_pb2.Collection(dim=3, metric=ann_pb2.METRIC_COSINE)
    await stub.CreateCollection(
        ann_pb2.CreateCollectionRequest(collection_id="known", collection=collection), timeout=60
    )
    vectors = vectors_pb2.Vectors(data=struct.pack("<6f", 1, 0, 0, 0, 1, 0), dim=3)
    await stub.Upsert(ann_pb2.UpsertRequest(collection=COLLECTION, ids=["a", "b"], vectors=vectors), timeout=60)


async def _fill_factcheck(platform: Platform) -> None:
    stub = corpus_pb2_grpc.CorpusServiceStub(platform.processes["factcheck"].channel())
    await stub.CreateCorpus(corpus_pb2.CreateCorpusRequest(corpus_id="known"), timeout=60)
    documents = [
        corpus_pb2.NewDocument(id="a", title="用法", text="アセトアミノフェンは1回500mgを内服する。"),
        corpus_pb2.NewDocument(id="b", title="Dose", text="Take 500 mg of paracetamol every six hours."),
    ]
    messages = [corpus_pb2.ImportDocumentsRequest(corpus=CORPUS, document=document) for document in documents]
    await stub.ImportDocuments(iter(messages), timeout=60)
    version = await stub.PublishVersion(corpus_pb2.PublishVersionRequest(corpus=CORPUS), timeout=60)

    async def is_published() -> bool:
        found = await stub.GetVersion(corpus_pb2.GetVersionRequest(name=version.name), timeout=60)
        return bool(found.state == corpus_pb2.VERSION_STATE_PUBLISHED)

    await eventually(is_published, "the corpus is published", limit_s=120)
    await _leave_a_result(platform)


async def _leave_a_result(platform: Platform) -> None:
    stub = factcheck_pb2_grpc.FactcheckServiceStub(platform.processes["factcheck"].channel())
    request = factcheck_pb2.CheckAnswerRequest(
        corpus=CORPUS, answer="アセトアミノフェンは1回5 gを内服する。", store=True
    )
    events = [event async for event in stub.CheckAnswer(request, timeout=60)]
    RESULTS.append(events[-1].summary.result)
    CLAIMS.append(f"{RESULTS[-1]}/claims/0")


def request_count(method: Method) -> tuple[int, int]:
    """How many requests a call may have."""
    return (0, 3) if method.takes_stream else (1, 1)
