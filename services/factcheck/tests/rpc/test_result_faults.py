"""Faults of the disk that keeps results: checks go on, and say that theirs is missing."""

from __future__ import annotations  # the async stubs exist for type checkers only

import asyncio

import apsw
import grpc
import pytest
from monshin_factcheck.testing import Rig
from monshin_kit.testing import eventually
from monshin_protos.factcheck.v1 import results_pb2
from result_calls import WRONG, check, code_of, file, pages

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_disk_that_hangs_delays_the_summary_a_little_and_fails_nothing(rig: Rig) -> None:
    """A stranger who holds the write lock stands for it. Results stream as ever; the summary says what is missing."""
    kept = (await check(rig, WRONG, store=True)).result
    connection = apsw.Connection(str(file(rig.factcheck)))
    connection.set_busy_timeout(5000)
    connection.execute("BEGIN IMMEDIATE")
    try:
        summary = await asyncio.wait_for(check(rig, WRONG, store=True), 30)
    finally:
        connection.execute("ROLLBACK")
        connection.close()
    assert summary.contradicted == 1
    assert summary.result == ""
    (missing,) = summary.not_run
    assert missing.component == "result_store"
    assert missing.reason in ("DEADLINE_EXCEEDED", "UNAVAILABLE")

    async def works_again() -> bool:
        return bool((await check(rig, WRONG)).result)

    await eventually(works_again, "results are kept again", limit_s=30)
    listed = [one.name async for one in pages(rig.results(), stored=True)]
    assert listed == [kept]  # what could not be kept is not listed, nor what was not asked to be


async def test_a_damaged_file_of_results_stops_no_check(rig: Rig) -> None:
    await rig.factcheck.stop()
    path = file(rig.factcheck)
    sound = path.read_bytes()
    path.write_bytes(sound[:4096] + b"\xff" * 8192 + sound[12288:])
    await rig.factcheck.start()
    await rig.factcheck.wait_serving()
    summary = await check(rig, WRONG)
    assert summary.contradicted == 1
    assert [(one.component, one.reason) for one in summary.not_run] == [("result_store", "DATA_LOSS")]
    listed = rig.results().ListResults(results_pb2.ListResultsRequest())
    assert await code_of(listed) is grpc.StatusCode.DATA_LOSS
    await rig.factcheck.stop()
    path.write_bytes(sound)
    await rig.factcheck.start()
    await rig.factcheck.wait_serving()
    assert (await check(rig, WRONG)).result
