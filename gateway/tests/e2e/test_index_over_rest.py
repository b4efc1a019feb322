"""Graphs and copies of collections over REST, with the real ann behind the gateway."""

import base64
import hashlib
import io
import json
from collections.abc import Iterator
from typing import Any

import httpx
import numpy as np
import pytest
from ann_host import AnnHost
from monshin_gateway.testing import GatewayProcess
from vectors_by_rest import make_collection, store_points

INDEX = "/v1/collections/notes/index"
NDJSON = {"content-type": "application/x-ndjson"}
COUNT = 4000


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """An administrator's; the collection `notes` is held, without a graph."""
    home = tmp_path_factory.mktemp("ann")
    with (
        AnnHost(home, {"MONSHIN_ANN_SEAL_POINTS": "1000"}) as ann,
        GatewayProcess(home, {"ann": ann.target}) as gateway,
        gateway.client() as client,
    ):
        make_collection(client, "notes", 8)
        assert client.post(f"{INDEX}:cancelBuild", json={}).json()["state"] == "INDEX_STATE_HELD"
        store_points(client, "notes", COUNT, 8)
        yield client


def lines(response: httpx.Response) -> list[dict[str, Any]]:
    """The messages of an NDJSON stream."""
    assert response.status_code == 200, response.text
    return [json.loads(line) for line in response.text.splitlines()]


def snapshot(client: httpx.Client) -> list[dict[str, Any]]:
    """As the service sends it."""
    return lines(client.get("/v1/collections/notes:snapshot", headers={"accept": NDJSON["content-type"]}))


def restore(client: httpx.Client, messages: list[dict[str, Any]]) -> httpx.Response:
    """Sends a snapshot back; the first line needs no name, which is the path's."""
    body = "\n".join(json.dumps(message) for message in messages)
    return client.post("/v1/collections/notes:restore", content=body, headers=NDJSON)


def load(client: httpx.Client, matrix: np.ndarray, **changed: Any) -> httpx.Response:
    """Sends a matrix as an .npy file in two lines; its ids are x0, x1 …"""
    buffer = io.BytesIO()
    np.save(buffer, matrix)
    data = buffer.getvalue()
    first = {
        "format": "IMPORT_FORMAT_NPY",
        "size": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "idPrefix": "x",
    }
    pieces = [base64.b64encode(piece).decode() for piece in (data[:500], data[500:])]
    messages = [{**first, **changed, "data": pieces[0]}, {"data": pieces[1]}]
    body = "\n".join(json.dumps(message) for message in messages)
    return client.post("/v1/collections/loaded:import", content=body, headers=NDJSON)


def points(client: httpx.Client) -> str:
    """How many there are, as JSON has it."""
    return str(client.get("/v1/collections/notes").json()["stats"]["points"])


def test_a_build_is_begun_and_watched_to_its_end(client: httpx.Client) -> None:
    assert client.get(INDEX).json()["headPoints"] == str(COUNT)
    begun = client.post(f"{INDEX}:build", json={})
    assert begun.status_code == 200, begun.text
    with client.stream("GET", f"{INDEX}:watch", headers={"accept": "text/event-stream"}) as events:
        text = events.read().decode()
    assert "event: end" in text
    states = [json.loads(line[6:])["index"] for line in text.splitlines() if line.startswith('data: {"')]
    assert states[-1]["state"] == "INDEX_STATE_READY"
    assert [segment["points"] for segment in states[-1]["segments"]] == [str(COUNT)]
    assert any(state["build"] for state in states)


def test_a_snapshot_goes_back_line_by_line(client: httpx.Client) -> None:
    messages = snapshot(client)
    data = b"".join(base64.b64decode(message["data"]) for message in messages)
    assert hashlib.sha256(data).hexdigest() == messages[-1]["sha256"]
    assert client.post("/v1/collections/notes:deletePoints", json={"ids": {"ids": ["p0"]}}).status_code == 200
    assert points(client) == str(COUNT - 1)
    response = restore(client, messages)
    assert response.status_code == 200, response.text
    assert response.json()["stats"]["points"] == points(client) == str(COUNT)


@pytest.mark.parametrize("fault", ["a changed byte", "cut off", "no checksum"])
def test_a_damaged_snapshot_is_refused_and_changes_nothing(fault: str, client: httpx.Client) -> None:
    messages = snapshot(client)
    match fault:
        case "a changed byte":
            data = bytearray(base64.b64decode(messages[0]["data"]))
            data[5000] ^= 1
            messages[0]["data"] = base64.b64encode(data).decode()
        case "cut off":
            del messages[0]
        case _:
            messages[-1]["sha256"] = ""
    client.post("/v1/collections/notes:deletePoints", json={"ids": {"ids": ["p1"]}})
    before = points(client)
    response = restore(client, messages)
    assert response.status_code == 400, response.text
    assert points(client) == before


def test_an_export_names_its_file(client: httpx.Client) -> None:
    url = "/v1/collections/notes:export"
    parts = lines(
        client.get(url, params={"format": "EXPORT_FORMAT_PARQUET"}, headers={"accept": NDJSON["content-type"]})
    )
    assert {part["file"] for part in parts} == {"points.parquet"}
    assert base64.b64decode(parts[0]["data"])[:4] == b"PAR1"


def test_an_unknown_format_is_named(client: httpx.Client) -> None:
    response = client.get("/v1/collections/notes:export", params={"format": "EXPORT_FORMAT_UNSPECIFIED"})
    assert response.status_code == 400
    assert response.json()["violations"][0]["field"] == "format"


def test_a_file_is_loaded_line_by_line_or_refused_as_a_whole(client: httpx.Client) -> None:
    make_collection(client, "loaded", 8)
    matrix = np.arange(800, dtype=np.float32).reshape(100, 8)
    damaged = load(client, matrix, sha256="0" * 64)
    assert damaged.status_code == 400
    assert "sha256" in damaged.text
    matrix[7, 0] = np.nan
    wrong = load(client, matrix)
    assert wrong.status_code == 400
    assert "rows[7]" in wrong.text
    assert client.get("/v1/collections/loaded").json()["stats"].get("points", "0") == "0"
    matrix[7, 0] = 56
    loaded = load(client, matrix)
    assert loaded.status_code == 200, loaded.text
    assert loaded.json()["inserted"] == "100"
    got = client.post("/v1/collections/loaded:getPoints", json={"ids": ["x7"], "withVectors": True})
    assert got.status_code == 200, got.text
    vector = np.frombuffer(base64.b64decode(got.json()["points"]["vectors"]["data"]), "<f4")
    assert vector.tolist() == matrix[7].tolist()
