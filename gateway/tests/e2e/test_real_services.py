"""The main job over REST, with the real embed, ann and factcheck behind the gateway."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
import pytest_asyncio
from monshin_gateway.testing import GatewayProcess
from monshin_kit.testing import ServiceProcess

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

NDJSON = {"content-type": "application/x-ndjson"}
TEXT = "😀敗血症が疑われる患者では、認知から1時間以内に乳酸測定、血液培養、抗菌薬投与、輸液の開始を完了する。"
ANSWER = "🩺敗血症が疑われる患者では、認知から3時間以内に乳酸測定、血液培養、抗菌薬投与、輸液の開始を完了します。"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gateway(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[GatewayProcess]:
    """All of them, on one home folder."""
    home = tmp_path_factory.mktemp("real")
    async with AsyncExitStack() as stack:
        embed = await stack.enter_async_context(ServiceProcess("monshin_embed", home))
        ann = await stack.enter_async_context(ServiceProcess("monshin_ann", home))
        env = {"MONSHIN_FACTCHECK_EMBED_TARGET": embed.target, "MONSHIN_FACTCHECK_ANN_TARGET": ann.target}
        factcheck = await stack.enter_async_context(ServiceProcess("monshin_factcheck", home, env))
        upstreams = {"embed": embed.target, "ann": ann.target, "factcheck": factcheck.target}
        with GatewayProcess(home, upstreams) as process, process.client() as client:
            publish(client)
            yield process


def publish(client: httpx.Client) -> None:
    """Makes the corpus `demo` with one document."""
    assert client.post("/v1/corpora", json={"corpusId": "demo"}).status_code == 200
    document = {"id": "sepsis", "title": "敗血症", "text": TEXT, "source": "試験", "date": "2024-02-09"}
    uploaded = client.post("/v1/corpora/demo:import", content=json.dumps({"document": document}), headers=NDJSON)
    assert uploaded.json() == {"inserted": "1", "replaced": "0", "unchanged": "0"}
    version = client.post("/v1/corpora/demo:publish", json={}).json()["name"]
    states = [event["version"]["state"] for event in messages(client.get(f"/v1/{version}:watch"))]
    assert states[-1] == "VERSION_STATE_PUBLISHED"


def messages(response: httpx.Response) -> list[dict[str, Any]]:
    """The messages of a stream of events that came to its end."""
    assert response.status_code == 200, response.text
    assert "event: end" in response.text
    return [
        json.loads(line.removeprefix("data: ")) for line in response.text.splitlines() if line.startswith('data: {"')
    ]


async def test_an_answer_goes_in_and_its_claims_come_back_with_evidence(gateway: GatewayProcess) -> None:
    """Offsets in UTF-16 slice both the answer and the document, although emojis stand before."""
    body = {"corpus": "corpora/demo", "answer": ANSWER, "offsetUnit": "OFFSET_UNIT_UTF16"}
    with gateway.client("clinician") as client:
        found, *results, end = messages(client.post("/v1/checkAnswer", json=body))
    assert found["claimsFound"]["version"] == "corpora/demo/versions/1"
    assert sum(end["summary"][name] for name in ("supported", "contradicted", "notEnoughEvidence")) == len(results)
    result = results[0]["claimResult"]
    assert result["verdict"] == "VERDICT_CONTRADICTED"
    evidence = result["evidence"][0]
    assert utf16(TEXT, evidence["span"]) == evidence["text"]
    conflict = next(one for one in result["findings"] if one["kind"] == "quantity_conflict")
    assert utf16(TEXT, conflict["evidenceSpan"]) == conflict["evidenceText"]
    span = conflict["claimSpan"]
    assert result["claim"]["text"][span["start"] : span["end"]] == conflict["claimText"]
    assert "3時間" in utf16(ANSWER, result["claim"]["span"])


async def test_a_bad_line_leaves_the_draft_as_it_was(gateway: GatewayProcess) -> None:
    good = json.dumps({"document": {"id": "more", "text": "本文。"}})
    with gateway.client() as client:
        response = client.post("/v1/corpora/demo:import", content=f"{good}\n{{broken\n", headers=NDJSON)
        corpus = client.get("/v1/corpora/demo").json()
    assert response.status_code == 400
    assert "line 2" in response.json()["detail"]
    assert corpus["draftDocuments"] == "1"


async def test_an_upload_that_is_cut_off_leaves_the_draft_as_it_was(gateway: GatewayProcess) -> None:
    """Ten times, since what a service sees of a cut is a matter of chance (see calls/client_stream.py)."""
    token = gateway.token()
    for attempt in range(10):
        line = json.dumps({"document": {"id": f"cut-{attempt}", "text": "本文。"}}).encode()
        _, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
        head = (
            f"POST /v1/corpora/demo:import HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
            "Content-Type: application/x-ndjson\r\nContent-Length: 100000\r\n\r\n"
        )
        writer.write(head.encode() + line + b"\n")
        await writer.drain()
        await asyncio.sleep(0.05)  # the line is on its way to the service
        writer.transport.abort()
    with gateway.client() as client:
        # A whole upload comes last: when it is stored, all that came before has been decided.
        again = json.dumps({"document": {"id": "sepsis", "title": "敗血症", "text": TEXT}})
        client.post("/v1/corpora/demo:import", content=again, headers=NDJSON)
        assert client.get("/v1/corpora/demo").json()["draftDocuments"] == "1"


async def test_the_services_decide_who_may_do_what(gateway: GatewayProcess) -> None:
    with gateway.client("viewer") as client:
        response = client.post("/v1/checkAnswer", json={"corpus": "corpora/demo", "answer": "x"})
    assert response.status_code == 403
    assert response.json()["requiredScope"] == "factcheck.check"
    response = httpx.get(f"{gateway.url}/v1/corpora", headers={"authorization": "Bearer forged.token.here"})
    assert response.status_code == 401


async def test_bounds_of_the_protos_are_told_under_their_json_names(gateway: GatewayProcess) -> None:
    with gateway.client() as client:
        response = client.get("/v1/corpora", params={"pageSize": 5000})
    assert response.status_code == 400
    assert response.json()["violations"][0]["field"] == "pageSize"


async def test_what_does_not_exist_is_named(gateway: GatewayProcess) -> None:
    with gateway.client() as client:
        response = client.post("/v1/checkAnswer", json={"corpus": "corpora/none", "answer": "x"})
    assert response.status_code == 404
    assert response.json()["resource"]["name"] == "corpora/none"


async def test_vectors_leave_as_base64_and_the_access_log_can_be_read(gateway: GatewayProcess) -> None:
    with gateway.client() as client:
        embedded = client.post("/v1/embed", json={"kind": "KIND_QUERY", "texts": ["頭痛"]}).json()
        entries = client.get("/v1/auditEntries/factcheck", params={"pageSize": 1000}).json()["entries"]
    assert isinstance(embedded["vectors"]["data"], str)
    assert "monshin.factcheck.v1.CorpusService/CreateCorpus" in {entry["name"] for entry in entries}


def utf16(text: str, span: dict[str, int]) -> str:
    """The stretch of a text, by UTF-16 offsets."""
    return text.encode("utf-16-le")[2 * span["start"] : 2 * span["end"]].decode("utf-16-le")
