"""Discharge summaries against charts: what a hospital needs most, end to end.

`data/discharge`: 12 invented charts with 145 sentences and their labels, by one AI writer, no clinician, who knew how
charts are told; only the kind `free` is in other words on purpose. So the figures tell of the mechanics, not of how
unseen summaries are judged. What must never happen is the same for all: a sentence that the chart does not hold comes
back SUPPORTED.
"""

import json
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from monshin_factcheck.settings import FactcheckSettings
from monshin_factcheck.testing import Rig
from monshin_kit.testing import ServiceProcess
from monshin_protos.factcheck.v1 import factcheck_pb2 as pb

pytestmark = pytest.mark.asyncio(loop_scope="module")

CASES = [
    json.loads(file.read_text("utf-8")) for file in sorted((Path(__file__).parents[1] / "data/discharge").iterdir())
]
RIGHT, WRONG = "supported", "contradicted"
# Changes that can kill: none of them may be confirmed, whatever else happens.
DEADLY = {"dose", "frequency", "unit", "route", "value", "date", "side", "drug", "status", "negation"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def with_reader(rig: Rig, reader_home: Path) -> AsyncIterator[Rig]:
    """The same with the judges that read by default."""
    environment = {
        "MONSHIN_FACTCHECK_JUDGES": FactcheckSettings().judges,
        "MONSHIN_FACTCHECK_EMBED_TARGET": rig.embed.target,
        "MONSHIN_FACTCHECK_ANN_TARGET": rig.ann.target,
    }
    async with ServiceProcess("monshin_factcheck", reader_home, environment) as process:
        await process.wait_serving()
        yield replace(rig, factcheck=process)


async def check(rig: Rig, case: dict[str, Any]) -> list[tuple[dict[str, str], str]]:
    """Each sentence of a summary with its verdict."""
    answer = "\n".join(sentence["text"] for sentence in case["sentences"])
    source = pb.Source(fhir=json.dumps(case["chart"], ensure_ascii=False), title=case["title"])
    request = pb.CheckAnswerRequest(answer=answer, sources=[source])
    events = [event async for event in rig.checks().CheckAnswer(request, timeout=120)]
    results = [event.claim_result for event in events if event.HasField("claim_result")]
    found = {result.claim.span.start: pb.Verdict.Name(result.verdict).removeprefix("VERDICT_") for result in results}
    at, told = 0, []
    for sentence in case["sentences"]:
        told.append((sentence, found[at].lower()))
        at += len(sentence["text"]) + 1
    return told


async def test_no_wrong_dose_date_side_or_drug_is_supported(rig: Rig) -> None:
    """Nor anything else that the chart denies or does not hold, over all charts."""
    await _none_wrong_is_supported(rig)


@pytest.mark.slow
async def test_none_is_supported_where_judges_read_as_well(with_reader: Rig) -> None:
    await _none_wrong_is_supported(with_reader)


async def _none_wrong_is_supported(rig: Rig) -> None:
    assert len(CASES) >= 10
    told = [one for case in CASES for one in await check(rig, case)]
    assert len(told) >= 60
    table = Counter((sentence["label"], verdict) for sentence, verdict in told)
    for (label, verdict), count in sorted(table.items()):
        print(f"{label:>20} → {verdict:<20} {count}")
    free = Counter(verdict for sentence, verdict in told if sentence["kind"] == "free")
    print(f"in other words, and right: {dict(free)}")
    assert {sentence["kind"] for sentence, _ in told} >= DEADLY
    assert [
        sentence["text"] for sentence, verdict in told if sentence["label"] != RIGHT and verdict == "supported"
    ] == []
    # Floors, well below what the rules alone reach (44 of 61 and 58 of 74): a check that always abstains is safe, too.
    assert table[RIGHT, "supported"] >= 35
    assert table[WRONG, "contradicted"] >= 45
