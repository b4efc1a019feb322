"""What is told of a claim's units: in the words of both sides."""

import pytest
from monshin_factcheck.core.alignment.telling import Told, ToldUnit, tell
from monshin_factcheck.core.evidence import Passage
from monshin_factcheck.core.rules.statement import Reader
from monshin_factcheck.core.text.spans import Span
from monshin_factcheck.core.text.words import Analyser


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(Analyser())


def told(reader: Reader, claim: str, text: str) -> Told:
    return tell(reader, claim, Passage("sources/0", Span(0, len(text)), text))


def test_units_are_matched_clash_or_are_missing(reader: Reader) -> None:
    found = told(reader, "ワーファリンは夕食の食前に飲む。", "ワルファリンは食後に飲む。")
    assert ToldUnit("ワーファリン", "ワルファリン") in found.matched
    assert found.clashed == (ToldUnit("食前", "食後", "antonym_conflict"),)
    assert found.missing == ("夕食",)


def test_words_are_told_as_they_were_written(reader: Reader) -> None:
    found = told(reader, "ﾜﾙﾌｧﾘﾝは飲む。", "ワルファリンは飲む。")
    assert found.matched[0] == ToldUnit("ﾜﾙﾌｧﾘﾝ", "ワルファリン")


def test_what_keeps_all_the_right_words_from_saying_it_is_named(reader: Reader) -> None:
    assert told(reader, "甲を乙が抑制する。", "甲が乙を抑制する。").obstacles == ("role",)
