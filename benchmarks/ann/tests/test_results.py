"""RESULTS.md and the README of grnnd say what the last run measured."""

from pathlib import Path

import pytest

from benchmarks.ann import document

ROOT = Path(__file__).parents[3]
FILES = [ROOT / "benchmarks" / "RESULTS.md", ROOT / "services" / "ann" / "grnnd" / "README.md"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_tables_are_those_of_the_last_run(file: Path) -> None:
    between = file.read_text().split(document.BEGIN)[1].split(document.END)[0]
    for part in (document.speeds("photos"), document.comparison(), document.growth()):
        assert len(part) > 80
        assert part in between


def test_all_kinds_of_data_stand_in_results() -> None:
    between = FILES[0].read_text().split(document.BEGIN)[1].split(document.END)[0]
    for kind in document.KINDS:
        assert document.speeds(kind) in between
