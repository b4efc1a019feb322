"""For tests: factcheck with the embed and ann that it calls, each in its process."""

from __future__ import annotations  # the async stubs exist for type checkers only

from collections.abc import AsyncIterator
from dataclasses import dataclass

from monshin_kit.testing import FaultProxy, ServiceProcess
from monshin_protos.factcheck.v1 import (
    corpus_pb2,
    corpus_pb2_grpc,
    explain_pb2_grpc,
    factcheck_pb2,
    factcheck_pb2_grpc,
    results_pb2_grpc,
)

TEXT = "ワルファリンの維持量は1日1〜5 mgである。納豆はワルファリンの作用を弱めるため避ける。"


@dataclass
class Rig:
    """The three processes; embed and ann are reached through proxies that can cut them off."""

    factcheck: ServiceProcess
    embed: FaultProxy
    ann: FaultProxy

    def corpora(self, role: str = "administrator") -> corpus_pb2_grpc.CorpusServiceAsyncStub:
        """A stub whose calls carry the role."""
        return corpus_pb2_grpc.CorpusServiceStub(self.factcheck.channel(role))

    def checks(self, role: str = "clinician") -> factcheck_pb2_grpc.FactcheckServiceAsyncStub:
        """A stub whose calls carry the role."""
        return factcheck_pb2_grpc.FactcheckServiceStub(self.factcheck.channel(role))

    def results(self, role: str = "clinician", subject: str = "") -> results_pb2_grpc.ResultServiceAsyncStub:
        """A stub whose calls carry the role, and the subject if it is not the role's own."""
        channel = self.factcheck.channel(token=self.factcheck.token(role, subject=subject))
        return results_pb2_grpc.ResultServiceStub(channel)

    def explanations(self, role: str = "clinician") -> explain_pb2_grpc.ExplainServiceAsyncStub:
        """A stub whose calls carry the role."""
        return explain_pb2_grpc.ExplainServiceStub(self.factcheck.channel(role))

    async def fill(self, corpus: str, texts: dict[str, str], *, publish: bool = True) -> corpus_pb2.Version | None:
        """Makes a corpus of documents by id; the version once it is published or failed."""
        stub = self.corpora()
        await stub.CreateCorpus(corpus_pb2.CreateCorpusRequest(corpus_id=corpus))
        await self.add(corpus, texts)
        return await self.publish(corpus) if publish else None

    async def add(self, corpus: str, texts: dict[str, str]) -> corpus_pb2.ImportDocumentsResponse:
        """Imports documents into the draft."""

        async def messages() -> AsyncIterator[corpus_pb2.ImportDocumentsRequest]:
            for place, (name, text) in enumerate(texts.items()):
                yield corpus_pb2.ImportDocumentsRequest(
                    corpus=f"corpora/{corpus}" if place == 0 else "",
                    document=corpus_pb2.NewDocument(id=name, title=name, text=text),
                )

        return await self.corpora().ImportDocuments(messages())

    async def publish(self, corpus: str) -> corpus_pb2.Version:
        """Publishes and waits for the end of it."""
        stub = self.corpora()
        version = await stub.PublishVersion(corpus_pb2.PublishVersionRequest(corpus=f"corpora/{corpus}"))
        async for event in stub.WatchVersion(corpus_pb2.WatchVersionRequest(name=version.name)):
            version = event.version
        return version

    async def check(self, corpus: str, *claims: str) -> tuple[list[factcheck_pb2.ClaimResult], factcheck_pb2.Summary]:
        """Results in order, and the summary."""
        request = factcheck_pb2.CheckClaimsRequest(
            corpus=f"corpora/{corpus}",
            claims=[factcheck_pb2.ClaimInput(id=str(i), claim=c) for i, c in enumerate(claims)],
        )
        events = [event async for event in self.checks().CheckClaims(request)]
        return [event.claim_result for event in events[:-1]], events[-1].summary
