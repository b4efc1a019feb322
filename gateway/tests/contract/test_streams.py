"""Streams of answers."""

import json

import httpx
import pytest
from echo_peer import EchoPeer
from google.rpc import code_pb2, status_pb2
from monshin_gateway.testing import GatewayProcess
from monshin_kit import errors
from monshin_kit.status import to_status

CHECK = {"corpus": "corpora/demo", "answer": "成人の用量は1回500 mgです。"}
WATCH = "/v1/corpora/demo/versions/1:watch"
EVENTS = {"accept": "text/event-stream"}


def read_events(response: httpx.Response) -> list[tuple[str, str, dict[str, object]]]:
    """(event, id, data) of each event."""
    found = []
    for block in response.text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if fields:
            found.append((fields["event"], fields.get("id", ""), json.loads(fields["data"])))
    return found


def test_messages_are_numbered_events_closed_by_an_end(gateway: GatewayProcess, echo: EchoPeer) -> None:
    echo.follow(messages=3)
    with gateway.client() as client:
        response = client.post("/v1/checkAnswer", json=CHECK, headers=EVENTS)
    assert response.headers["content-type"] == "text/event-stream"
    assert response.headers["cache-control"] == "no-store"
    found = read_events(response)
    assert [(kind, identity) for kind, identity, _ in found] == [
        ("message", "1"), ("message", "2"), ("message", "3"), ("end", "3.end"),
    ]  # fmt: skip


def test_messages_arrive_one_by_one_and_not_at_the_end(gateway: GatewayProcess, echo: EchoPeer) -> None:
    """The peer holds its stream open after two messages; both must be readable meanwhile."""
    echo.follow(messages=2, hold=True)
    with (
        gateway.client() as client,
        client.stream("POST", "/v1/checkAnswer", json=CHECK, headers={"accept": "application/x-ndjson"}) as response,
    ):
        lines = response.iter_lines()
        assert "claimsFound" in json.loads(next(lines))
        assert "claimsFound" in json.loads(next(lines))


def test_a_failure_before_the_first_message_has_its_own_status(gateway: GatewayProcess, echo: EchoPeer) -> None:
    echo.follow(status=to_status(errors.NotFound("monshin/Corpus", "corpora/demo")))
    with gateway.client() as client:
        response = client.post("/v1/checkAnswer", json=CHECK, headers=EVENTS)
    assert response.status_code == 404
    assert response.json()["resource"] == {"type": "monshin/Corpus", "name": "corpora/demo"}


@pytest.mark.parametrize("accept", ["text/event-stream", "application/x-ndjson"])
def test_a_failure_in_the_middle_ends_the_stream_with_a_problem(
    accept: str, gateway: GatewayProcess, echo: EchoPeer
) -> None:
    echo.follow(messages=3, break_after=2, status=status_pb2.Status(code=code_pb2.UNAVAILABLE, message="gone"))
    with gateway.client() as client:
        response = client.post("/v1/checkAnswer", json=CHECK, headers={"accept": accept})
    assert response.status_code == 200
    if accept == "text/event-stream":
        kinds = [(kind, identity) for kind, identity, _ in read_events(response)]
        assert kinds == [("message", "1"), ("message", "2"), ("error", "")]
        problem = read_events(response)[-1][2]
    else:
        problem = json.loads(response.text.splitlines()[-1])["error"]
    assert (problem["code"], problem["status"]) == ("UNAVAILABLE", 503)
    assert len(str(problem["traceId"])) == 32


def test_a_list_of_results_is_made_anew_and_its_known_part_left_out(gateway: GatewayProcess, echo: EchoPeer) -> None:
    echo.follow(messages=4)
    with gateway.client() as client:
        response = client.post("/v1/checkAnswer", json=CHECK, headers={**EVENTS, "last-event-id": "2"})
    assert [identity for _, identity, _ in read_events(response)] == ["3", "4", "4.end"]


def test_a_watched_state_is_told_as_it_is_now(gateway: GatewayProcess, echo: EchoPeer) -> None:
    """A watch starts with the present state: leaving out its first events would hide what the client came for."""
    echo.follow(messages=2)
    with gateway.client() as client:
        response = client.get(WATCH, headers={**EVENTS, "last-event-id": "5"})
    assert [identity for _, identity, _ in read_events(response)] == ["6", "7", "7.end"]


def test_a_client_that_has_read_everything_is_told_to_stop(gateway: GatewayProcess, echo: EchoPeer) -> None:
    echo.follow()
    with gateway.client() as client:
        response = client.get(WATCH, headers={**EVENTS, "last-event-id": "7.end"})
    assert response.status_code == 204
    assert echo.calls == []


def test_a_list_that_became_shorter_is_not_passed_off_as_complete(gateway: GatewayProcess, echo: EchoPeer) -> None:
    echo.follow(messages=1)
    with gateway.client() as client:
        response = client.post("/v1/checkAnswer", json=CHECK, headers={**EVENTS, "last-event-id": "3"})
    kind, _, problem = read_events(response)[-1]
    assert (kind, problem["code"]) == ("error", "FAILED_PRECONDITION")


def test_a_client_that_reads_no_stream_is_told_so_before_the_call(gateway: GatewayProcess, echo: EchoPeer) -> None:
    echo.follow()
    with gateway.client() as client:
        response = client.post("/v1/checkAnswer", json=CHECK, headers={"accept": "application/json"})
    assert response.status_code == 406
    assert echo.calls == []


def test_a_stream_has_no_time_limit_unless_the_client_sets_one(gateway: GatewayProcess, echo: EchoPeer) -> None:
    echo.follow()
    with gateway.client() as client:
        client.get(WATCH)
    assert echo.next_call().time_remaining_s is None
    echo.follow(hold=True)
    with gateway.client() as client:
        response = client.get(WATCH, headers={**EVENTS, "monshin-timeout-ms": "300"})
    assert read_events(response)[-1][2]["code"] == "DEADLINE_EXCEEDED"


@pytest.mark.slow
def test_a_silent_stream_says_every_15_seconds_that_it_lives(gateway: GatewayProcess, echo: EchoPeer) -> None:
    """Proxies cut connections on which nothing moves."""
    echo.follow(messages=0, hold=True)
    with gateway.client() as client, client.stream("POST", "/v1/checkAnswer", json=CHECK, headers=EVENTS) as response:
        assert next(response.iter_lines()) == ": keep-alive"


@pytest.mark.parametrize("method", ["stream", "unary"])
def test_a_client_that_leaves_cancels_the_call(method: str, gateway: GatewayProcess, echo: EchoPeer) -> None:
    """Hazard: an answer that nobody waits for goes on using the model."""
    echo.follow(hold=True)
    with gateway.client() as client:
        if method == "stream":
            with client.stream("POST", "/v1/checkAnswer", json=CHECK) as response:
                next(response.iter_lines())
        else:
            with pytest.raises(httpx.ReadTimeout):
                client.post("/v1/embed", json={"kind": "KIND_QUERY", "texts": ["x"]}, timeout=0.5)
    call = echo.next_call()
    assert call.ended.wait(5)
