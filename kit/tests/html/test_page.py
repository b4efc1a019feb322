"""The text of HTML pages."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from monshin_kit.errors import InvalidInput
from monshin_kit.html import decode_html, decode_text, read_html

HEADED = """<table><tr><th>薬<th colspan=2>用量<tr><th><th>成人<th>小児
<tr><td rowspan=2>A錠<td>5 mg<td>1 mg<tr><td>10 mg<td>2 mg</table>"""


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>一<p>二<br>三<ul><li>四<li>五</ul>", "一\n二\n三\n四\n五"),
        ("<p>日本\n  語の<b>文</b>\n of two\n words</p>", "日本語の文 of two words"),
        ("<nav>x</nav><script>x<p></script><style>x</style><p hidden>x</p><p style='display: none'>x</p>y", "y"),
        ("1回<s>5 mg</s><del>6 mg</del>10 mg", "1回10 mg"),
        ("10<sup>4</sup>/μL、投与<sup>1)</sup>、H<sub>2</sub>O", "10^4/μL、投与1)、H2O"),
        ("a &lt; b &amp; c&nbsp;d &#x75c5;", "a < b & c\xa0d 病"),
        ("<pre>a\nb</pre>", "a\nb"),
        ("<!-- x -->a<![CDATA[b]]>", "a"),
        (HEADED, "薬: A錠、用量 成人: 5 mg、用量 小児: 1 mg\n薬: A錠、用量 成人: 10 mg、用量 小児: 2 mg"),
        ("<table><tr><th>禁忌<td>妊婦<tr><th>用量<td>5 mg</table>", "禁忌: 妊婦\n用量: 5 mg"),
        ("<table><caption>t<tr><td>a<td>b</table>c", "t\na; b\nc"),
        ("", ""),
        ("<p>閉じない<div>タグ", "閉じない\nタグ"),
    ],
)
def test_a_page_reads_as_a_reader_sees_it(markup: str, text: str) -> None:
    assert read_html(markup).text == text


def test_titles_and_meta_are_found() -> None:
    page = read_html("<title> A \n B </title><meta name=Date content='2026-04-02'><h1>C</h1>")
    assert (page.title, page.meta["date"]) == ("A B", "2026-04-02")
    assert read_html("<h2>見出し</h2>文").title == "見出し"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_no_markup_raises(markup: str) -> None:
    read_html(markup)


@given(st.text("あ5<>/tdrpabl= '\"", max_size=200))
def test_no_character_is_invented(markup: str) -> None:
    """Beside the marks of tables and exponents, every character comes from the markup."""
    assert set(read_html(markup).text) <= set(markup) | set("\n: ;、^")


@pytest.mark.parametrize(
    "bad",
    ["<div>" * 100_000, "<table><tr><td>" * 20_000, "<sup>1" * 50_000, "<!--" * 100_000, "<a " * 100_000, "&" * 500_000,
     "<table>" + "<tr><td rowspan=99999 colspan=99999>a" * 1000],
    ids=["nested", "tables", "raised", "comments", "tags", "entities", "spans"],
)  # fmt: skip
def test_hostile_markup_takes_seconds_and_no_text_is_lost_after_it(bad: str) -> None:
    """Hazard: an HTML5 parser takes a minute for 100,000 nested elements, a tree of libxml2 ends at depth 256."""
    began = time.monotonic()
    read_html(bad)
    assert time.monotonic() - began < 30
    assert read_html("<div>" * 5000 + "深い").text == "深い"


def test_entities_and_files_of_others_are_not_loaded() -> None:
    """No DTD, no entity beside those of HTML."""
    markup = '<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]><p>&x;</p>'
    assert "root:" not in read_html(markup).text


@pytest.mark.parametrize(
    ("data", "charset", "text"),
    [
        ("病".encode(), "", "病"),
        (b"\xef\xbb\xbf" + "病".encode(), "", "病"),
        ("病".encode("utf-16"), "", "病"),
        ("<meta charset=shift_jis>①".encode("cp932"), "", "<meta charset=shift_jis>①"),
        ('<?xml version="1.0" encoding="EUC-JP"?>病'.encode("euc-jp"), "", '<?xml version="1.0" encoding="EUC-JP"?>病'),
        ("病".encode("cp932"), "Shift_JIS", "病"),
    ],
)
def test_declared_encodings_are_obeyed(data: bytes, charset: str, text: str) -> None:
    assert decode_html(data, charset) == text


@pytest.mark.parametrize(("data", "charset"), [(b"\xff", ""), (b"x", "idna"), (b"x", "nonsense"), (b"\x80", "euc-jp")])
def test_what_is_not_in_its_encoding_is_refused(data: bytes, charset: str) -> None:
    """Nothing is replaced by a question mark."""
    with pytest.raises(InvalidInput):
        decode_text(data, charset)
