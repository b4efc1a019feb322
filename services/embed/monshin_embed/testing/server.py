"""A server process of embed with a stub and its metrics."""

import asyncio
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from monshin_kit.testing import ServiceProcess, free_port
from monshin_protos.embed.v1 import embed_pb2, embed_pb2_grpc
from numpy.typing import NDArray
from prometheus_client.parser import text_string_to_metric_families

FIRST_START_S = 600.0  # converting the default model, which a cache folder keeps for the next time


class EmbedServer:
    """Runs while its block runs. cache_dir: of converted models; share it between tests. env: further settings."""

    def __init__(self, home: Path, cache_dir: Path, env: Mapping[str, str] | None = None) -> None:
        self._metrics_port = free_port()
        settings = {"MONSHIN_EMBED_CACHE_DIR": str(cache_dir), "MONSHIN_METRICS_PORT": str(self._metrics_port)}
        self.process = ServiceProcess("monshin_embed", home, {**settings, **(env or {})})

    async def __aenter__(self) -> Self:
        await self.process.start()
        await self.process.wait_serving(FIRST_START_S)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, stack: TracebackType | None
    ) -> None:
        await self.process.__aexit__(kind, error, stack)

    def stub(self, role: str = "service") -> "embed_pb2_grpc.EmbedServiceAsyncStub":
        """Calls with a token of this role."""
        # The asynchronous class is known to the type checker only.
        stub: embed_pb2_grpc.EmbedServiceAsyncStub = embed_pb2_grpc.EmbedServiceStub(self.process.channel(role))
        return stub

    async def metric(self, name: str, **labels: str) -> float:
        """The sum of a metric's samples with these labels; 0 before the first."""
        page = await asyncio.to_thread(self._metrics_page)
        samples = (sample for family in text_string_to_metric_families(page) for sample in family.samples)
        return sum(s.value for s in samples if s.name == name and labels.items() <= s.labels.items())

    def _metrics_page(self) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self._metrics_port}/metrics", timeout=10) as page:
            content: bytes = page.read()
        return content.decode()


def rows(response: embed_pb2.EmbedResponse) -> NDArray[np.float32]:
    """The float32 matrix of a response."""
    return np.frombuffer(response.vectors.data, "<f4").reshape(-1, response.vectors.dim)
