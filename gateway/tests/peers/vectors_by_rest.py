"""Collections made and filled over the API, as any client would."""

import base64
from collections.abc import Sequence

import httpx
import numpy as np
import numpy.typing as npt

_CHUNK = 2000


def make_collection(
    client: httpx.Client, name: str, dim: int, readers: Sequence[str] = (), *, fingerprint: str = ""
) -> None:
    """An empty one under L2. fingerprint: digest that all vectors must come with."""
    collection: dict[str, object] = {"dim": dim, "metric": "METRIC_L2", "readers": list(readers)}
    if fingerprint:
        collection["fingerprint"] = {"digest": fingerprint}
    response = client.post("/v1/collections", json={"collectionId": name, "collection": collection})
    assert response.status_code == 200, response.text


def store_points(
    client: httpx.Client, name: str, count: int, dim: int, *, seed: int = 0, fingerprint: str = ""
) -> None:
    """Random points p0, p1, …"""
    store_rows(client, name, np.random.default_rng(seed).standard_normal((count, dim)), fingerprint=fingerprint)


def store_rows(client: httpx.Client, name: str, rows: npt.NDArray[np.float64], *, fingerprint: str = "") -> None:
    """As p0, p1, … with 32 bits a number."""
    for start in range(0, len(rows), _CHUNK):
        chunk = rows[start : start + _CHUNK].astype("<f4")
        data = base64.b64encode(chunk.tobytes()).decode()
        vectors = {"data": data, "dim": chunk.shape[1], "dtype": "D_TYPE_FLOAT32"}
        ids = [f"p{start + place}" for place in range(len(chunk))]
        body = {"ids": ids, "vectors": vectors, "fingerprintDigest": fingerprint}
        response = client.post(f"/v1/collections/{name}:upsert", json=body)
        assert response.status_code == 200, response.text
