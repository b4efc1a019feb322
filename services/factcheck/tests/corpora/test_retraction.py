"""A retraction that is asked for again answers as the first time, and takes nothing else out of use."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from monshin_factcheck.corpora import versions
from monshin_factcheck.corpora.corpus import Corpus
from monshin_factcheck.corpora.model import NewDocument, StoredPassage
from monshin_kit.requests import NOT_REMEMBERED, RequestKey

RETRACT = RequestKey("RetractDocument", "0" * 36, "a", b"d")


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    """Two documents in a published version, one more in the draft."""
    with closing(Corpus.create(tmp_path / "one.sqlite", "one", "", ())) as made:
        add(made, "a", "甲薬は禁忌である。")
        add(made, "b", "乙薬は食後に飲む。")
        publish(made)
        add(made, "c", "丙薬は食前に飲む。")
        yield made


def add(corpus: Corpus, name: str, text: str) -> None:
    corpus.stage("i", 0, [NewDocument(name, "", text, "", "")])
    corpus.adopt("i", NOT_REMEMBERED)


def publish(corpus: Corpus) -> None:
    """One passage a document; no vectors."""
    number = corpus.begin_version(NOT_REMEMBERED).number
    unsplit = corpus.read(lambda connection: versions.unsplit(connection, number))
    split = [(content, [StoredPassage(content, 0, 0, len(text))]) for content, text in unsplit]
    corpus.change(lambda connection: versions.keep_passages(connection, split))
    corpus.change(lambda connection: versions.finish(connection, number, "f"))


def test_a_retraction_is_answered_again_when_a_version_without_the_document_serves(corpus: Corpus) -> None:
    first = corpus.retract("a", "誤り", RETRACT)
    publish(corpus)
    again = corpus.retract("a", "誤り", RETRACT)
    assert again == first
    assert (again.document.text, again.retraction, again.versions) == ("甲薬は禁忌である。", "誤り", (1,))


def test_a_retraction_of_what_no_version_held_is_answered_again(corpus: Corpus) -> None:
    assert corpus.retract("c", "誤り", RETRACT) == corpus.retract("c", "誤り", RETRACT)


def test_a_repeated_retraction_leaves_what_was_imported_since_in_use(corpus: Corpus) -> None:
    first = corpus.retract("a", "誤り", RETRACT)
    add(corpus, "a", "甲薬は慎重に投与する。")
    publish(corpus)
    texts = dict(corpus.pin().texts)
    assert "corpora/one/documents/a" in texts
    assert corpus.retract("a", "誤り", RETRACT) == first
    assert dict(corpus.pin().texts) == texts
