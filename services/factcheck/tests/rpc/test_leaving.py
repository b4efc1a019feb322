"""What a check leaves: the documents it used, and its event, never waited for, never lost but by a kill."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from monshin_factcheck.checking.checker import Checked
from monshin_factcheck.core.claims.split import whole_claim
from monshin_factcheck.core.decision import NOTHING_FOUND, Decision, Saying, Verdict
from monshin_factcheck.core.evidence import Passage
from monshin_factcheck.core.judge import Finding, Opinion, Stance
from monshin_factcheck.core.text.spans import Span
from monshin_factcheck.results.keeper import Keeper
from monshin_factcheck.rpc.leaving import Ended, Leaving, Results
from monshin_kit.errors import Unavailable
from monshin_kit.outbox import Outbox
from monshin_kit.testing import eventually
from monshin_protos.factcheck.v1 import factcheck_pb2 as pb


@pytest.fixture
def keeper(tmp_path: Path) -> Iterator[Keeper]:
    """Keeps nothing."""
    made = Keeper(tmp_path / "results.sqlite", 0, queue_limit=8)
    yield made
    made.close()


def ended(digest: str) -> Ended:
    """A check without claims."""
    return Ended(digest, "corpora/one", "", is_stored=False, results=Results(with_texts=False), runs=[])


def told(outbox: Outbox) -> list[str]:
    """The checks whose events are on disk."""
    entries = outbox.read(0, 100, "event")
    return [json.loads(entry.attributes)["text_sha256"] for entry in entries if entry.name == "factcheck.checked"]


def opinion(document: str, stance: Stance, *findings: Finding) -> Opinion:
    passage = Passage(f"corpora/one/documents/{document}", Span(0, 4), "月は白い")
    return Opinion(passage, stance, 0.5, NOTHING_FOUND, findings)


@pytest.mark.parametrize("with_texts", [False, True])
def test_a_result_names_all_documents_that_took_part_in_a_verdict(with_texts: bool) -> None:
    """Hazard: after a retraction the results that used the document are looked for. It may be quoted by a judge alone,
    or have stood against another one."""
    shown, against = opinion("shown", Stance.RELATED), opinion("against", Stance.CONTRADICTS)
    vetoing = opinion("vetoing", Stance.UNRELATED, Finding("route_conflict", "rules", Span(0, 1), Span(0, 1)))
    quoted = Saying("rules", "r", NOTHING_FOUND, "corpora/one/documents/quoted", Span(0, 4), "月は白い", 1.0)
    decision = Decision(Verdict.NOT_ENOUGH_EVIDENCE, NOTHING_FOUND, (shown,), sayings=(quoted,))
    opinions = (shown, against, vetoing, opinion("other", Stance.UNRELATED))
    results = Results(with_texts=with_texts)
    results.add(Checked(0, whole_claim("月は白い。"), decision, 1.0, opinions=opinions))
    names = ["against", "quoted", "shown", "vetoing"]
    assert results.documents == tuple(f"corpora/one/documents/{name}" for name in names)


async def test_a_stop_right_after_a_check_keeps_its_event(keeper: Keeper, tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox.sqlite")
    outbox.open()
    await Leaving(keeper, outbox, rules_revision="r").finish(ended("a"), pb.Summary())
    await outbox.close()
    again = Outbox(tmp_path / "outbox.sqlite")
    assert told(again) == ["a"]
    await again.close()


async def test_an_outbox_that_refused_gets_the_event_when_it_can_be_written_again(
    keeper: Keeper, tmp_path: Path
) -> None:
    """SQLite's own limit stands for a full disk. The check does not wait for it."""
    outbox = Outbox(tmp_path / "outbox.sqlite")

    def allow(pages: int) -> None:
        outbox.open().write(lambda connection: connection.execute(f"PRAGMA max_page_count={pages}").fetchall())

    leaving, large = Leaving(keeper, outbox, rules_revision="r"), "a" * 100_000
    allow(1)
    with pytest.raises(Unavailable):
        await outbox.emit("another", {"text": large})
    await asyncio.wait_for(leaving.finish(ended(large), pb.Summary()), 5)
    await outbox.flush()
    assert told(outbox) == []
    allow(100_000_000)
    await eventually(lambda: told(outbox) == [large], "the event is on disk", limit_s=10)
    await outbox.close()
