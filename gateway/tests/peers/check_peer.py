"""A gRPC server that stands in for factcheck where the web app is tested: corpora in memory, a small judge."""

import threading
from collections.abc import Iterator
from concurrent import futures
from types import TracebackType
from typing import Any, Self

import grpc
from google.protobuf import empty_pb2
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_status import rpc_status
from monshin_kit import errors
from monshin_kit.status import to_status
from monshin_protos.factcheck.v1 import corpus_pb2, corpus_pb2_grpc, factcheck_pb2, factcheck_pb2_grpc
from small_judge import Document, Judgement, judge, sentences

WAIT_S = 30.0

_WORST_FIRST = (
    factcheck_pb2.VERDICT_CONTRADICTED, factcheck_pb2.VERDICT_CONFLICTING, factcheck_pb2.VERDICT_CONDITIONAL,
    factcheck_pb2.VERDICT_NOT_ENOUGH_EVIDENCE, factcheck_pb2.VERDICT_SUPPORTED,
)  # fmt: skip


class CheckPeer(factcheck_pb2_grpc.FactcheckServiceServicer, corpus_pb2_grpc.CorpusServiceServicer):
    """Listens while its block runs.

    documents: by corpus id; a corpus listed here is published. hold_after: a check stops after so many results until
    `release` is set; is_quick: it has told a provisional one for the next claim by then. superseded: ids
    of documents. refuse: the next calls end with this error. not_run: what the summary says was left out. sources:
    those of the last check.
    """

    def __init__(self) -> None:
        self.documents: dict[str, dict[str, Document]] = {}
        self.hold_after: int | None = None
        self.is_quick = False
        self.superseded: set[str] = set()
        self.release = threading.Event()
        self.refuse: dict[str, errors.MonshinError] = {}
        self.not_run: list[str] = []
        self.sources: list[factcheck_pb2.Source] = []
        self.was_cancelled = threading.Event()
        self._server = grpc.server(futures.ThreadPoolExecutor(8), options=[("grpc.so_reuseport", 0)])
        factcheck_pb2_grpc.add_FactcheckServiceServicer_to_server(self, self._server)
        corpus_pb2_grpc.add_CorpusServiceServicer_to_server(self, self._server)
        servicer = health.HealthServicer()
        servicer.set("", health_pb2.HealthCheckResponse.SERVING)
        health_pb2_grpc.add_HealthServicer_to_server(servicer, self._server)
        self.target = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, stack: TracebackType | None
    ) -> None:
        self.release.set()
        self._server.stop(0).wait()

    def reset(self, documents: dict[str, list[Document]]) -> None:
        """As new, with these published corpora."""
        self.documents = {name: {one.id: one for one in listed} for name, listed in documents.items()}
        self.hold_after, self.is_quick, self.superseded, self.refuse, self.not_run = None, False, set(), {}, []
        self.release.clear()
        self.was_cancelled.clear()

    def _admit(self, method: str, context: grpc.ServicerContext) -> None:
        if method in self.refuse:
            context.abort_with_status(rpc_status.to_status(to_status(self.refuse[method])))

    # CorpusService

    def ListCorpora(self, request: Any, context: Any) -> corpus_pb2.ListCorporaResponse:
        """Those with documents are published."""
        self._admit("ListCorpora", context)
        return corpus_pb2.ListCorporaResponse(corpora=[self._corpus(name) for name in self.documents])

    def CreateCorpus(self, request: Any, context: Any) -> corpus_pb2.Corpus:
        """Empty, so not published."""
        self._admit("CreateCorpus", context)
        self.documents[request.corpus_id] = {}
        return self._corpus(request.corpus_id)

    def ImportDocuments(self, request_iterator: Any, context: Any) -> corpus_pb2.ImportDocumentsResponse:
        """Into the corpus that the first message names."""
        requests = list(request_iterator)
        into = self.documents[requests[0].corpus.removeprefix("corpora/")]
        for one in (request.document for request in requests):
            into[one.id] = Document(one.id, one.title, one.text, one.source, one.date, one.tier)
        return corpus_pb2.ImportDocumentsResponse(inserted=len(requests))

    def PublishVersion(self, request: Any, context: Any) -> corpus_pb2.Version:
        """At once."""
        return corpus_pb2.Version(name=f"{request.corpus}/versions/1", state=corpus_pb2.VERSION_STATE_PUBLISHING)

    def ListVersions(self, request: Any, context: Any) -> corpus_pb2.ListVersionsResponse:
        """The only one."""
        return corpus_pb2.ListVersionsResponse(versions=[corpus_pb2.Version(name=f"{request.parent}/versions/1")])

    def WatchVersion(self, request: Any, context: Any) -> Iterator[corpus_pb2.WatchVersionResponse]:
        """Half, then whole."""
        for state, done in ((corpus_pb2.VERSION_STATE_PUBLISHING, 5), (corpus_pb2.VERSION_STATE_PUBLISHED, 10)):
            version = corpus_pb2.Version(name=request.name, state=state, passages=10, passages_embedded=done)
            yield corpus_pb2.WatchVersionResponse(version=version)

    def GetDocument(self, request: Any, context: Any) -> corpus_pb2.Document:
        """By name."""
        self._admit("GetDocument", context)
        _, corpus, _, identity = request.name.split("/")
        one = self.documents[corpus][identity]
        return corpus_pb2.Document(name=request.name, title=one.title, text=one.text, source=one.source, date=one.date)

    def DeleteCorpus(self, request: Any, context: Any) -> empty_pb2.Empty:
        """For completeness of the demo's way back."""
        del self.documents[request.name.removeprefix("corpora/")]
        return empty_pb2.Empty()

    def _corpus(self, name: str) -> corpus_pb2.Corpus:
        current = f"corpora/{name}/versions/1" if self.documents[name] else ""
        return corpus_pb2.Corpus(name=f"corpora/{name}", display_name=name.title(), current_version=current)

    # FactcheckService

    def CheckAnswer(self, request: Any, context: Any) -> Iterator[factcheck_pb2.CheckAnswerResponse]:
        """Claims first, then a result each, then the summary; offsets in UTF-16, as the web app asks."""
        assert request.offset_unit == factcheck_pb2.OFFSET_UNIT_UTF16
        self._admit("CheckAnswer", context)
        context.add_callback(lambda: self.was_cancelled.set() if not context.is_active() else None)
        self.sources = list(request.sources)
        documents = [
            Document(f"sources/{place}", source.title, source.text or source.fhir, "", source.date)
            for place, source in enumerate(request.sources)
        ] or list(self.documents[request.corpus.removeprefix("corpora/")].values())
        claims = [self._claim(index, request.answer, span) for index, span in enumerate(sentences(request.answer))]
        version = f"{request.corpus}/versions/1" if request.corpus else ""
        found = factcheck_pb2.ClaimsFound(claims=claims, version=version)
        yield factcheck_pb2.CheckAnswerResponse(claims_found=found)
        verdicts = set()
        for index, claim in enumerate(claims):
            result = self._result(request.corpus, claim, judge(claim.text, documents))
            if self.hold_after == index:
                if self.is_quick:
                    result.provisional = True
                    yield factcheck_pb2.CheckAnswerResponse(claim_result=result)
                self._hold(context)
            result.provisional = False
            verdicts.add(result.verdict)
            yield factcheck_pb2.CheckAnswerResponse(claim_result=result)
        left_out = [factcheck_pb2.NotRun(component=name, reason="UNAVAILABLE") for name in self.not_run]
        worst = next((verdict for verdict in _WORST_FIRST if verdict in verdicts), factcheck_pb2.VERDICT_NOT_CHECKABLE)
        summary = factcheck_pb2.Summary(version=version, not_run=left_out, elapsed_ms=420.0, worst=worst)
        yield factcheck_pb2.CheckAnswerResponse(summary=summary)

    def _hold(self, context: grpc.ServicerContext) -> None:
        while context.is_active() and not self.release.wait(0.05):
            pass

    def _claim(self, index: int, answer: str, span: tuple[int, int]) -> factcheck_pb2.Claim:
        return factcheck_pb2.Claim(index=index, span=_utf16(answer, span), text=answer[slice(*span)], checkable=True)

    def _result(self, corpus: str, claim: factcheck_pb2.Claim, found: Judgement) -> factcheck_pb2.ClaimResult:
        result = factcheck_pb2.ClaimResult(
            claim=claim,
            verdict=f"VERDICT_{found.verdict}",
            probabilities=factcheck_pb2.Probabilities(supported=0.7, contradicted=0.1, neither=0.2),
            judges_run=["rules"],
        )
        if found.verdict == "NOT_ENOUGH_EVIDENCE":
            result.abstain_reason = factcheck_pb2.ABSTAIN_REASON_UNDECIDED
        if found.document is not None:
            evidence = _evidence(corpus, found)
            evidence.superseded = found.document.id in self.superseded
            result.evidence.append(evidence)
        if found.verdict == "CONDITIONAL":
            kind = factcheck_pb2.CONDITION_KIND_QUANTITY
            result.conditions.add(text="eGFR 30以上では", kind=kind, normalised="推算糸球体濾過量 ≥30")
        if found.verdict == "CONTRADICTED":
            result.important = result.calibrated = True
            result.judges_run.append("nli")
            quote = result.evidence[0].text
            for judge_name, contradicted in (("rules", 0.6), ("nli", 0.9)):
                odds = factcheck_pb2.Probabilities(contradicted=contradicted, neither=1 - contradicted)
                result.opinions.add(judge=judge_name, probabilities=odds, quote=quote)
        result.findings.extend(_finding(claim, found, clash) for clash in found.clashes)
        return result


def _evidence(corpus: str, found: Judgement) -> factcheck_pb2.Evidence:
    document = found.document
    assert document is not None
    stances = {"SUPPORTED": "STANCE_SUPPORTS", "CONTRADICTED": "STANCE_CONTRADICTS"}
    return factcheck_pb2.Evidence(
        document=f"{corpus}/documents/{document.id}" if corpus else document.id,
        title=document.title,
        source=document.source,
        date=document.date,
        tier=document.tier,
        span=_utf16(document.text, found.passage),
        text=document.text[slice(*found.passage)],
        stance=stances.get(found.verdict, "STANCE_RELATED"),
    )


def _finding(claim: factcheck_pb2.Claim, found: Judgement, clash: Any) -> factcheck_pb2.Finding:
    assert found.document is not None
    return factcheck_pb2.Finding(
        kind=clash.kind,
        judge="rules",
        claim_span=factcheck_pb2.Span(start=clash.claim[0], end=clash.claim[1]),
        claim_text=claim.text[slice(*clash.claim)],
        evidence_span=_utf16(found.document.text, clash.evidence),
        evidence_text=found.document.text[slice(*clash.evidence)],
    )


def _utf16(text: str, span: tuple[int, int]) -> factcheck_pb2.Span:
    start, end = (len(text[:offset].encode("utf-16-le")) // 2 for offset in span)
    return factcheck_pb2.Span(start=start, end=end)
