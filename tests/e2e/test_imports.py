"""`monshin ann import` against the real ann."""

from pathlib import Path

import numpy as np
import pytest

from .command import Monshin

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

DIM = 8


def save(path: Path, count: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """An .npy file of random vectors; these."""
    vectors = np.random.default_rng(count).standard_normal((count, DIM)).astype("float32")
    np.save(path, vectors)
    return vectors


async def test_a_file_is_stored_and_its_export_comes_back(monshin: Monshin, tmp_path: Path) -> None:
    """The format is told by the content, whatever the name; progress goes to stderr, the answer to stdout."""
    vectors = save(tmp_path / "v.npy", 50_000)
    (tmp_path / "v.npy").rename(tmp_path / "v.parquet")
    for name in ("file", "again"):
        assert (await monshin("ann", "create", name, "--dim", str(DIM))).status == 0
    stored = await monshin("ann", "import", "file", str(tmp_path / "v.parquet"))
    assert stored.record == {"sequence": "50000", "inserted": "50000"}
    assert "stored" in stored.errors
    assert (await monshin("ann", "get", "file", "49999")).record["vector"] == [float(each) for each in vectors[-1]]
    assert (await monshin("index", "export", "file", str(tmp_path), "--format", "parquet")).status == 0
    again = await monshin("ann", "import", "again", str(tmp_path / "points.parquet"), "--format", "parquet")
    assert again.record == {"sequence": "50000", "inserted": "50000"}
    assert (await monshin("ann", "get", "again", "49999")).record["vector"] == [float(each) for each in vectors[-1]]


async def test_ids_come_from_a_file_or_have_a_prefix(monshin: Monshin, tmp_path: Path) -> None:
    save(tmp_path / "v.npy", 3)
    (tmp_path / "ids").write_text("α\r\nb\n\nc\n")
    assert (await monshin("ann", "create", "named", "--dim", str(DIM))).status == 0
    assert (
        await monshin("ann", "import", "named", str(tmp_path / "v.npy"), "--ids", str(tmp_path / "ids"))
    ).status == 0
    assert (await monshin("ann", "import", "named", str(tmp_path / "v.npy"), "--id-prefix", "doc/")).status == 0
    found = await monshin("ann", "get", "named", "α", "b", "c", "doc/0", "doc/2")
    assert (found.status, len(found.output.splitlines())) == (0, 5)


async def test_a_bad_row_is_told_and_nothing_is_stored(monshin: Monshin, tmp_path: Path) -> None:
    vectors = save(tmp_path / "v.npy", 30_000)
    vectors[25_000, 3] = np.nan
    np.save(tmp_path / "v.npy", vectors)
    assert (await monshin("ann", "create", "refused", "--dim", str(DIM))).status == 0
    refused = await monshin("ann", "import", "refused", str(tmp_path / "v.npy"))
    assert refused.status == 1
    assert "row 25000 holds a number that is not finite: nothing was changed" in refused.errors
    assert (await monshin("ann", "stats", "refused")).record["stats"].get("points", "0") == "0"


async def test_a_file_of_neither_format_is_not_sent(monshin: Monshin, tmp_path: Path) -> None:
    (tmp_path / "v.npy").write_text("id,vector")
    refused = await monshin("ann", "import", "none", str(tmp_path / "v.npy"))
    assert refused.status != 0
    assert "neither Parquet nor .npy" in refused.errors
