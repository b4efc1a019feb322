"""Which lines of a source are one sentence, and which sentences are pieces."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from monshin_factcheck.core.text.boxes import not_chosen
from monshin_factcheck.core.text.sentences import MAX_SENTENCE, split_sentences
from monshin_factcheck.core.text.wrapped import source_sentences

PIECES = [
    "。",
    ".",
    "（",
    "）",
    "\n",
    "\n",
    "・",
    "は",
    "、",
    "薬を飲む",
    "ことは",
    "is given",
    "only",
    " ",
    "1) ",
    "：",
    "|",
]


def pieces_of(text: str) -> list[str]:
    """The sentences themselves."""
    return [found.span.of(text) for found in source_sentences(text)]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
@example("。。。。。。。。。。。。。。。。。。。薬を飲むis givenis given|\nis given")
def test_no_letter_is_lost_and_spans_stay_in_order(text: str) -> None:
    """What `split_sentences` finds lies in one sentence of the source, but where a bracket goes on."""
    spans = [found.span for found in source_sentences(text)]
    ends = [0, *(span.end for span in spans)]
    for end, start in zip(ends, [*(span.start for span in spans), len(text)], strict=True):
        assert end <= start
        assert len([character for character in text[end:start] if character.isalpha()]) <= 1
    for span in spans:
        assert span.of(text) == span.of(text).strip()
    for start in {span.start for span in spans} - {span.start for span in split_sentences(text)}:
        # A row stands alone, also where a sentence of prose would go on in the next line.
        above, own = text[:start].rstrip().rsplit("\n", 1)[-1], text[start:].split("\n", 1)[0]
        assert "|" in above + own


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("薬を投与する\nことは禁忌である。次へ。", ["薬を投与する\nことは禁忌である。", "次へ。"]),
        ("薬を飲む患者\n\x0cでは止める。", ["薬を飲む患者\n\x0cでは止める。"]),
        ("妊婦の場合、\n薬を止める。", ["妊婦の場合、\n薬を止める。"]),
        ("薬は1日5 mg（朝\n夕）とする。", ["薬は1日5 mg（朝\n夕）とする。"]),
        ("It is given i.v.\nonly once.", ["It is given i.v.\nonly once."]),
        ("小児\n薬を止める。", ["小児", "薬を止める。"]),
        ("腎機能が低下している場合\n薬を止める。", ["腎機能が低下している場合", "薬を止める。"]),
        ("薬A 5 mg\n薬B 3 mg\n以上", ["薬A 5 mg", "薬B 3 mg", "以上"]),
        ("- 薬を飲む\n- ことは", ["薬を飲む", "ことは"]),
        ("薬\t5 mgを飲む\nことは", ["薬\t5 mgを飲む", "ことは"]),
        ("薬を飲む\n状態：中止", ["薬を飲む", "状態：中止"]),
        ("薬を飲む\n\n水を飲む。", ["薬を飲む", "水を飲む。"]),
    ],
)
def test_lines_are_one_where_a_reader_reads_on(text: str, expected: list[str]) -> None:
    assert pieces_of(text) == expected


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("薬を飲む。\n水を飲む。", [True, True]),
        ("How it is given\nIt is given daily.", [False, True]),
        ("過去には\n薬を飲んだ。水を飲む。", [True, False, True]),
        ("薬を飲む\nことは禁忌である。水を飲む。", [False, True]),
        ("次のことはしない：\n- 薬を飲む。\n- 水を飲む。\n\n寝る。", [True, False, False, True]),
    ],
)
def test_what_may_go_on_is_not_whole(text: str, whole: list[bool]) -> None:
    assert [found.is_whole for found in source_sentences(text)] == whole


def test_no_piece_of_a_sentence_that_is_too_long_is_whole() -> None:
    text = "薬か水か、" * MAX_SENTENCE + "薬を飲む。水を飲む。"
    found = source_sentences(text)
    assert [sentence.is_whole for sentence in found] == [*[False] * (len(found) - 1), True]


@pytest.mark.parametrize(
    ("text", "dropped"),
    [
        ("□ 薬\n■ 水", ["薬"]),
        ("- [ ] 薬\n- [x] 水", ["[ ] 薬"]),
        ("[　] 薬\n  朝\n水", ["[　] 薬", "朝"]),
        ("( ) 薬\n(a) 水", ["( ) 薬"]),
        ("薬 □5 mg", ["薬 □5 mg"]),
        ("- 薬\n+ 水", ["薬"]),
        ("- 薬\n- 水\n体温 +1", []),
    ],
)
def test_what_nobody_chose_is_told(text: str, dropped: list[str]) -> None:
    spans = [found.span for found in source_sentences(text)]
    assert [spans[at].of(text) for at in sorted(not_chosen(text, spans))] == dropped


@pytest.mark.parametrize("unit", ["あ\n", "は\n", "、\n", "（\n", "□\n", "- a\n+ b\n", "a is b. c\n(", "薬を飲む\nと"])
def test_hostile_lines_are_read_in_time(unit: str) -> None:
    """Hazard: a hundred thousand characters of lines that might be one. A quadratic reader would not come back."""
    text = (unit * (100_000 // len(unit)))[:100_000]
    spans = [found.span for found in source_sentences(text)]
    assert len(not_chosen(text, spans)) <= len(spans)
