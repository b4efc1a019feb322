"""No patient text leaves a service by its spans, logs, metrics or errors.

Hazard: a name in an answer ends up in a trace that a vendor reads. A canary is planted into every string field of every
RPC, in valid and in refused calls, with debug logging, full sampling and metrics on; then everything that came out is
searched for it. Resource names may be in the access log, and only there.
"""

import json
import urllib.request
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import grpc
import pytest
import pytest_asyncio
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from monshin_kit.methods import Method
from monshin_kit.testing import OtlpReceiver

from ..calls import Caller, caller
from ..services import INSTALLED, Platform, Service

pytestmark = pytest.mark.slow

CANARY = "患者太郎ZX81QK"
FORMS = [CANARY.encode(), CANARY.encode("unicode_escape"), b"ZX81QK"]
METHODS = [(service, method) for service in INSTALLED for method in service.methods()]
MAX_DEPTH = 4


def planted(descriptor: Descriptor, depth: int = 0) -> Message:
    """A message with the canary in every string, and with every other field at its first allowed value but zero."""
    message = GetMessageClass(descriptor)()
    for field in descriptor.fields:
        if field.message_type is not None and (depth >= MAX_DEPTH or field.message_type.GetOptions().map_entry):
            continue
        value = _value(field, depth)
        if value is None:
            continue
        if field.message_type is not None and not field.is_repeated:
            getattr(message, field.name).CopyFrom(value)
        elif field.is_repeated:
            getattr(message, field.name).extend([value])
        else:
            setattr(message, field.name, value)
    return message


def _value(field: FieldDescriptor, depth: int) -> object | None:
    if field.message_type is not None:
        return planted(field.message_type, depth + 1)
    match field.cpp_type:
        case FieldDescriptor.CPPTYPE_STRING:
            return CANARY.encode() if field.type == FieldDescriptor.TYPE_BYTES else CANARY
        case FieldDescriptor.CPPTYPE_BOOL:
            return True
        case FieldDescriptor.CPPTYPE_ENUM | FieldDescriptor.CPPTYPE_INT32 | FieldDescriptor.CPPTYPE_UINT32:
            return 1
        case _:
            return None


def valid(service: Service) -> Iterator[tuple[Method, Message]]:
    """Calls that succeed, with the canary wherever a text may stand."""
    from monshin_protos.embed.v1 import embed_pb2
    from monshin_protos.factcheck.v1 import corpus_pb2, explain_pb2, factcheck_pb2

    record = {
        "resourceType": "Observation",
        "id": "o",
        "status": "final",
        "code": {"text": CANARY},
        "valueString": CANARY,
    }
    sources = [
        factcheck_pb2.Source(text=f"{CANARY}の体温は38 ℃である。", title=CANARY),
        factcheck_pb2.Source(fhir=json.dumps(record), title=CANARY),
    ]
    sentence = f"{CANARY}の体温は39 ℃である。"
    messages: dict[str, Message] = {
        "Embed": embed_pb2.EmbedRequest(kind=1, texts=[CANARY]),
        "Tokenize": embed_pb2.TokenizeRequest(kind=1, texts=[CANARY]),
        "CheckAnswer": factcheck_pb2.CheckAnswerRequest(
            answer=sentence, question=CANARY, sources=sources, store=True, model=CANARY
        ),
        "CheckStream": factcheck_pb2.CheckStreamRequest(
            text=sentence, question=CANARY, sources=sources, store=True, model=CANARY
        ),
        "ExplainClaim": explain_pb2.ExplainClaimRequest(claim=sentence, sources=sources),
        "CheckClaims": factcheck_pb2.CheckClaimsRequest(
            claims=[factcheck_pb2.ClaimInput(id=CANARY, claim=sentence, sources=sources)]
        ),
        "ImportDocuments": corpus_pb2.ImportDocumentsRequest(
            corpus="corpora/canary",
            document=corpus_pb2.NewDocument(id="d", title=CANARY, text=sentence, source=CANARY),
        ),
        "ImportAliases": corpus_pb2.ImportAliasesRequest(
            corpus="corpora/canary", group=corpus_pb2.AliasGroup(name=CANARY, aliases=[f"{CANARY}の別名"])
        ),
        "CreateCorpus": corpus_pb2.CreateCorpusRequest(
            corpus_id="canary", corpus=corpus_pb2.Corpus(display_name=CANARY)
        ),
    }
    methods = {method.short_name: method for method in service.methods()}
    for name in (
        "CreateCorpus", "ImportDocuments", "ImportAliases", "Embed", "Tokenize", "CheckAnswer", "CheckStream",
        "CheckClaims", "ExplainClaim",
    ):  # fmt: skip
        if name in methods:
            yield methods[name], messages[name]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def receiver() -> AsyncIterator[OtlpReceiver]:
    """Where all spans go."""
    async with OtlpReceiver() as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def platform(tmp_path_factory: pytest.TempPathFactory, receiver: OtlpReceiver) -> AsyncIterator[Platform]:
    """All services, talkative."""
    home: Path = tmp_path_factory.mktemp("privacy")
    settings = {"MONSHIN_OTLP_ENDPOINT": receiver.endpoint, "MONSHIN_LOG_LEVEL": "debug", "MONSHIN_TRACE_RATIO": "1"}
    async with Platform(home, **settings) as running:
        yield running


def has_canary(data: bytes) -> bool:
    """In any form it could take on its way."""
    return any(form in data for form in FORMS)


def test_the_search_finds_a_canary() -> None:
    """The test of the test: each form is found, in JSON escapes too."""
    import json

    assert has_canary(f"text {CANARY}".encode())
    assert has_canary(json.dumps({"x": CANARY}).encode())
    assert has_canary(planted(GetMessageClass(METHODS[0][1].request_class.DESCRIPTOR).DESCRIPTOR).SerializeToString())


@pytest.mark.asyncio(loop_scope="module")
async def test_nothing_that_leaves_a_service_holds_patient_text(platform: Platform, receiver: OtlpReceiver) -> None:
    """Errors as they come; then, once the processes have ended and flushed, logs and spans; before that, metrics."""
    import asyncio

    for service in INSTALLED:
        process = platform.processes[service.name]
        with caller(process, "administrator") as trusted:
            await asyncio.to_thread(_call_all, service, trusted)
        with caller(process, "auditor") as stranger:
            await asyncio.to_thread(_call_all, service, stranger)
        metrics = await asyncio.to_thread(_metrics, platform.metrics_ports[service.name])
        assert b"monshin_rpc_seconds" in metrics
        assert not has_canary(metrics), service.name
    for process in platform.processes.values():
        await process.stop()
        assert "serving" in process.log()
        assert not has_canary(process.log().encode()), process.module
    assert len(receiver.spans) > len(METHODS)
    assert not has_canary(bytes(receiver.received))


def _call_all(service: Service, client: Caller) -> None:
    for method, message in valid(service):
        outcome = client.call(method, [message])
        assert not has_canary(outcome.words.encode()), method.name
        if method.short_name == "CheckAnswer" and outcome.answers:
            _review(service, client, outcome.answers[-1])
    for method in service.methods():
        outcome = client.call(method, [planted(method.request_class.DESCRIPTOR)])
        assert not has_canary(outcome.words.encode()), method.name


def _review(service: Service, client: Caller, summary: bytes) -> None:
    """A note on a claim of the check that was just stored."""
    from monshin_protos.factcheck.v1 import factcheck_pb2, results_pb2

    name = factcheck_pb2.CheckAnswerResponse.FromString(summary).summary.result
    methods = {method.short_name: method for method in service.methods()}
    note = results_pb2.ReviewClaimRequest(name=f"{name}/claims/0", verdict=1, note=CANARY)
    assert client.call(methods["ReviewClaim"], [note]).code is grpc.StatusCode.OK
    assert client.call(methods["GetResult"], [results_pb2.GetResultRequest(name=name)]).answers


def _metrics(port: int) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        return bytes(answer.read())
