"""The JSON lines that users write."""

import codecs
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from monshin.client import claim_chunks
from monshin.formats import (
    AliasLine,
    BadLine,
    ClaimLine,
    CorpusLine,
    SourceLine,
    alias_lines,
    alias_rows,
    claim_lines,
    corpus_lines,
    only_good,
    plain_text,
    text_lines,
)
from monshin_kit.errors import InvalidInput

words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@given(st.lists(st.tuples(words, words, st.lists(words))))
def test_every_claim_line_comes_back_in_order(claims: list[tuple[str, str, list[str]]]) -> None:
    """Whatever JSON can write, newlines and emoji included, is read as it was."""
    data = "\n".join(json.dumps({"id": i, "claim": c, "sources": s}) for i, c, s in claims).encode()
    assert list(claim_lines(data)) == [ClaimLine(i, c, tuple(map(SourceLine, s))) for i, c, s in claims]


@given(st.binary())
def test_arbitrary_bytes_never_raise(data: bytes) -> None:
    """A file that is no JSON at all gives bad lines with their numbers, one a line that is not blank."""
    found = list(corpus_lines(data))
    assert len(found) == sum(bool(line.strip()) for line in data.removeprefix(codecs.BOM_UTF8).split(b"\n"))
    assert all(isinstance(line, (BadLine, CorpusLine)) for line in found)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b'{"id": "a", "claim": ""}', "not empty"),
        (b'{"id": "a"}', '"claim"'),
        (b'{"id": 7, "claim": "x"}', '"id"'),
        (b'{"id": "a", "claim": "x", "sources": "text"}', '"sources"'),
        (b'{"id": "a", "claim": "x", "sources": [""]}', '"sources"'),
        (b'{"id": "a", "claim": "\\ud800"}', "lone surrogate"),
        (b'{"id": "a", "claim": "\xff"}', "UTF-8"),
        (b'{"id": "a", "claim": ', "not JSON"),
        (b'["a", "x"]', "not a JSON object"),
        (b"[" * 100_000, "not JSON"),
        (b'{"id": "a", "claim": "x", "n": ' + b"1" * 5000 + b"}", "not JSON"),
    ],
)
def test_a_bad_line_is_named_by_number_and_reason(line: bytes, problem: str) -> None:
    """The second line is bad; the first is still read."""
    first, second = claim_lines(b'{"id": "ok", "claim": "x"}\n' + line)
    assert first == ClaimLine("ok", "x")
    assert isinstance(second, BadLine)
    assert second.number == 2
    assert problem in second.problem


def test_a_problem_never_quotes_the_content() -> None:
    """An error may be logged; a patient's name must not be in it."""
    (bad,) = corpus_lines('{"id": "a", "text": {"name": "患者太郎"}}'.encode())
    assert isinstance(bad, BadLine)
    assert "患者" not in bad.problem


def test_only_good_names_every_bad_line() -> None:
    """Nothing is returned from a file with bad lines."""
    with pytest.raises(InvalidInput) as raised:
        only_good(corpus_lines(b'{"id":"a","text":"x"}\nbroken\n{"id":"b","text":"y"}\n{}'))
    assert [violation.field for violation in raised.value.violations] == ["line 2", "line 4"]


def test_a_byte_order_mark_is_no_part_of_the_first_line() -> None:
    """Editors on Windows write one."""
    assert list(claim_lines(codecs.BOM_UTF8 + b'{"id": "a", "claim": "x"}')) == [ClaimLine("a", "x")]
    assert plain_text(codecs.BOM_UTF8 + b"x", "it") == "x"


def test_only_a_line_feed_parts_lines() -> None:
    assert text_lines("a\u2028b\r\n\nc\x0bd".encode()) == ["a\u2028b", "c\x0bd"]


def test_bytes_that_are_no_text_are_refused_by_name() -> None:
    with pytest.raises(InvalidInput, match="the answer is not valid UTF-8"):
        plain_text(b"a\xff", "the answer")


@given(st.lists(st.integers(1, 600_000), max_size=40))
def test_chunks_of_claims_fit_into_a_message_and_lose_none(sizes: list[int]) -> None:
    claims = [ClaimLine(str(number), "x", (SourceLine("y" * size),)) for number, size in enumerate(sizes)]
    chunks = list(claim_chunks(claims))
    assert [claim for chunk in chunks for claim in chunk] == claims
    assert all(len(chunk) <= 64 for chunk in chunks)
    assert all(len(chunk) == 1 or sum(len(claim.sources[0].text) for claim in chunk) < 2**20 for chunk in chunks)


def test_alias_rows_and_lines_say_the_same() -> None:
    """A name, its aliases, and which of them mean something else, too."""
    expected = [AliasLine("心筋梗塞", ("AMI", "MI"), ("MI",)), AliasLine("当院薬, A", ("A錠",))]
    rows = '心筋梗塞,AMI,?MI\r\n"当院薬, A",A錠,,\n\n'
    lines = [{"name": line.name, "aliases": line.aliases, "ambiguous": line.ambiguous} for line in expected]
    assert list(alias_rows(rows.encode("utf-8-sig"))) == expected
    assert list(alias_lines("\n".join(map(json.dumps, lines)).encode())) == expected


@pytest.mark.parametrize("rows", ["名だけ", ",別名", '"開いた引用'])
def test_a_row_without_both_sides_is_named(rows: str) -> None:
    """With its number."""
    (bad,) = alias_rows(rows.encode())
    assert isinstance(bad, BadLine)
    assert bad.number == 1


@pytest.mark.parametrize("tier", [6, -1, "1", True, 1.5])
def test_a_tier_is_a_number_from_nought_to_five(tier: object) -> None:
    """Anything else is a bad line, not a guess."""
    (line,) = corpus_lines(json.dumps({"id": "a", "text": "x", "tier": tier}).encode())
    assert isinstance(line, BadLine)
