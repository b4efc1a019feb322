"""What a judge that reads gets of a document."""

from hypothesis import given
from hypothesis import strategies as st
from monshin_factcheck.core.evidence import Passage
from monshin_factcheck.core.retrieval.contexts import CONTEXT_LENGTH, readings
from monshin_factcheck.core.text.sentences import split_sentences
from monshin_factcheck.core.text.spans import Span

SENTENCE = "ワルファリンは納豆で作用が弱まる。"


def passages(document: str, text: str, title: str = "") -> list[Passage]:
    return [Passage(document, span, span.of(text), title=title) for span in split_sentences(text)]


def test_a_short_document_is_read_whole_under_its_title() -> None:
    text = SENTENCE * 3
    (reading,) = readings("主張", passages("d", text, "ワーファリン錠")[1:2], {"d": text}.__getitem__, 2)
    assert reading.context == "ワーファリン錠：" + text


def test_a_title_that_the_text_holds_is_not_said_twice() -> None:
    (reading,) = readings("主張", passages("d", SENTENCE, "ワルファリン"), {"d": SENTENCE}.__getitem__, 2)
    assert reading.context == SENTENCE


def test_the_best_documents_are_read_each_once() -> None:
    texts = {name: f"{name}は{SENTENCE}" for name in "abc"}
    found = [passage for name in "cab" for passage in passages(name, texts[name])]
    assert [reading.passages[0].document for reading in readings("主張", found * 2, texts.__getitem__, 2)] == ["c", "a"]


@given(st.integers(30, 80), st.data())
def test_of_a_long_document_the_sentences_around_the_best_passage_are_read(count: int, data: st.DataObject) -> None:
    text = "".join(f"{number}番の{SENTENCE}" for number in range(count))
    every = passages("d", text)
    best = data.draw(st.sampled_from(every))
    (reading,) = readings("主張", [best, every[0]], {"d": text}.__getitem__, 1)
    assert best.text in reading.context
    assert reading.context in text
    assert CONTEXT_LENGTH - 2 * len(every[-1].text) <= len(reading.context) <= CONTEXT_LENGTH
    assert all(passage.text in reading.context for passage in reading.passages)
    assert best in reading.passages


def test_a_sentence_longer_than_the_window_is_read_all_the_same() -> None:
    text = "長" * 2 * CONTEXT_LENGTH + "。" + SENTENCE
    (reading,) = readings("主張", passages("d", text)[:1], {"d": text}.__getitem__, 1)
    assert reading.passages
    assert reading.context.startswith("長")


def test_of_a_chart_the_two_best_resources_are_read_each_alone() -> None:
    """Hazard: one window of 160 characters, full of what merely stands beside the best resource in the Bundle."""
    lines = [f"{number}番の{SENTENCE}" for number in range(30)]
    text = "\n".join(lines)
    spans = [Span(text.index(line), text.index(line) + len(line)) for line in lines]
    found = [Passage("sources/0", spans[at], lines[at], part=spans[at]) for at in (20, 3, 7)]
    read = readings("主張", found, {"sources/0": text}.__getitem__, 2)
    assert [reading.context for reading in read] == [lines[20], lines[3]]
    assert [reading.in_document(Span(0, len(reading.context))) for reading in read] == [spans[20], spans[3]]
    assert [reading.passages for reading in read] == [(found[0],), (found[1],)]


def test_a_long_part_is_read_in_a_window_that_does_not_leave_it() -> None:
    before, part = "前の話である。" * 5, "".join(f"{number}番の{SENTENCE}" for number in range(20))
    inside = Span(len(before), len(before) + len(part))
    text = before + part + before
    first = split_sentences(part)[0].shifted(inside.start)
    (reading,) = readings("主張", [Passage("d", first, first.of(text), part=inside)], {"d": text}.__getitem__, 2)
    assert part.startswith(reading.context)
    assert len(reading.context) > CONTEXT_LENGTH / 2


def test_of_a_single_long_document_two_stretches_are_read() -> None:
    text = "".join(f"{number}番の{SENTENCE}" for number in range(60))
    every = passages("d", text)
    read = readings("主張", [every[50], every[51], every[2]], {"d": text}.__getitem__, 2)
    assert [every[at].text in reading.context for at, reading in zip((50, 2), read, strict=True)] == [True, True]
