"""Files of each format, made for this test, and what becomes of them. PDFs: make_files.py."""

import gzip
import io
import time
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from monshin.formats import CorpusLine
from monshin.importers import FORMATS, File, Reading, archives, pdf, pdf_text, read_file, read_files
from monshin.importers.table import detect
from monshin_kit.errors import InvalidInput

FILES = Path(__file__).with_name("files")
FORMAT_OF = {
    "two.jsonl": "jsonl", "note.txt": "text", "leaflet.pdf": "pdf", "page.html": "html", "pubmed.xml": "pubmed",
    "insert.xml": "pmda", "documents.json": "fhir",
}  # fmt: skip


def file(name: str, charset: str = "") -> File:
    return File(name, (FILES / name).read_bytes(), charset)


def documents(name: str) -> dict[str, CorpusLine]:
    return {document.id: document for document in read_file(file(name)).documents}


def test_every_format_has_its_file() -> None:
    assert set(FORMAT_OF.values()) == set(FORMATS)


@pytest.mark.parametrize("name", sorted(FORMAT_OF))
def test_the_format_is_told_by_content_not_by_name(name: str) -> None:
    """A PDF that is called .txt is a PDF."""
    assert detect(File("x.txt", file(name).data)) == FORMAT_OF[name]


def test_plain_text_is_kept_to_the_character() -> None:
    """Its line ends too; only the byte order mark goes, and a form feed ends a line."""
    (document,) = read_file(file("note.txt")).documents
    assert document == CorpusLine("note.txt", "note", file("note.txt").data.decode(), "note.txt", "")
    (paged,) = read_file(File("a", b"\xef\xbb\xbfa\x0cb")).documents
    assert paged.text == "a\nb"


def test_another_encoding_is_named_never_guessed() -> None:
    (document,) = read_file(file("sjis.txt", "shift_jis")).documents
    assert document.text == "採血の手順\n採血は空腹時に行う。①から始める。\n"
    with pytest.raises(InvalidInput, match="--encoding"):
        read_file(file("sjis.txt"))


def test_a_pdf_reads_in_order_with_wrapped_lines_whole() -> None:
    """A sentence that the page's width breaks is one line again; bullets, table rows and pages stay apart."""
    (document,) = documents("leaflet.pdf").values()
    assert document.title == "ワルファリンの手引き"
    assert document.text.split("\n") == [
        "服用の手引き",
        "ワルファリンの投与を始めるときは、少なくとも2日から3日ごとにプロトロンビン時間を測定し、目標とする範囲に入るまで"
        "用量を1日0.5 mgずつ調節する。納豆とクロレラはビタミンKを多く含むため、服用中は避けるように患者へ説明する。",
        "・毎日同じ時刻に飲む。",
        "・飲み忘れても2回分を飲まない。",
        "薬剤\t開始用量\t最大用量",
        "甲錠\t5 mg\t10 mg",
        "乙錠\t2 mg\t8 mg",
        "妊娠中は禁忌である。",
    ]


def test_columns_are_read_one_after_the_other() -> None:
    (document,) = documents("columns.pdf").values()
    left, right = document.text.split("\n")
    assert left.startswith(
        "Amlodipine is started at 2.5 mg once daily in elderly patients and increased after two weeks"
    )
    assert right == "The right column speaks of warfarin. It is checked by the INR."


@pytest.mark.parametrize(
    ("name", "problem"),
    [("locked.pdf", "encrypted"), ("scan.pdf", "no text layer"), ("nameless.pdf", "page 1: a font does not say")],
)
def test_a_pdf_without_characters_is_refused_by_name(name: str, problem: str) -> None:
    """Rather than (cid:18), or an empty document."""
    with pytest.raises(InvalidInput, match=f"^{name}: {problem}|{name}: it .*{problem}"):
        read_file(file(name))


def test_a_pdf_that_never_ends_is_given_up() -> None:
    """Its pages are an object that refers to itself, which the parser follows for ever."""
    objects = b"1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n2 0 R\nendobj\n"
    looping = b"%PDF-1.4\n" + objects + b"trailer << /Size 3 /Root 1 0 R >>\n%%EOF\n"
    with pytest.raises(InvalidInput, match=r"^loop\.pdf: it takes longer than 4 s"):
        pdf.read(File("loop.pdf", looping), limit_s=4)


def test_html_gives_what_a_reader_sees() -> None:
    """No script, no navigation; a table's row names its columns."""
    (document,) = documents("page.html").values()
    assert (document.title, document.date) == ("アムロジピンの使い方", "2026-03-01")
    assert document.text.split("\n") == [
        "アムロジピン",
        "成人には1日1回2.5〜5 mgを経口投与する。",
        "患者: 成人、開始用量: 2.5 mg、最大用量: 10 mg",
        "患者: 小児、開始用量: 2.5 mg、最大用量: 5 mg",
        "グレープフルーツジュースを避ける。",
        "血小板数 5×10^4/μL 未満では慎重に使う。",
    ]


def test_pubmed_articles_keep_sections_and_exponents() -> None:
    """Articles without abstract, and retracted ones, are told and left out."""
    reading = read_file(file("pubmed.xml"))
    first, second = reading.documents
    assert first == CorpusLine(
        "pmid-90000001",
        "Amlodipine and invented outcomes: a made-up trial.",
        "BACKGROUND\nBlood pressure was measured in 120 patients.\nRESULTS\n"
        "Platelets fell below 5 × 10^4/μL in 3 patients (2.5%). CO2 was unchanged.",
        "Journal of invented trials. PMID 90000001",
        "2024-02-09",
    )
    assert (second.id, second.text, second.date) == ("pmid-90000002", "One paragraph.", "2023-12-05")
    assert ["90000003" in reading.remarks[0], "retracted" in reading.remarks[1]] == [True, True]


def test_a_package_insert_is_a_document_a_section() -> None:
    """Each under brand and section, in Japanese only, with the columns of its tables."""
    found = documents("insert.xml")
    prefix = "0000000X0000_1_01."
    texts = {name.removeprefix(prefix): document.text for name, document in found.items()}
    assert texts == {
        "Warnings": "本剤は緊急時に対応できる施設で投与すること。",
        "ContraIndications": "本剤の成分に対し過敏症の既往歴のある患者\n妊婦又は妊娠している可能性のある女性",
        "IndicationsOrEfficacy": "高血圧症\n狭心症",
        "InfoDoseAdmin": "通常、成人には1日1回5mgを経口投与する。\n年齢別の用量\n年齢: 6歳以上、1回量: 2.5mg",
        "UseInPregnant": "投与しないこと。",
        "UseInTheElderly": "低用量（2.5mg/日）から開始すること。",
        "PrecautionsForCombinations": "薬剤名等: グレープフルーツジュース、"
        "臨床症状・措置方法: 血圧が過度に低下することがある、"
        "機序・危険因子: 代謝が阻害される。",
        "SeriousAdverseEvents": "肝機能障害（頻度不明）\nAST、ALTの上昇があらわれることがある。",
        "OtherAdverseEvents": "循環器、0.1～5%未満: 浮腫、ほてり",
    }
    dose = found[prefix + "InfoDoseAdmin"]
    assert (dose.title, dose.source) == ("ミホン錠5mg 用法及び用量", "添付文書 0000000X0000_1_01、2026年3月改訂")


def test_fhir_documents_become_documents() -> None:
    """The first readable of several formats; what is superseded or no document is told and left out."""
    reading = read_file(file("documents.json"))
    assert [(one.id, one.text, one.date) for one in reading.documents] == [
        ("DocumentReference-fall", "転倒したら医師に報告する。", "2026-04-10"),
        ("DocumentReference-bed", "離床センサーを夜間に使う。", "2026-04-10"),
    ]
    assert len(reading.remarks) == 2


def test_a_chart_is_no_document() -> None:
    chart = File("chart.json", b'{"resourceType": "Observation"}')
    with pytest.raises(InvalidInput, match="source of a check"):
        read_file(chart)


def packed(*members: tuple[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return target.getvalue()


def test_archives_are_read_in_memory() -> None:
    """A name that climbs out of the folder is only a name."""
    archive = packed(("../../etc/note.txt", b"a"), ("sub/two.jsonl", file("two.jsonl").data))
    found = read_file(File("all.zip", archive)).documents
    assert [document.id for document in found] == ["note.txt", "a", "b"]
    zipped = gzip.compress(file("pubmed.xml").data[:100]) + gzip.compress(file("pubmed.xml").data[100:])
    assert read_file(File("pubmed.xml.gz", zipped)) == read_file(file("pubmed.xml"))


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (packed(("a.zip", packed(("b", b"x")))), "an archive in an archive"),
        (packed(("[Content_Types].xml", b"x")), "Office"),
        (packed(("a", b"x"))[:-10], "damaged"),
        (gzip.compress(b"x" * 1000)[:-12], "cut off"),
        (gzip.compress(gzip.compress(b"x")), "an archive in an archive"),
        (b"\x1f\x8bxxxxxxxx", "damaged"),
        (b"\xd0\xcf\x11\xe0", "Office"),
        (b"\x89PNG", "picture"),
        (b"", "no text"),
        (b" \n", "no text"),
        (b"a\x00b", r"line 1 of the text: control character U\+0000"),
        (b"a\nb\x1bc", r"line 2 of the text: control character U\+001B"),
        (b"<ClinicalDocument/>", "XML of a kind"),
        (b"<PubmedArticleSet>\n<x></PubmedArticleSet>", "line 2, column"),
        (b"<PubmedArticleSet/>", "no PubmedArticle"),
        (b"<PubmedArticle><MedlineCitation/></PubmedArticle>", "article 1: it has no PMID"),
        (b"%PDF-1.4\nnothing", "damaged"),
        (b'{"resourceType": "Bundle", "entry": 5}', "entry: a list"),
        (b'{"resourceType": "Bundle",\n "entry": }', "line 2, column 11: not JSON"),
        (b"x" * 1_048_577, "at most 1048576"),
    ],
    # Archives hold the time they were made, and workers of one run must name their tests the same.
    ids=lambda value: value if isinstance(value, str) else "data",
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_file_and_place(data: bytes, problem: str) -> None:
    with pytest.raises(InvalidInput, match=f"^the-file.*{problem}"):
        read_file(File("the-file", data))


ROOTS = ("PubmedArticleSet", 'PackIns xmlns="http://info.pmda.go.jp/namespace/prescription_drugs/package_insert/1.0"')


@pytest.mark.parametrize("root", ROOTS)
def test_entities_are_refused_before_they_grow_or_open_a_file(root: str) -> None:
    """Billion laughs, quadratic blow-up, an external entity, an external parameter entity."""
    laughs = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 30))
    for declared in (
        laughs,
        '<!ENTITY a29 SYSTEM "file:///etc/passwd">',
        '<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;',
    ):
        bomb = f'<?xml version="1.0"?><!DOCTYPE x [{declared}]><{root}>&a29;</{root.split(" ")[0]}>'
        began = time.monotonic()
        with pytest.raises(InvalidInput, match="entities"):
            read_file(File("bomb.xml", bomb.encode()))
        assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "bomb", [gzip.compress(bytes(2**22)), packed(("a", bytes(2**21)), ("b", bytes(2**21)))], ids=["gzip", "zip"]
)
def test_a_bomb_is_refused_before_it_is_unpacked(bomb: bytes) -> None:
    """Some kilobytes that unpack to megabytes; the bound holds for all files of an archive together."""
    assert len(bomb) < 20_000
    with pytest.raises(InvalidInput, match="when unpacked"):
        list(archives.members(File("bomb", bomb), most=2**20 * 3))


def test_deep_xml_is_refused() -> None:
    deep = b"<PubmedArticleSet>" + b"<a>" * 100_000 + b"</a>" * 100_000 + b"</PubmedArticleSet>"
    with pytest.raises(InvalidInput, match="deeper"):
        read_file(File("deep.xml", deep))


def read_here(file: File) -> Reading:
    """As read_file; a PDF without the process of its own, which takes a second to start."""
    return pdf_text.extract(file) if b"%PDF-" in file.data[:1024] else read_file(file)


@pytest.mark.parametrize("name", sorted(FORMAT_OF))
def test_a_file_cut_anywhere_is_read_or_refused_and_never_breaks(name: str) -> None:
    """Hazard: a download that ended early. Nothing else than InvalidInput comes out."""
    data = file(name).data
    for length in range(0, len(data), max(1, len(data) // 40)):
        with suppress(InvalidInput):
            assert isinstance(read_here(File(name, data[:length])), Reading)


@given(st.binary(max_size=300), st.sampled_from(sorted(set(FORMATS) - {"pdf"})))
def test_no_bytes_break_an_importer(data: bytes, name: str) -> None:
    """Whatever they claim to be."""
    with suppress(InvalidInput):
        assert isinstance(read_file(File("x", data), name), Reading)


def test_two_files_of_one_id_are_refused_with_both_names() -> None:
    with pytest.raises(InvalidInput, match="one in a/note"):
        read_files([File("a/note.txt", b"x"), File("b/note.txt", b"y")])


def test_bad_lines_are_problems_of_the_whole() -> None:
    """The caller decides: nothing, or the good ones."""
    reading = read_files([file("note.txt"), File("bad.jsonl", b'{"id": "a", "text": "x"}\n{"id": 7}')])
    assert [document.id for document in reading.documents] == ["note.txt", "a"]
    assert reading.problems == ('bad.jsonl: line 2: "id" must be a text that is not empty',)
