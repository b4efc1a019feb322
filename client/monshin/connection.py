"""A caller's connection to all services: channels, stubs, tokens, and each service's access log."""

from collections.abc import AsyncIterator
from types import TracebackType
from typing import Self

from monshin_kit.auth import dev
from monshin_kit.channel import ChannelSettings, connect
from monshin_kit.settings import load
from monshin_protos.ann.v1 import ann_pb2_grpc, index_pb2_grpc, sharded_pb2_grpc
from monshin_protos.audit.v1 import audit_pb2, audit_pb2_grpc
from monshin_protos.embed.v1 import embed_pb2_grpc
from monshin_protos.factcheck.v1 import corpus_pb2_grpc, explain_pb2_grpc, factcheck_pb2_grpc, results_pb2_grpc

from monshin.settings import ClientSettings

AUDIT = "monshin.audit.v1.AuditService"
SERVICES = {
    "embed": ("monshin.embed.v1.EmbedService", AUDIT),
    "ann": (
        "monshin.ann.v1.AnnService",
        "monshin.ann.v1.IndexService",
        "monshin.ann.v1.ShardedIndexService",
        AUDIT,
    ),
    "factcheck": (
        "monshin.factcheck.v1.FactcheckService",
        "monshin.factcheck.v1.CorpusService",
        "monshin.factcheck.v1.ExplainService",
        "monshin.factcheck.v1.ResultService",
        AUDIT,
    ),
}


class Connection:
    """Stubs of every RPC: `embed`, `ann`, `index`, `sharded`, `corpora`, `factcheck`, `explanations`, `results`.

    Open while its block runs. role: which development role signs the calls if `settings.token` is empty.
    """

    def __init__(self, settings: ClientSettings | None = None, *, role: str = "clinician") -> None:
        self._settings = settings or load(ClientSettings)
        self._role = role
        tls = load(ChannelSettings)
        self._channels = {
            name: connect(target, SERVICES[name], tls, self._token) for name, target in self._settings.targets().items()
        }
        self.embed: embed_pb2_grpc.EmbedServiceAsyncStub = embed_pb2_grpc.EmbedServiceStub(self._channels["embed"])
        self.ann: ann_pb2_grpc.AnnServiceAsyncStub = ann_pb2_grpc.AnnServiceStub(self._channels["ann"])
        self.index: index_pb2_grpc.IndexServiceAsyncStub = index_pb2_grpc.IndexServiceStub(self._channels["ann"])
        self.sharded: sharded_pb2_grpc.ShardedIndexServiceAsyncStub = sharded_pb2_grpc.ShardedIndexServiceStub(
            self._channels["ann"]
        )
        factcheck = self._channels["factcheck"]
        self.corpora: corpus_pb2_grpc.CorpusServiceAsyncStub = corpus_pb2_grpc.CorpusServiceStub(factcheck)
        self.factcheck: factcheck_pb2_grpc.FactcheckServiceAsyncStub = factcheck_pb2_grpc.FactcheckServiceStub(
            factcheck
        )
        self.explanations: explain_pb2_grpc.ExplainServiceAsyncStub = explain_pb2_grpc.ExplainServiceStub(factcheck)
        self.results: results_pb2_grpc.ResultServiceAsyncStub = results_pb2_grpc.ResultServiceStub(factcheck)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, stack: TracebackType | None
    ) -> None:
        for channel in self._channels.values():
            await channel.close(None)

    async def audit_entries(self, service: str, after_sequence: int = 0) -> AsyncIterator[audit_pb2.AuditEntry]:
        """All entries of a service's access log after a sequence number."""
        stub: audit_pb2_grpc.AuditServiceAsyncStub = audit_pb2_grpc.AuditServiceStub(self._channels[service])
        while True:
            request = audit_pb2.ListAuditEntriesRequest(service=service, after_sequence=after_sequence, page_size=1000)
            page = await stub.ListAuditEntries(request)
            for entry in page.entries:
                yield entry
            # Each call is itself logged: without this bound a reader would chase its own tail.
            if len(page.entries) < 1000:
                return
            after_sequence = page.last_sequence

    def _token(self) -> str:
        if self._settings.token:
            return self._settings.token
        return dev.sign_token(self._settings.home / "keys" / dev.SIGNING_KEY, self._role)
