"""`check --source` with files that hold several documents, or not only what can be read."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from .conftest import REPOSITORY, Platform

pytestmark = pytest.mark.slow

FILES = REPOSITORY / "client" / "tests" / "importers" / "files"
DISCHARGE = REPOSITORY / "demo" / "discharge"
DOSE = "ミホン錠は高齢者には低用量（5mg/日）から開始すること。"


def json_lines(output: bytes) -> list[dict[str, Any]]:
    """The objects of an output."""
    return [json.loads(line) for line in output.decode().splitlines()]


def sources(*files: Path) -> list[str]:
    """The options that bring them."""
    return [word for file in files for word in ("--source", str(file))]


def test_the_verdict_says_which_document_of_a_file(platform: Platform) -> None:
    """The section of an insert under its brand, with its revision; also for people.

    Without its title, nothing says that the sentence speaks of this drug and of the old.
    """
    arguments = ["factcheck", "check", *sources(FILES / "insert.xml", FILES / "pubmed.xml"), DOSE]
    result = platform.monshin(*arguments, "--json")
    (line,) = json_lines(result.stdout)
    best = line["evidence"][0]
    assert line["verdict"] == "CONTRADICTED"
    assert (best["title"], best["source"]) == ("ミホン錠5mg 高齢者", "添付文書 0000000X0000_1_01、2026年3月改訂")
    shown = " ".join(platform.monshin(*arguments).stdout.decode().split())
    assert f"[{best['document']} ミホン錠5mg 高齢者 添付文書" in shown


def test_what_a_source_leaves_out_is_told_on_standard_error(platform: Platform) -> None:
    """And the check goes on; where nothing is left, there is none."""
    files = sources(FILES / "pubmed.xml", FILES / "half-scanned.pdf")
    result = platform.monshin("factcheck", "check", *files, DOSE)
    assert result.returncode == 0, result.stderr.decode()
    told = result.stderr.decode()
    assert all(words in told for words in ("PMID 90000004 is retracted", "half-scanned.pdf: page 2 is a picture"))


def test_a_source_of_which_nothing_is_left_is_refused(platform: Platform, tmp_path: Path) -> None:
    article = (FILES / "pubmed.xml").read_text().replace("<Abstract>", "<Other>").replace("</Abstract>", "</Other>")
    (tmp_path / "letters.xml").write_text(article)
    result = platform.monshin("factcheck", "check", *sources(tmp_path / "letters.xml"), DOSE)
    assert result.returncode == 1
    assert "PMID 90000001 has no abstract" in result.stderr.decode()
    assert "letters.xml: no document to check against" in result.stderr.decode()


def test_a_chart_in_an_archive_is_checked_as_a_chart(platform: Platform, tmp_path: Path) -> None:
    """Its values and orders, beside the document that lies with it."""
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.write(DISCHARGE / "chart.json", "stay/chart.json")
        archive.writestr("note.txt", "退院は2026年4月20日の予定である。")
    answer = ["--answer", str(DISCHARGE / "summary.txt")]
    result = platform.monshin("factcheck", "check", "--json", *sources(tmp_path / "all.zip"), *answer)
    assert result.returncode == 0, result.stderr.decode()
    lines = {line["claim"]: line for line in json_lines(result.stdout)}
    best = lines["2026年4月1日に入院した。"]["evidence"][0]
    assert (best["document"], best["title"], best["source"]) == ("sources/0", "chart.json", "Encounter/stay")
    assert [line["verdict"] for claim, line in lines.items() if claim.startswith("カリウムは7.9")] == ["CONTRADICTED"]
