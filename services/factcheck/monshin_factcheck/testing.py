"""For tests: factcheck with the embed and ann that it calls, each in its process; an endpoint for its judge `llm`."""

from __future__ import annotations  # the async stubs exist for type checkers only

import json
import ssl
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status
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

Reply = tuple[int, Any]
Behaviour = Callable[[dict[str, Any]], Reply]


@dataclass
class Calls:
    """A process of factcheck, as callers of some role see it."""

    factcheck: ServiceProcess

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


@dataclass
class Rig(Calls):
    """The three processes; embed and ann are reached through proxies that can cut them off."""

    embed: FaultProxy
    ann: FaultProxy


def violations(error: grpc.aio.AioRpcError) -> list[tuple[str, str]]:
    """Field and reason of each violation that a status names; AssertionError if it names none."""
    status = rpc_status.from_call(error)  # type: ignore[arg-type]  # it reads the same two fields
    bad = error_details_pb2.BadRequest()
    assert status is not None
    assert any(detail.Unpack(bad) for detail in status.details)
    return [(one.field, one.reason) for one in bad.field_violations]


class ChatServer:
    """A real endpoint for the judge `llm`: answers /v1/chat/completions as `behave` says, and keeps what it was asked.

    is_slow: it waits for `wait` before it answers. reply_headers: more headers of each answer. tls: files of a
    certificate and its key.
    """

    def __init__(self, tls: tuple[Path, Path] | None = None) -> None:
        self._scheme = "https" if tls else "http"
        self.behave: Behaviour = lambda body: (200, said("SUPPORTED", ""))
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.reply_headers: dict[str, str] = {}
        self.wait = threading.Event()
        self.is_slow = False
        self.active = self.most_active = 0
        self._lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.answer(self)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if tls is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            self.http.socket = context.wrap_socket(self.http.socket, server_side=True)
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        """For the settings."""
        return f"{self._scheme}://127.0.0.1:{self.http.server_port}/v1"

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """One request."""
        body = json.loads(handler.rfile.read(int(handler.headers["content-length"])))
        with self._lock:
            self.bodies.append(body)
            self.headers.append({name.lower(): value for name, value in handler.headers.items()})
            self.active += 1
            self.most_active = max(self.active, self.most_active)
        if self.is_slow:
            self.wait.wait(20)
        status, reply = self.behave(body)
        with self._lock:
            self.active -= 1
        data = reply if isinstance(reply, bytes) else json.dumps(reply).encode()
        try:
            handler.send_response(status)
            if 300 <= status < 400:
                handler.send_header("location", self.url + "/elsewhere")
            for name, value in self.reply_headers.items():
                handler.send_header(name, value)
            handler.send_header("content-length", str(len(data)))
            handler.end_headers()
            handler.wfile.write(data)
        except OSError:
            pass  # whoever asked has gone: a time-out is under test

    def close(self) -> None:
        """Ends it."""
        self.wait.set()
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()


def said(verdict: str, quote: str, **extra: Any) -> dict[str, Any]:
    """A well-formed reply of an endpoint."""
    content = json.dumps({"quote": quote, "verdict": verdict}, ensure_ascii=False)
    return {"choices": [{"message": {"content": content}, **extra}]}
