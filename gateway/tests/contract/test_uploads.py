"""Streams of requests: NDJSON bodies."""

import json
from collections.abc import Iterator
from threading import Event

import httpx
import pytest
from echo_peer import EchoPeer
from monshin_gateway.testing import GatewayProcess
from monshin_kit import errors
from monshin_kit.status import to_status
from monshin_protos.factcheck.v1.corpus_pb2 import ImportDocumentsRequest, NewDocument

IMPORT = "/v1/corpora/demo:import"
NDJSON = {"content-type": "application/x-ndjson"}


def line(identity: str, text: str = "本文") -> bytes:
    """One document."""
    return json.dumps({"document": {"id": identity, "text": text}}).encode() + b"\n"


def test_each_line_is_a_message_and_the_first_names_the_corpus(gateway: GatewayProcess, echo: EchoPeer) -> None:
    echo.follow()
    with gateway.client() as client:
        response = client.post(IMPORT, content=line("a") + b"\r\n\n" + line("b").rstrip(), headers=NDJSON)
    assert response.status_code == 200
    assert echo.next_call().requests == [
        ImportDocumentsRequest(corpus="corpora/demo", document=NewDocument(id="a", text="本文")),
        ImportDocumentsRequest(document=NewDocument(id="b", text="本文")),
    ]


def test_lines_are_sent_on_while_the_upload_goes_on(gateway: GatewayProcess, echo: EchoPeer) -> None:
    """An upload of any size needs the memory of one line: the first reaches the service before the last is sent."""
    echo.follow()
    has_arrived = Event()

    def body() -> Iterator[bytes]:
        yield line("a")
        echo.next_call()
        has_arrived.set()
        yield line("b")

    with gateway.client() as client:
        response = client.post(IMPORT, content=body(), headers=NDJSON)
    assert has_arrived.is_set()
    assert response.status_code == 200


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (b'{"document": {"id": "b", "text": "x"}\n', "line 3: the text is not JSON"),
        (b'{"document": {"id": "b", "txet": "x"}}\n', "line 3: document.txet: is not a field of NewDocument"),
        (b'{"document": {"id": "b", "text": "\\ud800"}}\n', "line 3: document.text: the string has a lone surrogate"),
        (b'{"document": {"id": "b", "text": "\xff"}}\n', "line 3: the text is not UTF-8"),
        (b"[]\n", "line 3: the JSON value must be an object"),
        (b'{"corpus": "corpora/x", "document": {"id": 1}}\n', "line 3: document.id: must be a string"),
    ],
)
def test_a_bad_line_is_named_and_cuts_the_stream(
    bad: bytes, words: str, gateway: GatewayProcess, echo: EchoPeer
) -> None:
    """The service must see a stream that was cut, never one that ended: it then leaves the draft as it was."""
    echo.follow()
    with gateway.client() as client:
        response = client.post(IMPORT, content=line("a") + b"\n" + bad + line("c"), headers=NDJSON)
    assert response.status_code == 400
    assert words in response.json()["detail"]
    call = echo.next_call()
    assert call.handled.wait(5)
    assert call.was_cut


def test_a_bad_first_line_calls_no_service(gateway: GatewayProcess, echo: EchoPeer) -> None:
    echo.follow()
    with gateway.client() as client:
        response = client.post(IMPORT, content=b"{}x\n" + line("b"), headers=NDJSON)
    assert (response.status_code, echo.calls) == (400, [])
    assert response.json()["violations"][0]["field"] == "line 1"


def test_a_first_line_of_another_corpus_is_refused(gateway: GatewayProcess) -> None:
    with gateway.client() as client:
        response = client.post(
            IMPORT, content=b'{"corpus":"corpora/x","document":{"id":"a","text":"x"}}', headers=NDJSON
        )
    assert response.status_code == 400
    assert "differs from the path" in response.json()["detail"]


def test_an_upload_that_is_cut_off_is_cut_for_the_service_too(gateway: GatewayProcess, echo: EchoPeer) -> None:
    """Hazard: a browser closed in the middle of an upload would leave half of the documents."""
    echo.follow()

    def body() -> Iterator[bytes]:
        yield line("a")
        echo.next_call()
        raise KeyboardInterrupt

    with gateway.client() as client, pytest.raises(KeyboardInterrupt):
        client.post(IMPORT, content=body(), headers=NDJSON)
    call = echo.next_call()
    assert call.handled.wait(5)
    assert call.was_cut


def test_a_refusal_of_the_service_reaches_a_client_that_is_still_sending(
    gateway: GatewayProcess, echo: EchoPeer
) -> None:
    echo.follow(status=to_status(errors.InvalidInput("twice", field="document.id")))
    with gateway.client() as client:
        response = client.post(IMPORT, content=iter([line("a")] * 2000), headers=NDJSON)
    assert response.status_code == 400
    assert response.json()["violations"][0]["field"] == "document.id"


def test_a_line_above_8_mib_is_refused(gateway: GatewayProcess, echo: EchoPeer) -> None:
    echo.follow()
    with gateway.client() as client:
        response = client.post(IMPORT, content=line("a") + line("b", "x" * 9_000_000), headers=NDJSON)
    assert response.status_code == 413
    assert "line 2" in response.json()["detail"]
    assert echo.next_call().ended.wait(5)


def test_an_upload_may_be_longer_than_8_mib(gateway: GatewayProcess, echo: EchoPeer) -> None:
    echo.follow()
    with gateway.client() as client:
        response = client.post(IMPORT, content=(line(str(n), "x" * 100_000) for n in range(120)), headers=NDJSON)
    assert response.status_code == 200
    assert len(echo.next_call().requests) == 120


@pytest.mark.parametrize(
    ("content", "headers", "status"), [(b"", NDJSON, 400), (b"\n\n", NDJSON, 400), (b"{}", {}, 415)]
)
def test_an_empty_or_unnamed_upload_is_refused(
    content: bytes, headers: dict[str, str], status: int, gateway: GatewayProcess, echo: EchoPeer
) -> None:
    echo.follow()
    with gateway.client() as client:
        response = client.post(IMPORT, content=content, headers=headers)
    assert (response.status_code, echo.calls) == (status, [])


def test_a_path_with_a_token_of_nobody_is_refused(gateway: GatewayProcess, echo: EchoPeer) -> None:
    echo.follow()
    response = httpx.post(f"{gateway.url}{IMPORT}", content=line("a"), headers=NDJSON)
    assert (response.status_code, echo.calls) == (401, [])
