"""Calls of the sample service, and what its access log says."""

import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import grpc
import pytest
from monshin_kit.testing import ServiceProcess
from monshin_protos.audit.v1 import audit_pb2, audit_pb2_grpc
from monshin_protos.embed.v1 import embed_pb2, embed_pb2_grpc

Embed = Callable[..., Awaitable[embed_pb2.EmbedResponse]]


@pytest.fixture
def embed() -> Embed:
    """Calls Embed with one text; further arguments are those of the gRPC call."""

    async def call(channel: grpc.aio.Channel, text: str, **options: Any) -> embed_pb2.EmbedResponse:
        request = embed_pb2.EmbedRequest(kind=embed_pb2.KIND_RAW, texts=[text])
        response: embed_pb2.EmbedResponse = await embed_pb2_grpc.EmbedServiceStub(channel).Embed(request, **options)
        return response

    return call


@pytest.fixture
def audit() -> Callable[[ServiceProcess], Awaitable[list[audit_pb2.AuditEntry]]]:
    """Reads the access log of a running service, as an auditor."""

    async def read(service: ServiceProcess) -> list[audit_pb2.AuditEntry]:
        stub = audit_pb2_grpc.AuditServiceStub(service.channel("auditor"))
        answer = await stub.ListAuditEntries(audit_pb2.ListAuditEntriesRequest(page_size=1000), timeout=30)
        return list(answer.entries)

    return read


@pytest.fixture
def logged_on_disk(tmp_path: Path) -> Callable[[], list[tuple[str, str]]]:
    """Reads name and outcome of all entries out of the file of a service that has ended."""

    def read() -> list[tuple[str, str]]:
        with sqlite3.connect(tmp_path / "data" / "sample" / "outbox.sqlite") as connection:
            return connection.execute("SELECT name, outcome FROM entries ORDER BY sequence").fetchall()

    return read
