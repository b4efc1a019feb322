"""Where sentences end, and where they do not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from monshin_factcheck.core.text.sentences import MAX_SENTENCE, split_sentences

PIECES = [
    "。",
    "！",
    "？",
    ".",
    "（",
    "）",
    "「",
    "」",
    "\n",
    "・",
    "- ",
    "0.5 mg/dL",
    "e.g. ",
    "薬",
    "Dr. A",
    " ",
    "1) ",
    "“",
    "”",
]
texts = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=30).map("".join),
    st.text(max_size=60),
)


def pieces_of(text: str) -> list[str]:
    """The sentences themselves."""
    return [span.of(text) for span in split_sentences(text)]


@settings(max_examples=1000, deadline=None)
@given(texts)
def test_spans_are_in_order_and_lose_no_letter(text: str) -> None:
    """Spans never overlap; what lies between them holds no letter but those of bullets."""
    spans = split_sentences(text)
    ends = [0, *(span.end for span in spans)]
    starts = [*(span.start for span in spans), len(text)]
    for end, start in zip(ends, starts, strict=True):
        assert end <= start
        assert len([character for character in text[end:start] if character.isalpha()]) <= 1
    for span in spans:
        assert 0 < len(span) <= MAX_SENTENCE
        assert span.of(text) == span.of(text).strip()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("熱は38.5℃だった。咳もある！", ["熱は38.5℃だった。", "咳もある！"]),
        ("「痛い。」と言った。次へ。", ["「痛い。」と言った。", "次へ。"]),
        ("投与する（ただし小児は除く。）。終わり。", ["投与する（ただし小児は除く。）。", "終わり。"]),
        ("Give aspirin (e.g. 100 mg). Dr. Smith agrees.", ["Give aspirin (e.g. 100 mg).", "Dr. Smith agrees."]),
        ("The level was 110 mg/dL. Higher is bad.", ["The level was 110 mg/dL.", "Higher is bad."]),
        ("Potassium was 4.1 mEq/L. It rose.", ["Potassium was 4.1 mEq/L.", "It rose."]),
        ("Give 5 U. Then wait.", ["Give 5 U.", "Then wait."]),
        ("It was described by L. Pasteur. So it is.", ["It was described by L. Pasteur.", "So it is."]),
        ("E. coli is common. Use approx. 5 mg.", ["E. coli is common.", "Use approx. 5 mg."]),
        ("・アスピリン100 mg\n・-5℃で保存\n1) 水を飲む", ["アスピリン100 mg", "-5℃で保存", "水を飲む"]),
        ("値は３．５です．次です．", ["値は３．５です．", "次です．"]),
        ("(閉じない括弧。次の文。", ["(閉じない括弧。", "次の文。"]),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, expected: list[str]) -> None:
    assert pieces_of(text) == expected


def test_a_wrapped_english_line_goes_on() -> None:
    text = "These dressings are changed every seven days when they are\ndamp or loose. Next\nHeading"
    assert pieces_of(text)[0] == "These dressings are changed every seven days when they are\ndamp or loose."


@pytest.mark.parametrize("unit", ["あ", "（", "（）", "a.", "A. ", ". ", "（あ。）い。", "」", "“a”. "])
def test_hostile_texts_are_split_in_time(unit: str) -> None:
    """Hazard: a megabyte of brackets or dots. A quadratic splitter would not come back."""
    text = (unit * (1_000_000 // len(unit)))[:1_000_000]
    assert split_sentences(text)[-1].end <= len(text)
