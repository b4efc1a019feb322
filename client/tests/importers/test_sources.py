"""Files as the evidence of a check: what becomes a source, under which title, and what is told to be left out."""

import gzip
import io
import json
import zipfile
from pathlib import Path

import pytest
from monshin.importers import File, FileSource, sources_of
from monshin_kit.errors import InvalidInput

FILES = Path(__file__).with_name("files")
CHART = b'{"resourceType": "Observation"}'


def file(name: str) -> File:
    return File(name, (FILES / name).read_bytes())


def packed(*members: tuple[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in members:
            archive.writestr(name, data)
    return target.getvalue()


def lines(count: int) -> bytes:
    return b"".join(json.dumps({"id": f"d{n}", "text": f"text {n}"}).encode() + b"\n" for n in range(count))


def test_a_section_of_an_insert_stands_under_brand_and_section() -> None:
    """Hazard: joined into one text, nothing says which drug 投与しないこと speaks of."""
    found = {source.title: source for source in sources_of([file("insert.xml")]).sources}
    origin = "添付文書 0000000X0000_1_01、2026年3月改訂"
    assert found["ミホン錠5mg 妊婦"] == FileSource("投与しないこと。", "ミホン錠5mg 妊婦", "", origin)
    assert len(found) == 9


def test_each_document_keeps_title_date_and_origin() -> None:
    first, second, note, page = sources_of([file("pubmed.xml"), file("note.txt"), file("page.html")]).sources
    assert (first.title, first.date) == ("Amlodipine and invented outcomes: a made-up trial.", "2024-02-09")
    assert (first.origin, second.date) == ("Journal of invented trials. PMID 90000001", "2023-12-05")
    assert (note.title, note.origin) == ("note", "note.txt")
    assert (page.title, page.date, page.origin) == ("アムロジピンの使い方", "2026-03-01", "page.html")


def test_a_document_without_title_is_called_by_its_file_and_id() -> None:
    (found,) = sources_of([File("a/b.jsonl", lines(1))]).sources
    assert found == FileSource("text 0", "b.jsonl", "", "b.jsonl: d0")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("pubmed.xml", ["PMID 90000003 has no abstract", "PMID 90000004 is retracted"]),
        ("half-scanned.pdf", ["half-scanned.pdf: page 2 is a picture without a text layer"]),
    ],
)
@pytest.mark.parametrize("is_packed", [False, True])
def test_what_is_left_out_is_told(name: str, told: list[str], is_packed: bool) -> None:
    """Hazard: a check finds nothing against a claim because the page that says so was a picture."""
    given = File("all.zip", packed((name, file(name).data))) if is_packed else file(name)
    found = sources_of([given])
    assert found.sources
    assert len(found.remarks) == len(told)
    assert all(words in remark for words, remark in zip(told, found.remarks, strict=True))


def test_a_chart_is_sent_as_it_is_also_out_of_an_archive() -> None:
    """Hazard: read as an importer reads it, a chart is its documents alone, without values and orders."""
    chart = FileSource(CHART.decode(), "chart.json", is_chart=True)
    archive = packed(("x/chart.json", CHART), ("note.txt", b"text"))
    assert sources_of([File("x/chart.json", CHART)]).sources == (chart,)
    assert sources_of([File("chart.json.gz", gzip.compress(CHART))]).sources == (chart,)
    packed_chart, note = sources_of([File("all.zip", archive)]).sources
    assert (packed_chart, note.content) == (chart, "text")


def test_as_many_documents_as_a_check_takes_and_no_more() -> None:
    """Over all files together."""
    assert len(sources_of([File("a.jsonl", lines(60)), File("b.jsonl", lines(4))]).sources) == 64
    with pytest.raises(InvalidInput, match="65 documents: a check takes at most 64"):
        sources_of([File("a.jsonl", lines(60)), File("b.jsonl", lines(5))])


def test_a_bad_line_refuses_the_check_by_its_number() -> None:
    with pytest.raises(InvalidInput, match=r"bad\.jsonl.*line 2"):
        sources_of([File("bad.jsonl", lines(1) + b'{"id": 7}\n')])
