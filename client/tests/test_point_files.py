"""Files of points: what is sent of them."""

import hashlib
from pathlib import Path

import pytest
from monshin.point_files import PointFile, format_of
from monshin_kit.errors import InvalidInput
from monshin_protos.ann.v1 import index_pb2

NPY = index_pb2.IMPORT_FORMAT_NPY
NOTES, REQUEST = "collections/notes", "12345678-1234-1234-1234-123456789012"


def test_the_first_message_tells_all_of_the_data_that_follow(tmp_path: Path) -> None:
    """Ids before the file, one a line; size and checksum are of both."""
    file = tmp_path / "v.npy"
    file.write_bytes(b"x" * 3_000_000)
    first, *others = PointFile(file, NPY, ["α", "b"]).messages(NOTES, REQUEST)
    data = b"".join(each.data for each in others)
    assert data == "α\nb\n".encode() + b"x" * 3_000_000
    assert first == index_pb2.ImportPointsRequest(
        name=NOTES, format=NPY, size=len(data), sha256=hashlib.sha256(data).hexdigest(), id_bytes=5, request_id=REQUEST
    )
    assert all(each == index_pb2.ImportPointsRequest(data=each.data) for each in others)
    assert max(len(each.data) for each in others) <= 4_194_304


@pytest.mark.parametrize("bad", ["", "a\nb"])
def test_an_id_that_is_not_one_line_is_refused(tmp_path: Path, bad: str) -> None:
    with pytest.raises(InvalidInput, match="row 1"):
        PointFile(tmp_path / "v.npy", NPY, ["a", bad])


def test_the_format_is_told_by_the_content(tmp_path: Path) -> None:
    file = tmp_path / "v"
    for content, expected in ((b"PAR1 and more", index_pb2.IMPORT_FORMAT_PARQUET), (b"\x93NUMPY\x01", NPY)):
        file.write_bytes(content)
        assert format_of(file) == expected
    file.write_bytes(b"PK")
    with pytest.raises(InvalidInput, match="neither"):
        format_of(file)
