"""Files that come in pieces are there whole, or not at all."""

import hashlib
from pathlib import Path

import pytest
from monshin.arrivals import Arrival, Arrivals
from monshin_kit.errors import DataLoss


def digest(data: bytes) -> str:
    """As a service sends it."""
    return hashlib.sha256(data).hexdigest()


def test_a_file_is_its_pieces_in_order(tmp_path: Path) -> None:
    with Arrival(tmp_path / "a") as arrival:
        arrival.write(b"one ")
        arrival.write(b"two")
        arrival.finish(digest(b"one two"))
        arrival.place()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a": b"one two"}


@pytest.mark.parametrize("sha256", [digest(b"other"), "", digest(b"data").upper()])
def test_a_wrong_checksum_leaves_what_was_there(sha256: str, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    with Arrival(tmp_path / "a") as arrival:
        arrival.write(b"data")
        with pytest.raises(DataLoss):
            arrival.finish(sha256)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a": b"old"}


def test_a_stream_that_ends_early_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    with Arrival(tmp_path / "a") as arrival:
        arrival.write(b"data")
        with pytest.raises(DataLoss, match="in part"):
            arrival.place()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a": b"old"}


def test_of_several_files_all_are_placed_or_none(tmp_path: Path) -> None:
    with Arrivals(tmp_path / "new") as arrivals:
        arrivals.write("a", b"data", digest(b"data"))
        arrivals.write("b", b"da", "")
        with pytest.raises(DataLoss):
            arrivals.place()
    assert list((tmp_path / "new").iterdir()) == []
    with Arrivals(tmp_path / "new") as arrivals:
        arrivals.write("a", b"da", "")
        arrivals.write("a", b"ta", digest(b"data"))
        arrivals.write("b", b"", digest(b""))
        assert arrivals.place() == [tmp_path / "new" / "a", tmp_path / "new" / "b"]
    assert {path.name: path.read_bytes() for path in (tmp_path / "new").iterdir()} == {"a": b"data", "b": b""}


@pytest.mark.parametrize("name", ["", "..", "../a", "/etc/a", "a/b", ".hidden"])
def test_a_service_cannot_name_a_file_elsewhere(name: str, tmp_path: Path) -> None:
    with Arrivals(tmp_path / "new") as arrivals, pytest.raises(DataLoss):
        arrivals.write(name, b"data", digest(b"data"))
    assert list((tmp_path / "new").iterdir()) == []
    assert [path.name for path in tmp_path.iterdir()] == ["new"]
