"""A store that speaks S3 over HTTP (moto), the real process with its port open, requests as OpenSearch sends them."""

import asyncio
import base64
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import boto3  # type: ignore[import-untyped]
import httpx
import numpy as np
import pytest
import pytest_asyncio
from monshin_ann.remote_build.request import BuildRequest, parse
from monshin_kit.testing import ServiceProcess, free_port

BUCKET = "hospital-vectors"
USER, PASSWORD = "opensearch", "correct horse battery"
AWS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "ap-northeast-1"}
LIMIT_S = 120.0

Floats = Any

_numbers = count()


class Store:
    """moto's server in a process of its own, which a test may kill."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.credentials = AWS
        self.endpoint = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(port)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._wait()
        self.client: Any = boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            region_name=AWS["AWS_DEFAULT_REGION"],
        )
        self.client.create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": AWS["AWS_DEFAULT_REGION"]}
        )

    def put(self, key: str, content: bytes) -> None:
        """Stores an object."""
        self.client.put_object(Bucket=BUCKET, Key=key, Body=content)

    def get(self, key: str) -> bytes:
        """An object's content."""
        body: bytes = self.client.get_object(Bucket=BUCKET, Key=key)["Body"].read()
        return body

    def names(self, prefix: str = "") -> set[str]:
        """Of the objects that are there."""
        found = self.client.list_objects_v2(Bucket=BUCKET, Prefix=prefix)
        return {item["Key"] for item in found.get("Contents", [])}

    def kill(self) -> None:
        """As a power cut."""
        self._process.kill()
        self._process.wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + LIMIT_S
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(self.endpoint + "/moto-api/", timeout=1).close()
            except (urllib.error.URLError, OSError):
                assert self._process.poll() is None, "moto ended"
                time.sleep(0.1)
            else:
                return
        raise AssertionError("moto does not answer")


class OpenSearch:
    """The plugin's side: writes a segment's vectors as it does, asks as it does, waits as it does, only faster."""

    def __init__(self, store: Store, target: str, process: ServiceProcess | None = None, verify: Any = True) -> None:
        self.store = store
        self.process = process
        secret = base64.b64encode(f"{USER}:{PASSWORD}".encode("latin-1")).decode()
        self.http = httpx.AsyncClient(
            base_url=target, headers={"Authorization": f"Basic {secret}"}, timeout=30, trust_env=False, verify=verify
        )

    def write(self, rows: Floats, ids: Floats | None = None) -> str:
        """Puts vectors and document numbers, in little endian; gives the key without its suffix."""
        key = f"vectors/6Rt1/knn-vectors/{next(_numbers)}_診療記録_0"
        numbers = np.arange(len(rows)) if ids is None else ids
        self.store.put(f"{key}.knnvec", np.ascontiguousarray(rows).tobytes())
        self.store.put(f"{key}.knndid", np.asarray(numbers, dtype="<i4").tobytes())
        return key

    async def submit(self, body: dict[str, Any]) -> httpx.Response:
        """POST /_build."""
        return await self.http.post("/_build", json=body, headers={"Content-Type": "application/json; charset=UTF-8"})

    async def status(self, job_id: str) -> httpx.Response:
        """GET /_status."""
        return await self.http.get(f"/_status/{job_id}")

    async def build(self, body: dict[str, Any]) -> dict[str, Any]:
        """Submits, then asks until the build has ended; the last status."""
        answer = await self.submit(body)
        assert answer.status_code == 200, answer.text
        return await self.finished(answer.json()["job_id"])

    async def finished(self, job_id: str) -> dict[str, Any]:
        """The status once it is not RUNNING_INDEX_BUILD any more."""
        deadline = time.monotonic() + LIMIT_S
        while time.monotonic() < deadline:
            answer = await self.status(job_id)
            assert answer.status_code == 200, answer.text
            status: dict[str, Any] = answer.json()
            if status["task_status"] != "RUNNING_INDEX_BUILD":
                return status
            await asyncio.sleep(0.05)
        raise AssertionError(f"not finished within {LIMIT_S} s")


def as_sent(key: str, rows: Floats, space: str = "l2", **changed: Any) -> dict[str, Any]:
    """A request with the fields that OpenSearch 3.7 and newer send; `changed` replaces some, None leaves one out."""
    body = {
        "repository_type": "s3",
        "container_name": BUCKET,
        "vector_path": f"{key}.knnvec",
        "doc_id_path": f"{key}.knndid",
        "tenant_id": "hospital-cluster",
        "dimension": rows.shape[1],
        "doc_count": rows.shape[0],
        "data_type": "float",
        "engine": "faiss",
        "index_parameters": {
            "space_type": space,
            "algorithm": "hnsw",
            "algorithm_parameters": {"m": 16, "ef_construction": 100, "ef_search": 100},
        },
        "skip_stored_vectors": False,
    }
    return {name: value for name, value in {**body, **changed}.items() if value is not None}


def sampled(rows: int, dim: int, seed: int = 0) -> tuple[Floats, Floats]:
    """float32 vectors as embeddings are (few directions, clusters, some noise), and 200 queries of the same kind."""
    rng = np.random.default_rng(seed)
    directions, centres = rng.standard_normal((16, dim)), 1.2 * rng.standard_normal((40, 16))

    def draw(count: int) -> Floats:
        inner = centres[rng.integers(0, len(centres), count)] + 0.6 * rng.standard_normal((count, 16))
        return (inner @ directions + 0.2 * rng.standard_normal((count, dim))).astype("<f4")

    return draw(rows), draw(200)


def true_nearest(rows: Floats, queries: Floats, k: int, space: str) -> Floats:
    """Row numbers by brute force in float64."""
    x, q = rows.astype(np.float64), queries.astype(np.float64)
    if space == "l2":
        return np.argsort(((q[:, None] - x[None]) ** 2).sum(axis=2), axis=1, kind="stable")[:, :k]
    return np.argsort(-(q @ x.T), axis=1, kind="stable")[:, :k]


def recall(found: Floats, true: Floats) -> float:
    """Share of the true nearest that were found."""
    return float((found[:, :, None] == true[:, None, :]).any(axis=1).mean())


@pytest.fixture
def sent() -> Callable[..., dict[str, Any]]:
    """`as_sent`."""
    return as_sent


@pytest.fixture
def request_of() -> Callable[..., BuildRequest]:
    """The request that a body makes."""
    import json

    return lambda *args, **changed: parse(json.dumps(as_sent(*args, **changed)).encode())


@pytest.fixture
def sample() -> Callable[..., tuple[Floats, Floats]]:
    """`sampled`."""
    return sampled


@pytest.fixture
def exact() -> Callable[..., Floats]:
    """`true_nearest`."""
    return true_nearest


@pytest.fixture
def recall_of() -> Callable[[Floats, Floats], float]:
    """`recall`."""
    return recall


@pytest.fixture(scope="session")
def store() -> Iterator[Store]:
    """One store for all tests that leave it alive."""
    running = Store(free_port())
    yield running
    running.kill()


@pytest.fixture
def mortal_store() -> Iterator[Store]:
    """One that the test may kill."""
    running = Store(free_port())
    yield running
    running.kill()


def process_of(home: Path, store: Store, **env: str) -> tuple[ServiceProcess, str]:
    """The real service with the port of remote builds, and the port's address."""
    port = free_port()
    (home / "credential").write_text(f"{USER}:{PASSWORD}\n")
    settings = {
        "PORT": str(port),
        "CREDENTIAL_FILE": str(home / "credential"),
        "S3_ENDPOINT": store.endpoint,
        "THREADS": "1",
    }
    settings = {f"MONSHIN_ANN_REMOTE_BUILD_{name}": value for name, value in settings.items()}
    return ServiceProcess("monshin_ann", home, {**AWS, **settings, **env}), f"http://127.0.0.1:{port}"


@pytest.fixture
def builder_process(tmp_path: Path) -> Callable[..., tuple[ServiceProcess, str]]:
    """`process_of` in the test's folder."""
    return lambda store, **env: process_of(tmp_path, store, **env)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opensearch(store: Store, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[OpenSearch]:
    """A client of one process that all tests of a module share."""
    process, target = process_of(tmp_path_factory.mktemp("ann"), store)
    async with process:
        client = OpenSearch(store, target, process)
        yield client
        await client.http.aclose()


@pytest.fixture
def connect() -> Callable[..., OpenSearch]:
    """Makes a client of a store and an address."""
    return OpenSearch
