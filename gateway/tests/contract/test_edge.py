"""What stands around every answer: headers, health, start and stop."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from echo_peer import EchoPeer
from google.rpc import code_pb2, status_pb2
from grpc_health.v1 import health_pb2
from monshin_gateway.testing import GatewayProcess
from monshin_gateway.web.security import CONTENT_SECURITY_POLICY
from monshin_kit.testing import eventually


@pytest.mark.parametrize(
    "path", ["/ui/", "/ui/app.js", "/docs", "/v1/corpora", "/healthz", "/nowhere", "/openapi.json"]
)
def test_every_answer_carries_the_security_headers(path: str, gateway: GatewayProcess) -> None:
    headers = httpx.get(gateway.url + path).headers
    assert headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "server" not in headers


def test_the_policy_allows_neither_inline_nor_foreign_code() -> None:
    for word in ("unsafe", "http:", "https:", "data:", "blob:", "*"):
        assert word not in CONTENT_SECURITY_POLICY
    assert CONTENT_SECURITY_POLICY.startswith("default-src 'none'")


def test_no_foreign_origin_may_call_unless_it_is_listed(
    gateway: GatewayProcess, echo: EchoPeer, tmp_path: Path
) -> None:
    question = {"origin": "https://ehr.example", "access-control-request-method": "POST"}
    closed = httpx.options(f"{gateway.url}/v1/embed", headers=question)
    assert "access-control-allow-origin" not in closed.headers
    env = {"MONSHIN_GATEWAY_CORS_ORIGINS": "https://ehr.example"}
    with GatewayProcess(tmp_path, {"embed": echo.target}, env) as listed:
        opened = httpx.options(f"{listed.url}/v1/embed", headers=question)
        other = httpx.options(f"{listed.url}/v1/embed", headers={**question, "origin": "https://evil.example"})
    assert opened.headers["access-control-allow-origin"] == "https://ehr.example"
    assert "access-control-allow-credentials" not in opened.headers
    assert "access-control-allow-origin" not in other.headers


def test_a_listed_origin_can_read_a_problem_too(echo: EchoPeer, tmp_path: Path) -> None:
    env = {"MONSHIN_GATEWAY_CORS_ORIGINS": "https://ehr.example"}
    with GatewayProcess(tmp_path, {"embed": echo.target}, env) as listed:
        response = httpx.get(f"{listed.url}/v1/embed/models", headers={"origin": "https://ehr.example"})
    assert response.status_code == 401
    assert response.headers["access-control-allow-origin"] == "https://ehr.example"


async def test_readiness_follows_the_services(gateway: GatewayProcess, echo: EchoPeer) -> None:
    whole = {"status": "SERVING", "services": {"embed": "SERVING", "ann": "SERVING", "factcheck": "SERVING"}}
    # On a busy machine the first question of a new channel may take longer than the gateway waits.
    await eventually(lambda: httpx.get(f"{gateway.url}/readyz").json() == whole, "all are SERVING")
    echo.health.set("", health_pb2.HealthCheckResponse.NOT_SERVING)
    try:
        response = httpx.get(f"{gateway.url}/readyz")
        watched = httpx.get(f"{gateway.url}/services")
    finally:
        echo.health.set("", health_pb2.HealthCheckResponse.SERVING)
    assert response.status_code == 503
    assert response.json()["services"]["ann"] == "NOT_SERVING"
    assert watched.status_code == 200
    assert httpx.get(f"{gateway.url}/healthz").status_code == 200


def test_one_trace_goes_from_the_client_through_the_gateway_to_the_service(
    gateway: GatewayProcess, echo: EchoPeer
) -> None:
    trace_id = "4bf92f3577b34da6a3ce929d0e0e4736"
    with gateway.client() as client:
        echo.follow()
        client.get("/v1/embed/models", headers={"traceparent": f"00-{trace_id}-00f067aa0ba902b7-01"})
        assert echo.next_call().metadata["traceparent"].split("-")[1] == trace_id
        echo.follow(status=status_pb2.Status(code=code_pb2.NOT_FOUND, message="none"))
        problem = client.get("/v1/embed/models").json()
    assert echo.next_call().metadata["traceparent"].split("-")[1] == problem["traceId"]


def test_the_root_leads_to_the_web_app(gateway: GatewayProcess) -> None:
    response = httpx.get(gateway.url, follow_redirects=True)
    assert response.url.path == "/ui/"
    assert response.headers["content-type"].startswith("text/html")


def test_files_outside_the_web_app_are_not_served(gateway: GatewayProcess) -> None:
    for path in ("/ui/../pyproject.toml", "/ui/%2e%2e/pyproject.toml", "/ui/..%2fpyproject.toml", "/ui/none.js"):
        assert httpx.get(gateway.url + path).status_code == 404


def test_the_port_is_open_soon_after_the_start(echo: EchoPeer, tmp_path: Path) -> None:
    started = time.monotonic()
    with GatewayProcess(tmp_path, {"embed": echo.target}):
        assert time.monotonic() - started < 5  # 0.9 s alone on the machine; other work may share it


def test_what_the_gateway_refuses_is_in_its_log_without_path_or_body(gateway: GatewayProcess) -> None:
    """No service sees such a request, so no access log tells of it."""
    trace_id = httpx.get(f"{gateway.url}/v1/collections/patient-4711").json()["traceId"]
    lines = [json.loads(line) for line in gateway.log().splitlines()]
    (entry,) = [line for line in lines if line.get("trace_id") == trace_id]
    wanted = {"rpc": "monshin.ann.v1.AnnService/GetCollection", "code": "UNAUTHENTICATED", "reason": "TOKEN_MISSING"}
    assert wanted.items() <= entry.items()
    assert "4711" not in json.dumps(entry)


def test_a_stop_lets_a_running_request_end(echo: EchoPeer, tmp_path: Path) -> None:
    with GatewayProcess(tmp_path, {"embed": echo.target}) as process:
        assert process.stop() == 0


@pytest.mark.parametrize(
    ("env", "words"),
    [
        ({"MONSHIN_HOST": "0.0.0.0"}, "MONSHIN_GATEWAY_TLS_CERTIFICATE"),
        (
            {"MONSHIN_HOST": "0.0.0.0", "MONSHIN_GATEWAY_DEV_SIGN_IN": "1", "MONSHIN_ALLOW_PLAINTEXT": "1"},
            "must be loopback",
        ),
        ({"MONSHIN_GATEWAY_UPSTREAMS": "embed"}, "name=host:port"),
        ({"MONSHIN_GATEWAY_DEV_TOKEN_S": "long"}, "MONSHIN_GATEWAY_DEV_TOKEN_S"),
        ({"MONSHIN_SERVICE_TOKEN_FILE": "/run/service.token"}, "unset it"),
    ],
)
def test_a_setting_that_cannot_be_meant_stops_the_start(env: dict[str, str], words: str) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "monshin_gateway"],
        env={**os.environ, **env},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 1
    assert words in run.stderr.decode()
