"""server: who may call what, and that each decision is in the access log."""

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from monshin_kit.auth import dev
from monshin_kit.testing import ServiceProcess, eventually
from monshin_protos.ann.v1 import ann_pb2, ann_pb2_grpc
from monshin_protos.audit.v1 import audit_pb2, audit_pb2_grpc
from monshin_protos.embed.v1 import embed_pb2, embed_pb2_grpc
from monshin_protos.vectors.v1 import vectors_pb2

pytestmark = pytest.mark.slow  # each test starts a process
Make = Callable[..., ServiceProcess]
Audit = Callable[[ServiceProcess], Awaitable[list[audit_pb2.AuditEntry]]]
EMBED = "monshin.embed.v1.EmbedService/Embed"
DELETE = "monshin.ann.v1.AnnService/DeleteCollection"
CREATE = "monshin.ann.v1.AnnService/CreateCollection"
PEEK = "monshin.sample.v1.UnlabelledService/Peek"


@pytest.fixture
async def service(sample: Make) -> AsyncIterator[ServiceProcess]:
    """Serving."""
    async with sample() as service:
        yield service


async def _entry(audit: Audit, service: ServiceProcess, name: str, outcome: str) -> audit_pb2.AuditEntry:
    """The one entry of this name and outcome, once it is there."""
    found: list[audit_pb2.AuditEntry] = []

    async def is_there() -> bool:
        found[:] = [entry for entry in await audit(service) if (entry.name, entry.outcome) == (name, outcome)]
        return len(found) == 1

    await eventually(is_there, f"one entry of {name} {outcome}")
    return found[0]


async def _refused(call: Awaitable[object]) -> grpc.StatusCode:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return caught.value.code()


async def test_a_call_without_a_token_is_refused_and_logged(service: ServiceProcess, embed: Any, audit: Audit) -> None:
    async with grpc.aio.insecure_channel(service.target) as channel:
        assert await _refused(embed(channel, "a", timeout=30)) is grpc.StatusCode.UNAUTHENTICATED
    entry = await _entry(audit, service, EMBED, "UNAUTHENTICATED")
    assert entry.decision == audit_pb2.DECISION_REFUSED
    assert entry.caller == ""


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic dGFuYWthOnBhc3M=", "abc", "Bearer abc", "Bearer a.b.c", "bearer  x"]
)
async def test_a_header_that_holds_no_valid_token_is_refused(service: ServiceProcess, embed: Any, header: str) -> None:
    async with grpc.aio.insecure_channel(service.target) as channel:
        call = embed(channel, "a", timeout=30, metadata=(("authorization", header),))
        assert await _refused(call) is grpc.StatusCode.UNAUTHENTICATED


@pytest.mark.parametrize("header", ["x-user", "x-forwarded-user", "x-roles", "monshin-caller"])
async def test_a_plain_header_is_never_trusted(service: ServiceProcess, embed: Any, header: str) -> None:
    async with grpc.aio.insecure_channel(service.target) as channel:
        call = embed(channel, "a", timeout=30, metadata=((header, "administrator"),))
        assert await _refused(call) is grpc.StatusCode.UNAUTHENTICATED


async def test_a_token_of_another_key_is_refused(service: ServiceProcess, embed: Any, tmp_path: Path) -> None:
    dev.create_keys(tmp_path / "other")
    token = dev.sign_token(tmp_path / "other" / dev.SIGNING_KEY, "administrator")
    assert await _refused(embed(service.channel(token=token), "a", timeout=30)) is grpc.StatusCode.UNAUTHENTICATED


async def test_an_expired_token_is_refused(service: ServiceProcess, embed: Any) -> None:
    token = service.token("administrator", ttl_s=-60)
    assert await _refused(embed(service.channel(token=token), "a", timeout=30)) is grpc.StatusCode.UNAUTHENTICATED


async def test_a_caller_without_the_scope_is_refused_and_logged_by_name(service: ServiceProcess, audit: Audit) -> None:
    stub = ann_pb2_grpc.AnnServiceStub(service.channel(token=service.token("viewer", subject="tanaka")))
    call = stub.DeleteCollection(ann_pb2.DeleteCollectionRequest(name="collections/a"), timeout=30)
    assert await _refused(call) is grpc.StatusCode.PERMISSION_DENIED
    entry = await _entry(audit, service, DELETE, "PERMISSION_DENIED")
    assert (entry.caller, list(entry.roles), entry.decision) == ("tanaka", ["viewer"], audit_pb2.DECISION_REFUSED)


async def test_a_method_without_a_scope_is_refused_to_everyone_and_logged(
    service: ServiceProcess, audit: Audit
) -> None:
    """Deny by default: a forgotten label must not open a method."""
    call: Any = service.channel("administrator").unary_unary(f"/{PEEK}", Empty.SerializeToString, Empty.FromString)
    assert await _refused(call(Empty(), timeout=30)) is grpc.StatusCode.PERMISSION_DENIED
    assert (await _entry(audit, service, PEEK, "PERMISSION_DENIED")).caller == "dev-administrator"


async def test_a_servicer_sees_the_verified_caller(service: ServiceProcess) -> None:
    stub = embed_pb2_grpc.EmbedServiceStub(service.channel(token=service.token("viewer", subject="tanaka")))
    request = embed_pb2.TokenizeRequest(kind=embed_pb2.KIND_RAW, texts=["a"])
    answer = await stub.Tokenize(request, metadata=(("x-user", "suzuki"),), timeout=30)
    assert list(answer.tokens[0].pieces) == ["tanaka"]


async def test_a_read_is_logged_once_with_its_trace(service: ServiceProcess, embed: Any, audit: Audit) -> None:
    traceparent = "00-" + "ab" * 16 + "-" + "cd" * 8 + "-01"
    await embed(service.channel("clinician"), "a", timeout=30, metadata=(("traceparent", traceparent),))
    entry = await _entry(audit, service, EMBED, "OK")
    assert entry.kind == audit_pb2.ENTRY_KIND_CALL
    assert entry.decision == audit_pb2.DECISION_ALLOWED
    assert entry.trace_id == "ab" * 16
    assert entry.time.seconds > 1_700_000_000


async def test_a_mutations_entry_is_on_disk_when_its_answer_comes(service: ServiceProcess, tmp_path: Path) -> None:
    stub = ann_pb2_grpc.AnnServiceStub(service.channel("model_developer"))
    for number in range(20):
        name = f"collections/c{number}"
        await stub.DeleteCollection(ann_pb2.DeleteCollectionRequest(name=name), timeout=30)
        with sqlite3.connect(tmp_path / "data" / "sample" / "outbox.sqlite") as connection:
            rows = connection.execute("SELECT resources FROM entries WHERE name=?", (DELETE,)).fetchall()
        assert rows[-1] == (f'["{name}"]',)


async def test_a_mutation_is_logged_once_as_accepted(service: ServiceProcess, audit: Audit) -> None:
    stub = ann_pb2_grpc.AnnServiceStub(service.channel())
    request = ann_pb2.CreateCollectionRequest(
        collection_id="notes", collection=ann_pb2.Collection(dim=3, metric="METRIC_L2")
    )
    await stub.CreateCollection(request, timeout=30)
    entry = await _entry(audit, service, CREATE, "ACCEPTED")
    assert list(entry.resources) == ["collections/notes"]
    assert [other.outcome for other in await audit(service) if other.name == CREATE] == ["ACCEPTED"]


async def test_a_mutation_that_is_refused_has_no_accepted_entry(service: ServiceProcess, audit: Audit) -> None:
    stub = ann_pb2_grpc.AnnServiceStub(service.channel())
    call = stub.DeleteCollection(ann_pb2.DeleteCollectionRequest(name="患者太郎"), timeout=30)
    assert await _refused(call) is grpc.StatusCode.INVALID_ARGUMENT
    entry = await _entry(audit, service, DELETE, "INVALID_ARGUMENT")
    assert list(entry.resources) == []
    assert [other.outcome for other in await audit(service) if other.name == DELETE] == ["INVALID_ARGUMENT"]


async def test_a_mutating_stream_is_logged_once_with_its_resource(service: ServiceProcess, audit: Audit) -> None:
    def chunk(name: str) -> ann_pb2.UpsertStreamRequest:
        request = ann_pb2.UpsertRequest(collection="collections/notes", ids=[name], vectors=vectors_pb2.Vectors(dim=1))
        return ann_pb2.UpsertStreamRequest(chunk=request)

    stub = ann_pb2_grpc.AnnServiceStub(service.channel())
    answers = [answer async for answer in stub.UpsertStream(iter([chunk("a"), chunk("b")]))]
    assert len(answers) == 2
    entry = await _entry(audit, service, "monshin.ann.v1.AnnService/UpsertStream", "ACCEPTED")
    assert list(entry.resources) == ["collections/notes"]


async def test_health_and_reflection_need_no_token_and_are_not_logged(service: ServiceProcess, audit: Audit) -> None:
    """The process that starts a service asks its health before anybody has a token."""
    assert not [entry for entry in await audit(service) if entry.name.startswith("grpc.")]


async def test_events_and_calls_are_told_apart(service: ServiceProcess) -> None:
    stub = audit_pb2_grpc.AuditServiceStub(service.channel("auditor"))
    answer = await stub.ListAuditEntries(audit_pb2.ListAuditEntriesRequest(kind="ENTRY_KIND_EVENT"), timeout=30)
    assert [(entry.name, entry.attributes_json) for entry in answer.entries] == [
        ("sample.started", '{"revision": "1"}')
    ]


async def test_the_log_is_read_on_from_where_one_stopped(service: ServiceProcess, embed: Any, audit: Audit) -> None:
    for _ in range(5):
        await embed(service.channel(), "a", timeout=30)
    await eventually(lambda: _has(audit, service, 6), "all are written")
    stub = audit_pb2_grpc.AuditServiceStub(service.channel("auditor"))
    seen: list[int] = []
    last = 0
    while True:
        request = audit_pb2.ListAuditEntriesRequest(service="sample", after_sequence=last, page_size=2)
        answer = await stub.ListAuditEntries(request, timeout=30)
        if answer.last_sequence == last or last > 8:
            break
        seen += [entry.sequence for entry in answer.entries]
        last = answer.last_sequence
    assert seen == list(range(1, len(seen) + 1))


async def _has(audit: Audit, service: ServiceProcess, count: int) -> bool:
    return len(await audit(service)) >= count


async def test_another_services_log_is_refused(service: ServiceProcess) -> None:
    stub = audit_pb2_grpc.AuditServiceStub(service.channel("auditor"))
    call = stub.ListAuditEntries(audit_pb2.ListAuditEntriesRequest(service="ann"), timeout=30)
    assert await _refused(call) is grpc.StatusCode.INVALID_ARGUMENT


async def test_the_log_is_not_for_everyone(service: ServiceProcess) -> None:
    stub = audit_pb2_grpc.AuditServiceStub(service.channel("clinician"))
    call = stub.ListAuditEntries(audit_pb2.ListAuditEntriesRequest(), timeout=30)
    assert await _refused(call) is grpc.StatusCode.PERMISSION_DENIED


async def test_a_hospitals_own_roles_hold(sample: Make, embed: Any, tmp_path: Path) -> None:
    (tmp_path / "roles.yaml").write_text("nurse: [embed.use]\n")
    async with sample(MONSHIN_ROLES_FILE=str(tmp_path / "roles.yaml")) as service:
        await embed(service.channel("nurse"), "a", timeout=30)
        call = embed(service.channel("administrator"), "a", timeout=30)
        assert await _refused(call) is grpc.StatusCode.PERMISSION_DENIED


async def test_a_new_key_in_the_key_file_is_believed_without_a_restart(
    service: ServiceProcess, embed: Any, tmp_path: Path
) -> None:
    dev.create_keys(tmp_path / "new")
    token = dev.sign_token(tmp_path / "new" / dev.SIGNING_KEY, "viewer")
    assert await _refused(embed(service.channel(token=token), "a", timeout=30)) is grpc.StatusCode.UNAUTHENTICATED
    (tmp_path / "new" / dev.JWKS).replace(tmp_path / "keys" / dev.JWKS)
    await embed(service.channel(token=token), "a", timeout=30)
