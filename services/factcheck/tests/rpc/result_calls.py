"""Checks, and calls of ResultService; found through the path that conftest sets."""

from __future__ import annotations  # the async stubs exist for type checkers only

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
from monshin_factcheck.testing import TEXT, Rig
from monshin_kit.testing import ServiceProcess
from monshin_protos.factcheck.v1 import factcheck_pb2, results_pb2, results_pb2_grpc

WRONG = "ワルファリンの維持量は1日50 mgである。"
CANARY = "患者花子QW55の維持量は1日50 mgである。"


async def check(
    rig: Rig, answer: str, *, corpus: str = "", store: bool = False, model: str = "", role: str = "clinician"
) -> factcheck_pb2.Summary:
    """The summary of a check against a corpus, or against TEXT."""
    sources = [] if corpus else [factcheck_pb2.Source(text=TEXT)]
    request = factcheck_pb2.CheckAnswerRequest(
        corpus=f"corpora/{corpus}" if corpus else "", answer=answer, sources=sources, store=store, model=model
    )
    events = [event async for event in rig.checks(role).CheckAnswer(request)]
    return events[-1].summary


def get(name: str) -> results_pb2.GetResultRequest:
    """For GetResult."""
    return results_pb2.GetResultRequest(name=name)


async def pages(stub: results_pb2_grpc.ResultServiceAsyncStub, **wanted: Any) -> AsyncIterator[results_pb2.Result]:
    """All results, page by page."""
    token = ""
    while True:
        request = results_pb2.ListResultsRequest(page_size=3, page_token=token, **wanted)
        page = await stub.ListResults(request)
        for one in page.results:
            yield one
        token = page.next_page_token
        if not token:
            return


async def code_of(call: Any) -> grpc.StatusCode:
    """How a call ends."""
    return grpc.StatusCode(await call.code())


def file(process: ServiceProcess) -> Path:
    """The file of results."""
    return process.home / "data" / "factcheck" / "results.sqlite"


def on_disk(process: ServiceProcess) -> bytes:
    """It and what lies beside it."""
    return b"".join(path.read_bytes() for path in file(process).parent.glob("results.sqlite*"))
