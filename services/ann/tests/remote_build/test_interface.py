"""The HTTP interface as OpenSearch's client and others meet it, against the real process."""

import base64
from typing import Any

import httpx
import pytest
from monshin_ann.remote_build.app import MAX_BODY_BYTES
from monshin_kit.testing import eventually
from monshin_protos.audit.v1 import audit_pb2, audit_pb2_grpc

pytestmark = pytest.mark.asyncio(loop_scope="module")

BODY = {
    "container_name": "hospital-vectors",
    "vector_path": "nowhere.knnvec",
    "doc_id_path": "nowhere.knndid",
    "dimension": 8,
    "doc_count": 10,
}


def basic(secret: bytes) -> str:
    """An Authorization header."""
    return "Basic " + base64.b64encode(secret).decode()


@pytest.mark.parametrize(
    "header",
    [
        "", "Basic", "Basic !", "Bearer b3BlbnNlYXJjaDpjb3JyZWN0IGhvcnNlIGJhdHRlcnk=", basic(b":"),
        basic(b"opensearch:"),
        basic(b"opensearch:correct horse batter"), basic(b"opensearch:correct horse battery "),
        basic(b"correct horse battery"), basic(b"OPENSEARCH:correct horse battery"),
    ],
    ids=range(10),
)  # fmt: skip
@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/_build"), ("GET", "/_status/x"), ("GET", "/nothing"), ("GET", "/")]
)
async def test_nothing_is_told_without_the_credential(opensearch: Any, header: str, method: str, path: str) -> None:
    async with httpx.AsyncClient(base_url=opensearch.http.base_url, trust_env=False) as http:
        answer = await http.request(method, path, headers={"Authorization": header} if header else {}, json=BODY)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic ")
    assert answer.json() == {"detail": "this port asks for basic authentication"}


async def test_a_build_is_in_the_access_log_before_it_is_answered_and_a_refusal_soon_after(opensearch: Any) -> None:
    """With the name of the caller and of the object that it makes; whoever is refused has no name. Hazard: an auditor
    finds an accepted build that never was."""
    body = {**BODY, "vector_path": "logged/a.knnvec"}
    job = (await opensearch.submit(body)).json()["job_id"]
    audit: Any = audit_pb2_grpc.AuditServiceStub(opensearch.process.channel("auditor"))

    async def entries() -> list[Any]:
        answer = await audit.ListAuditEntries(audit_pb2.ListAuditEntriesRequest(page_size=1000))
        return [entry for entry in answer.entries if entry.name.startswith("remote_build/")]

    async def outcomes() -> list[str]:
        mine = [entry for entry in await entries() if "s3://hospital-vectors/logged/a.faiss" in entry.resources]
        assert {(entry.name, entry.caller) for entry in mine} == {("remote_build/POST /_build", "opensearch")}
        return [entry.outcome for entry in mine]

    async def is_accepted_logged() -> bool:
        return (await outcomes()) == ["RECEIVED", "ACCEPTED"]

    assert (await outcomes())[0] == "RECEIVED"
    await eventually(is_accepted_logged, "that it was accepted is in the access log")
    assert (await opensearch.submit({**body, "doc_count": 11})).status_code == 409

    async def is_conflict_logged() -> bool:
        return "ABORTED" in [entry.outcome for entry in await entries()]

    await eventually(is_conflict_logged, "that the other was refused is in the access log")
    assert await outcomes() == ["RECEIVED", "ACCEPTED", "RECEIVED"], "and not that it was accepted"
    await opensearch.finished(job)
    async with httpx.AsyncClient(base_url=opensearch.http.base_url, trust_env=False) as http:
        await http.post("/_build", json=body, headers={"Authorization": basic(b"mallory:let me in please")})

    async def is_refusal_logged() -> bool:
        refused = [entry for entry in await entries() if entry.decision == audit_pb2.DECISION_REFUSED]
        return any((entry.caller, entry.outcome) == ("", "UNAUTHENTICATED") for entry in refused)

    await eventually(is_refusal_logged, "the refusal is in the access log")


async def test_an_unknown_job_is_not_found(opensearch: Any) -> None:
    assert (await opensearch.status("0" * 64)).status_code == 404
    assert (await opensearch.status("患者")).status_code == 404


async def test_other_paths_and_methods_are_not_there(opensearch: Any) -> None:
    assert (await opensearch.http.get("/_jobs")).status_code == 404
    assert (await opensearch.http.get("/_build")).status_code == 405
    assert (await opensearch.http.post("/_status/x")).status_code == 405
    assert (await opensearch.http.get("/docs")).status_code == 404


async def test_a_request_that_breaks_rules_is_refused_with_its_fields(opensearch: Any) -> None:
    answer = await opensearch.submit({**BODY, "dimension": -1, "data_type": "binary"})
    assert answer.status_code == 422
    assert {each["field"] for each in answer.json()["errors"]} == {"dimension", "data_type"}
    assert all(each["message"].startswith("must be") for each in answer.json()["errors"])


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff\xfe"], ids=range(4))
async def test_a_body_that_is_no_json_is_a_bad_request(opensearch: Any, body: bytes) -> None:
    assert (await opensearch.http.post("/_build", content=body)).status_code == 400


async def test_a_body_without_end_is_refused_before_it_is_read(opensearch: Any) -> None:
    answer = await opensearch.http.post("/_build", content=b" " * (MAX_BODY_BYTES + 1))
    assert answer.status_code == 422
    assert "more than" in answer.json()["detail"]


async def test_a_key_that_the_store_would_cut_is_refused(opensearch: Any) -> None:
    """Hazard: s3fs takes what stands before `?versionId=` for the key, and the index would replace another object."""
    opensearch.store.put("precious", b"kept")
    status = await opensearch.build({**BODY, "vector_path": "precious?versionId=1.knnvec"})
    assert status["task_status"] == "FAILED_INDEX_BUILD"
    assert opensearch.store.get("precious") == b"kept"


async def test_the_status_has_no_field_that_the_client_would_refuse(opensearch: Any) -> None:
    """Its parser throws at any other name."""
    job = (await opensearch.submit(BODY)).json()
    assert set(job) == {"job_id"}
    status = await opensearch.finished(job["job_id"])
    assert set(status) == {"task_status", "error_message"}


async def test_the_client_keeps_its_connection_between_polls(opensearch: Any) -> None:
    answer = await opensearch.status("x")
    assert answer.headers.get("connection", "keep-alive") == "keep-alive"
