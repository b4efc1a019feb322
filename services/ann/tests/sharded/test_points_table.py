"""Ids and payloads in one file that is written once."""

from pathlib import Path

import pytest
from monshin_ann.sharded.points_table import PointsTable, PointsWriter, Repeated
from monshin_kit.errors import DataLoss


def filled(path: Path, ids: list[str]) -> Repeated | None:
    writer = PointsWriter(path)
    writer.add(ids[:2], ["{}", None])
    writer.add(ids[2:], [f'{{"n":{n}}}' for n in range(len(ids) - 2)])
    return writer.finish()


def test_rows_are_numbered_from_0_in_the_order_of_writing(tmp_path: Path) -> None:
    assert filled(tmp_path / "points", ["d", "b", "c", "a"]) is None
    table = PointsTable(tmp_path / "points")
    assert table.rows == 4
    assert table.of_rows([3, 1, 1, 9]) == {1: ("b", None), 3: ("a", '{"n":1}')}
    assert table.of_ids(["a", "none", "d"]) == {"a": (3, '{"n":1}'), "d": (0, "{}")}
    assert table.payloads(1, 2) == [None, '{"n":0}']


def test_pages_are_in_the_order_of_code_points(tmp_path: Path) -> None:
    ids = ["é", "Z", "a", "病", "𠮷"]
    filled(tmp_path / "points", ids)
    table = PointsTable(tmp_path / "points")
    assert [name for _, name, _ in table.after("", 10)] == sorted(ids)
    assert [name for _, name, _ in table.after("a", 2)] == sorted(ids)[2:4]


def test_more_ids_than_a_statement_takes_are_found(tmp_path: Path) -> None:
    ids = [f"p{n:05}" for n in range(3000)]
    filled(tmp_path / "points", ids)
    found = PointsTable(tmp_path / "points").of_ids(reversed(ids))
    assert {name: row for name, (row, _) in found.items()} == {name: row for row, name in enumerate(ids)}


def test_the_first_id_that_is_repeated_is_told_by_its_rows(tmp_path: Path) -> None:
    assert filled(tmp_path / "points", ["a", "b", "c", "b", "a"]) == Repeated(0, 4)


def test_a_damaged_file_is_data_loss(tmp_path: Path) -> None:
    (tmp_path / "points").write_bytes(b"something else" * 1000)
    with pytest.raises(DataLoss):
        PointsTable(tmp_path / "points")
