"""Labelled claims against verdicts, and the report of it."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from monshin.evaluation import report
from monshin.evaluation.score import Judged, evaluate
from monshin.formats import LABELS, BadLine, LabelledLine, SourceLine, labelled_lines
from monshin.results import ClaimResult, Verdict

SUBJECT = report.Subject("claims.jsonl", "0" * 64, "2026-01-01", 4, 0, "corpora/x/versions/1", ["rules"], {})
SECRET = "患者花子の体温"


def judged(label: str, verdict: Verdict, odds: tuple[float, float, float], kind: str = "") -> Judged:
    """A claim of its own item."""
    line = LabelledLine("", SECRET, label, kind, (SourceLine("x"),), f"{label} {verdict} {odds}")
    return Judged(line, ClaimResult("", SECRET, verdict, *odds))


ROWS = [
    judged("supported", Verdict.SUPPORTED, (0.9, 0.05, 0.05), "dose"),
    judged("supported", Verdict.NOT_ENOUGH_EVIDENCE, (0.3, 0.2, 0.5), "dose"),
    judged("contradicted", Verdict.CONTRADICTED, (0.1, 0.8, 0.1), "dose"),
    judged("contradicted", Verdict.SUPPORTED, (0.6, 0.3, 0.1), "side"),
    judged("contradicted", Verdict.CONFLICTING, (0.45, 0.45, 0.1), "side"),
    judged("not_enough_evidence", Verdict.CONTRADICTED, (0.1, 0.6, 0.3), "side"),
    judged("not_checkable", Verdict.NOT_CHECKABLE, (0, 0, 1)),
]


def test_every_type_and_all_of_them_are_counted() -> None:
    found = {one.type: one for one in evaluate(ROWS).types}
    assert list(found) == ["dose", "side", "all"]
    assert (found["dose"].claims, found["dose"].right.value) == (3, pytest.approx(2 / 3))
    assert (found["side"].counts.caught, found["side"].counts.wrong, found["side"].counts.wrong_supported) == (1, 2, 1)
    assert (found["all"].claims, found["all"].counts.false_alarms) == (7, 1)


def test_the_confusion_adds_up() -> None:
    confusion = evaluate(ROWS).confusion
    assert sum(sum(row.values()) for row in confusion.values()) == len(ROWS)
    assert confusion["contradicted"][Verdict.SUPPORTED] == 1


def test_precision_of_supported_is_told_at_coverages() -> None:
    found = evaluate(ROWS)
    assert found.told.precision is not None
    assert (found.told.claims, found.told.precision.value) == (2, 0.5)
    best = found.precisions[0]
    assert best.precision is not None
    assert (best.claims, best.precision.value) == (1, 1.0)


def test_ranking_and_risk_are_of_the_three_sides_alone() -> None:
    found = evaluate(ROWS)
    assert found.auroc is not None
    assert found.auroc.value == pytest.approx(5 / 6)  # (0.85, 0.1) against (-0.7, 0.3, 0.0)
    assert found.auroc.low <= found.auroc.value <= found.auroc.high
    assert len(found.risks) == 6


def test_one_label_alone_gives_what_can_be_given() -> None:
    found = evaluate(ROWS[:1])
    assert found.auroc is None
    assert [one.type for one in found.types] == ["dose", "all"]


def test_only_claims_that_cannot_be_checked_are_no_error() -> None:
    found = evaluate(ROWS[6:])
    assert (found.auroc, found.ece, list(found.precisions)) == (None, None, [])


def test_the_report_has_pictures_that_are_xml_tables_beside_them_and_no_text_of_a_claim(tmp_path: Path) -> None:
    report.write(tmp_path / "new" / "folder", SUBJECT, evaluate(ROWS))
    folder = tmp_path / "new" / "folder"
    assert {path.name for path in folder.iterdir()} == {
        "report.md", "figures.json", "reliability.svg", "risk-coverage.svg",
    }  # fmt: skip
    for name in ("reliability.svg", "risk-coverage.svg"):
        root = ET.parse(folder / name).getroot()
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
    words = (folder / "report.md").read_text()
    for title in ("Verdicts by type", "Labels (rows) and verdicts", "Reliability", "Risk and coverage"):
        assert f"## {title}" in words
    assert "corpora/x/versions/1" in words
    assert json.loads((folder / "figures.json").read_text())["subject"]["judges"] == ["rules"]
    assert all(SECRET not in path.read_text() for path in folder.iterdir())


def test_lines_are_read_in_every_form_that_is_told() -> None:
    lines = [
        {"claim": "a", "label": "S", "kind": "dose", "document": "本文"},
        {"id": "r", "claim": "b", "label": "Not_Enough_Evidence", "type": "said_supported", "sources": ["x", "y"]},
        {"claim": "c", "label": "conflicting", "item": "p1"},
        {"claim": "d", "label": "N", "sources": [{"text": "x", "title": "薬", "date": "2026-01-02"}]},
        {"claim": "e", "label": "conditional", "sources": ["x"]},
    ]
    found = list(labelled_lines("\n".join(map(json.dumps, lines)).encode()))
    assert found == [
        LabelledLine("", "a", "supported", "dose", (SourceLine("本文"),), "a"),
        LabelledLine("r", "b", "not_enough_evidence", "said_supported", (SourceLine("x"), SourceLine("y")), "r"),
        LabelledLine("", "c", "conflicting", "", (), "p1"),
        LabelledLine("", "d", "not_enough_evidence", "", (SourceLine("x", "薬", "2026-01-02"),), "d"),
        LabelledLine("", "e", "conditional", "", (SourceLine("x"),), "e"),
    ]


def test_a_title_without_a_text_makes_a_line_bad() -> None:
    (found,) = labelled_lines(b'{"claim": "a", "label": "S", "sources": ["x", {"title": "t"}]}')
    assert isinstance(found, BadLine)


def test_an_unknown_label_names_the_line_and_what_is_allowed() -> None:
    (found,) = labelled_lines(b'{"claim": "a", "label": "true"}')
    assert isinstance(found, BadLine)
    assert found.number == 1
    assert all(label in found.problem for label in LABELS)
