"""Starts the sample service.

MONSHIN_SAMPLE_GATE: a path; loading ends once it exists. MONSHIN_SAMPLE_FAIL: start() or on_stop() fails.
MONSHIN_SAMPLE_SORT: a path; the file there tells where SQLite sorts.
"""

import asyncio
import os
from pathlib import Path

from monshin_kit import telemetry
from monshin_kit.errors import FailedPrecondition
from monshin_kit.server import Runtime, run
from monshin_kit.testing.temporary_files import sqlite_folders
from monshin_protos.ann.v1 import ann_pb2  # noqa: F401  # makes its service known
from monshin_protos.embed.v1 import embed_pb2  # noqa: F401

from monshin_sample import unlabelled
from monshin_sample.servicer import AnnServicer, EmbedServicer, UnlabelledServicer

EMBED = "monshin.embed.v1.EmbedService"
ANN = "monshin.ann.v1.AnnService"
CANCELLED = telemetry.counter("sample_cancelled", "Handlers that were cancelled")


async def start(runtime: Runtime) -> None:
    """Loads nothing, as slowly as the test wants."""
    gate = os.environ.get("MONSHIN_SAMPLE_GATE", "")
    while gate and not Path(gate).exists():
        await asyncio.sleep(0.02)
    if sorts := os.environ.get("MONSHIN_SAMPLE_SORT", ""):
        Path(sorts).write_text("\n".join(map(str, sqlite_folders())))
    match os.environ.get("MONSHIN_SAMPLE_FAIL", ""):
        case "start":
            raise FailedPrecondition("the sample was told not to start")
        case "start-unexpectedly":
            raise ValueError("患者太郎")
        case "stop":
            runtime.on_stop(_failing_stop)
        case "task":
            runtime.spawn(_failing_stop())
    runtime.serve(EMBED, EmbedServicer(runtime.executor, CANCELLED.inc))
    runtime.serve(ANN, AnnServicer())
    runtime.serve(unlabelled.SERVICE, UnlabelledServicer())
    await runtime.outbox.emit("sample.started", {"revision": "1"})


async def _failing_stop() -> None:
    raise ValueError("患者太郎")


if __name__ == "__main__":
    unlabelled.register()
    run("sample", start, services=[EMBED, ANN, unlabelled.SERVICE], port=50999)
