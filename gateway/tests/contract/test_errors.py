"""What a client is told when a call fails."""

import time

import grpc
import httpx
import pytest
from echo_peer import EchoPeer
from google.rpc import code_pb2, status_pb2
from monshin_gateway.core.problem import HTTP_STATUS
from monshin_gateway.testing import GatewayProcess
from monshin_kit import errors
from monshin_kit.status import to_status
from monshin_kit.testing import free_port

CODES = [code for code in grpc.StatusCode if code is not grpc.StatusCode.OK]
EMBED = {"kind": "KIND_QUERY", "texts": ["痛み"]}


@pytest.mark.parametrize("code", CODES)
def test_every_status_of_a_service_becomes_its_problem(
    code: grpc.StatusCode, gateway: GatewayProcess, echo: EchoPeer
) -> None:
    echo.follow(status=status_pb2.Status(code=code_pb2.Code.Value(code.name), message="told words"))
    with gateway.client() as client:
        response = client.post("/v1/embed", json=EMBED)
    body = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    assert (response.status_code, body["status"], body["code"]) == (HTTP_STATUS[code.name],) * 2 + (code.name,)
    assert len(body["traceId"]) == 32


def test_the_details_of_a_status_reach_the_client(gateway: GatewayProcess, echo: EchoPeer) -> None:
    echo.follow(status=to_status(errors.ResourceExhausted("the queue is full", 1.5)))
    with gateway.client() as client:
        response = client.post("/v1/embed", json=EMBED)
    assert response.status_code == 429
    assert response.headers["retry-after"] == "2"
    assert response.json()["retryAfterMs"] == 1500
    assert response.json()["detail"] == "the queue is full"


def test_a_missing_scope_is_named(gateway: GatewayProcess, echo: EchoPeer) -> None:
    echo.follow(status=to_status(errors.PermissionDenied("no")))
    with gateway.client("viewer") as client:
        response = client.post("/v1/corpora", json={"corpusId": "x"})
    assert response.status_code == 403
    assert response.json()["requiredScope"] == "corpus.write"


@pytest.mark.parametrize(
    ("content", "status", "reason"),
    [
        (b'{"kind": "KIND_QUERY", "texts": ["\\ud800"]}', 400, "LONE_SURROGATE"),
        (b'{"kind": "KIND_QUERY", "texts": ["\xff"]}', 400, "INVALID_UTF8"),
        (b'{"kind": ', 400, "INVALID_JSON"),
        (b"[]", 400, "NOT_AN_OBJECT"),
        (b'{"kind": "KIND_QUERY", "txets": []}', 400, "UNKNOWN_FIELD"),
        (b'{"kind": 1.5}', 400, "WRONG_TYPE"),
    ],
)
def test_a_broken_body_is_refused_before_any_service_is_called(
    content: bytes, status: int, reason: str, gateway: GatewayProcess, echo: EchoPeer
) -> None:
    echo.follow()
    with gateway.client() as client:
        response = client.post("/v1/embed", content=content, headers={"content-type": "application/json"})
    assert response.status_code == status
    assert reason in [violation["reason"] for violation in response.json()["violations"]]
    assert echo.calls == []


def test_an_unknown_field_is_named(gateway: GatewayProcess) -> None:
    with gateway.client() as client:
        response = client.post("/v1/embed", json={**EMBED, "txets": []})
    violation = response.json()["violations"][0]
    assert (violation["field"], violation["description"]) == (
        "txets",
        "is not a field of EmbedRequest: did you mean texts?",
    )


def test_a_body_above_8_mib_is_refused(gateway: GatewayProcess, echo: EchoPeer) -> None:
    echo.follow()
    with gateway.client() as client:
        response = client.post("/v1/embed", json={**EMBED, "texts": ["x" * 9_000_000]})
        chunked = client.post(
            "/v1/embed", content=iter([b"x" * 3_000_000] * 3), headers={"content-type": "application/json"}
        )
    assert (response.status_code, chunked.status_code) == (413, 413)
    assert response.json()["reason"] == "BODY_TOO_LARGE"
    assert echo.calls == []


def test_a_body_of_8_mib_passes(gateway: GatewayProcess, echo: EchoPeer) -> None:
    echo.follow()
    with gateway.client() as client:
        response = client.post("/v1/embed", json={**EMBED, "texts": ["x" * 1_000_000] * 8})
    assert response.status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content-type": "application/x-www-form-urlencoded"}, 415),
        ({"content-type": "application/json", "content-encoding": "gzip"}, 415),
        ({"content-type": "application/json; charset=utf-8"}, 200),
        ({"content-type": "application/json", "monshin-timeout-ms": "soon"}, 400),
        ({"content-type": "application/json", "monshin-timeout-ms": "0"}, 400),
        ({"content-type": "application/json", "monshin-timeout-ms": "2000"}, 200),
    ],
)
def test_headers_are_obeyed_or_refused(
    headers: dict[str, str], status: int, gateway: GatewayProcess, echo: EchoPeer
) -> None:
    echo.follow()
    with gateway.client() as client:
        response = client.post("/v1/embed", content=b'{"kind":"KIND_QUERY","texts":["x"]}', headers=headers)
    assert response.status_code == status


@pytest.mark.parametrize("authorization", ["", "Basic dXNlcg==", "Bearer", "Token x"])
def test_a_call_without_a_bearer_token_is_refused_at_once(
    authorization: str, gateway: GatewayProcess, echo: EchoPeer
) -> None:
    echo.follow()
    response = httpx.post(f"{gateway.url}/v1/embed", json=EMBED, headers={"authorization": authorization})
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    assert echo.calls == []


def test_the_clients_time_limit_becomes_the_calls_deadline(gateway: GatewayProcess, echo: EchoPeer) -> None:
    echo.follow(hold=True)
    with gateway.client() as client:
        started = time.monotonic()
        response = client.post("/v1/embed", json=EMBED, headers={"monshin-timeout-ms": "300"})
        elapsed_s = time.monotonic() - started
    remaining_s = echo.next_call().time_remaining_s
    assert response.status_code == 504
    assert response.json()["code"] == "DEADLINE_EXCEEDED"
    assert elapsed_s < 2
    assert remaining_s is not None
    assert remaining_s < 0.4


def test_a_single_answer_has_30_seconds_by_default(gateway: GatewayProcess, echo: EchoPeer) -> None:
    echo.follow()
    with gateway.client() as client:
        client.post("/v1/embed", json=EMBED)
    remaining_s = echo.next_call().time_remaining_s
    assert remaining_s is not None
    assert 25 < remaining_s < 31


def test_a_service_that_is_down_is_told_within_a_second(gateway: GatewayProcess) -> None:
    home = gateway.home / "down"
    home.mkdir(exist_ok=True)
    with GatewayProcess(home, {"embed": f"127.0.0.1:{free_port()}"}) as lonely, lonely.client() as client:
        seconds = []
        for _ in range(3):
            started = time.monotonic()
            response = client.post("/v1/embed", json=EMBED)
            seconds.append(time.monotonic() - started)
    assert response.status_code == 503
    assert response.json()["retryAfterMs"] == 1000
    assert min(seconds) < 1


def test_a_service_whose_packets_vanish_is_told_within_a_second(gateway: GatewayProcess) -> None:
    """Hazard: a host that neither accepts nor refuses would hold a call until its deadline. 192.0.2.1 is TEST-NET-1."""
    home = gateway.home / "vanished"
    home.mkdir(exist_ok=True)
    with GatewayProcess(home, {"embed": "192.0.2.1:50051"}) as lonely, lonely.client() as client:
        seconds = []
        for _ in range(3):
            started = time.monotonic()
            response = client.post("/v1/embed", json=EMBED)
            seconds.append(time.monotonic() - started)
    assert response.status_code == 503
    assert min(seconds) < 1


def test_a_service_that_comes_back_serves_again(gateway: GatewayProcess) -> None:
    home = gateway.home / "back"
    home.mkdir(exist_ok=True)
    with EchoPeer() as first:
        target = first.target
    with GatewayProcess(home, {"embed": target}) as lonely, lonely.client() as client:
        assert client.post("/v1/embed", json=EMBED).status_code == 503
        with EchoPeer(target):
            deadline = time.monotonic() + 10
            while (status := client.post("/v1/embed", json=EMBED).status_code) != 200:
                assert time.monotonic() < deadline, status
                time.sleep(0.1)


def test_a_path_that_is_not_offered_is_a_problem_too(gateway: GatewayProcess) -> None:
    with gateway.client() as client:
        missing = client.get("/v1/patients")
        wrong_verb = client.put("/v1/corpora")
        broken = client.get("/v1/corpora/%ff")
    assert (missing.status_code, missing.json()["code"]) == (404, "NOT_FOUND")
    assert (wrong_verb.status_code, wrong_verb.headers["allow"]) == (405, "GET, POST")
    assert (broken.status_code, broken.json()["reason"]) == (400, "INVALID_UTF8")


def test_the_access_log_of_an_unknown_service_is_refused(gateway: GatewayProcess, echo: EchoPeer) -> None:
    with gateway.client() as client:
        response = client.get("/v1/auditEntries/billing")
    assert response.status_code == 400
    assert response.json()["detail"] == "must be one of embed, ann, factcheck"


def test_no_text_of_a_request_reaches_the_log(gateway: GatewayProcess, echo: EchoPeer) -> None:
    canary = "患者太郎"
    echo.follow(status=status_pb2.Status(code=code_pb2.INTERNAL, message="x"))
    with gateway.client() as client:
        client.post("/v1/embed", json={"kind": canary, "texts": [canary]})
        client.post("/v1/embed", json={**EMBED, "texts": [canary]})
        client.get(f"/v1/corpora/{canary}")
    assert canary not in gateway.log()
    assert "%E6%82%A3" not in gateway.log()
