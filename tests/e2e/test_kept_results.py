"""What checks leave, through the command line: stored, reviewed, exported, evaluated, retracted, deleted."""

import json
from pathlib import Path
from typing import Any

import pytest

from .conftest import Platform

pytestmark = pytest.mark.slow

TEXT = "ワルファリンの維持量は1日1〜5 mgである。"
WRONG = "ワルファリンの維持量は1日50 mgである。"


@pytest.fixture(scope="module")
def corpus(platform: Platform) -> str:
    """With one document."""
    document = {"id": "warfarin", "title": "ワルファリン", "text": TEXT, "date": "2025-06-18"}
    line = json.dumps(document, ensure_ascii=False)
    imported = platform.monshin("factcheck", "import", "small", "-", stdin=line)
    assert imported.returncode == 0, imported.stderr.decode()
    return "small"


def json_lines(output: bytes) -> list[dict[str, Any]]:
    """The objects of an output."""
    return [json.loads(line) for line in output.decode().splitlines()]


def test_a_check_explains_itself(platform: Platform, corpus: str) -> None:
    result = platform.monshin("factcheck", "check", "--corpus", corpus, "--explain", "--json", WRONG)
    (line,) = json_lines(result.stdout)
    assert result.returncode == 0, result.stderr.decode()
    explanation = line["explanation"]
    clash = next(reason for reason in explanation["reasons"] if reason["kind"] == "clash")
    assert (clash["claim_text"], clash["evidence_text"]) == ("50 mg", "1〜5 mg")
    assert "SUPPORTED" in {change["verdict"] for change in explanation["changes"]}
    shown = platform.monshin("factcheck", "check", "--corpus", corpus, "--explain", WRONG)
    assert "50 mg → 1〜5 mg" in shown.stdout.decode()


def test_a_stored_check_is_listed_shown_and_deleted(platform: Platform, corpus: str) -> None:
    stored = platform.monshin("factcheck", "check", "--corpus", corpus, "--store", "--model", "m9", WRONG)
    name = stored.stderr.decode().split("kept as ")[1].split()[0]
    listed = platform.monshin("factcheck", "results", "list", "--corpus", corpus, "--model", "m9", "--json")
    assert [line["name"] for line in json_lines(listed.stdout)] == [name]
    shown = platform.monshin("factcheck", "results", "show", name)
    assert WRONG in shown.stdout.decode()
    assert platform.monshin("factcheck", "results", "delete", name).returncode == 0
    gone = platform.monshin("factcheck", "results", "show", name)
    assert (gone.returncode, b"NOT_FOUND" in gone.stderr) == (1, True)


def test_labelled_claims_are_evaluated_with_a_report(platform: Platform, corpus: str, tmp_path: Path) -> None:
    lines = [
        {"claim": TEXT, "label": "supported", "type": "dose", "sources": [TEXT]},
        {"claim": WRONG, "label": "contradicted", "type": "dose", "sources": [TEXT]},
        {"claim": "月は地球の衛星である。", "label": "N", "kind": "outside", "document": TEXT},
    ]
    data = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    folder = tmp_path / "report"
    told = platform.monshin("factcheck", "evaluate", "-", "--report", str(folder), "--json", stdin=data)
    assert told.returncode == 0, told.stderr.decode()
    figures = json.loads(told.stdout)
    assert {one["type"]: one["right"]["value"] for one in figures["types"]} == {"dose": 1.0, "outside": 1.0, "all": 1.0}
    assert figures["auroc"]["value"] == 1.0
    assert figures["subject"]["revisions"][0].startswith("rules@")
    assert "| dose | 2 |" in (folder / "report.md").read_text()
    assert "ワルファリン" not in (folder / "report.md").read_text() + told.stdout.decode()
    against = platform.monshin("factcheck", "evaluate", "-", "--corpus", corpus, stdin=data)
    assert against.returncode == 0, against.stderr.decode()
    assert "corpora/small/versions/1" in against.stdout.decode()


def test_reviews_come_back_as_lines_that_an_evaluation_reads(platform: Platform, corpus: str) -> None:
    stored = platform.monshin("factcheck", "check", "--corpus", corpus, "--store", WRONG)
    name = stored.stderr.decode().split("kept as ")[1].split()[0]
    added = platform.monshin("factcheck", "reviews", "add", f"{name}/claims/0", "SUPPORTED", "--note", "新しい版")
    assert added.returncode == 0, added.stderr.decode()
    exported = platform.monshin("factcheck", "reviews", "export", "--corpus", corpus)
    (line,) = json_lines(exported.stdout)
    assert (line["claim"], line["label"], line["type"]) == (WRONG, "supported", "said_contradicted")
    assert line["sources"] == [{"text": TEXT, "title": "ワルファリン", "date": "2025-06-18"}]
    assert "1 reviewed claims" in exported.stderr.decode()
    told = platform.monshin("factcheck", "evaluate", "-", "--json", stdin=exported.stdout)
    assert told.returncode == 0, told.stderr.decode()
    assert json.loads(told.stdout)["confusion"]["supported"]["CONTRADICTED"] == 1


def test_reviews_without_evidence_are_left_out_of_an_evaluation_and_counted(platform: Platform, tmp_path: Path) -> None:
    """A claim that is not to be checked has no evidence; and there is no corpus that its source could be found in."""
    chart = tmp_path / "経過.txt"
    chart.write_text(TEXT)
    answer = tmp_path / "answer.txt"
    answer.write_text(WRONG + "主治医に相談してください。")
    stored = platform.monshin("factcheck", "check", "--source", str(chart), "--store", "--answer", str(answer))
    name = stored.stderr.decode().split("kept as ")[1].split()[0]
    for number, verdict in enumerate(("CONTRADICTED", "NOT_CHECKABLE")):
        added = platform.monshin("factcheck", "reviews", "add", f"{name}/claims/{number}", verdict)
        assert added.returncode == 0, added.stderr.decode()
    exported = platform.monshin("factcheck", "reviews", "export")
    assert exported.returncode == 0, exported.stderr.decode()
    assert "for 1 of them no evidence was shown" in exported.stderr.decode()
    wrong, bare = (line for line in json_lines(exported.stdout) if line["id"].startswith(name))
    assert [(source["text"], source["title"]) for source in wrong["sources"]] == [(TEXT, "経過")]
    assert (bare["type"], bare["sources"]) == ("said_not_checkable", [])
    told = platform.monshin("factcheck", "evaluate", "-", "--json", stdin=exported.stdout)
    assert told.returncode == 0, told.stderr.decode()
    figures = json.loads(told.stdout)
    assert figures["subject"]["left_out"] == 1
    assert figures["confusion"]["contradicted"]["CONTRADICTED"] == 1
    shown = platform.monshin("factcheck", "evaluate", "-", stdin=exported.stdout)
    assert (shown.returncode, "left out: 1 lines" in shown.stderr.decode()) == (0, True)


def test_wrong_input_of_an_evaluation_is_told(platform: Platform) -> None:
    bad = platform.monshin("factcheck", "evaluate", "-", stdin='{"claim": "x", "label": "maybe"}')
    assert (bad.returncode, b"line 1" in bad.stderr) == (1, True)
    alone = platform.monshin("factcheck", "evaluate", "-", stdin='{"claim": "x", "label": "S"}')
    assert (alone.returncode, b"--corpus is needed" in alone.stderr) == (2, True)


def test_retracting_a_document_lists_the_results_that_used_it(platform: Platform, corpus: str) -> None:
    """Last: the corpus is of no use afterwards."""
    stored = platform.monshin("factcheck", "check", "--corpus", corpus, "--store", WRONG)
    name = stored.stderr.decode().split("kept as ")[1].split()[0]
    retracted = platform.monshin("factcheck", "retract", corpus, "warfarin", "--reason", "古い版")
    assert retracted.returncode == 0, retracted.stderr.decode()
    assert name in retracted.stdout.decode()
