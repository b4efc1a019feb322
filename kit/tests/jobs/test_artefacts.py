"""artefacts: whole or not there, checked when read, in folders and object stores.

fsspec's `memory` stands for the object stores: like them it shows an object once it is complete.
"""

import errno
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem
from hypothesis import given
from hypothesis import strategies as st
from monshin_kit.errors import DataLoss, InvalidInput, ResourceExhausted, Unavailable
from monshin_kit.jobs import Artefact, ArtefactStore

WRITER = """
import sys
from monshin_kit.jobs import ArtefactStore
store = ArtefactStore(sys.argv[1])
number = 0
while True:
    number += 1
    artefact = store.put(f"count/{number}", bytes([number % 256]) * 300_000)
    sys.stdout.write(artefact.reference + "\\n")
    sys.stdout.flush()
"""


@pytest.fixture(params=["file", "memory"])
def artefacts(request: pytest.FixtureRequest, tmp_path: Path) -> ArtefactStore:
    """One of each kind."""
    return ArtefactStore(tmp_path.as_uri() if request.param == "file" else f"memory://{tmp_path.name}")


def test_bytes_come_back_by_their_reference(artefacts: ArtefactStore) -> None:
    reference = artefacts.put("a/b", b"content").reference
    assert artefacts.read(Artefact.of(reference)) == b"content"


def test_a_file_comes_back_as_a_file(artefacts: ArtefactStore, tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(b"x" * 3_000_000)
    artefacts.fetch(artefacts.put("a/large", source), target)
    assert target.read_bytes() == source.read_bytes()


def test_a_damaged_artefact_is_data_loss_and_leaves_no_file(artefacts: ArtefactStore, tmp_path: Path) -> None:
    artefacts.put("a/b", b"content")
    other = Artefact("a/b", hashlib.sha256(b"other").hexdigest(), 7)
    with pytest.raises(DataLoss):
        artefacts.read(other)
    with pytest.raises(DataLoss):
        artefacts.fetch(other, tmp_path / "target")
    assert not [path for path in tmp_path.iterdir() if "target" in path.name]


def test_an_artefact_that_is_gone_is_data_loss(artefacts: ArtefactStore) -> None:
    artefact = artefacts.put("a/b", b"content")
    artefacts.delete("a")
    with pytest.raises(DataLoss):
        artefacts.read(artefact)


def test_names_are_those_under_a_prefix_in_order(artefacts: ArtefactStore) -> None:
    for name in ("a/c", "a/b/d", "ab/c", "z"):
        artefacts.put(name, b"x")
    assert artefacts.names("a") == ["a/b/d", "a/c"]
    assert artefacts.names("none") == []


def test_what_others_put_there_is_taken_with_its_sum(artefacts: ArtefactStore, tmp_path: Path) -> None:
    artefacts.put("imports/points", b"content")
    taken = artefacts.take("imports/points", tmp_path / "copy")
    assert taken == Artefact("imports/points", hashlib.sha256(b"content").hexdigest(), 7)
    assert (tmp_path / "copy").read_bytes() == b"content"
    with pytest.raises(DataLoss):
        artefacts.take("imports/none", tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_deleting_what_is_not_there_does_nothing(artefacts: ArtefactStore) -> None:
    artefacts.delete("never/was")


def test_deleting_takes_a_folder_and_not_its_neighbour(artefacts: ArtefactStore) -> None:
    artefacts.put("a/b/1", b"1")
    neighbour = artefacts.put("a/bc", b"2")
    artefacts.delete("a/b")
    assert artefacts.read(neighbour) == b"2"


def test_an_acknowledged_artefact_survives_kill_9_and_a_torn_one_never_shows(tmp_path: Path) -> None:
    """Hazard: a checkpoint that is half written when the worker dies is taken for one by the next attempt."""
    child = subprocess.Popen([sys.executable, "-c", WRITER, tmp_path.as_uri()], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    references = [child.stdout.readline() for _ in range(20)]
    child.kill()
    references += [line for line in child.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
    child.wait()
    child.stdout.close()
    store = ArtefactStore(tmp_path.as_uri())
    for reference in references:
        store.read(Artefact.of(reference.strip()))
    shown = {path.name: path.stat().st_size for path in (tmp_path / "count").iterdir() if path.name[0] != "."}
    assert set(shown.values()) == {300_000}


def test_a_stored_artefact_is_on_disk_with_every_folder_that_leads_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hazard: a power cut amid a build takes the folder of a plan that Redis has as SUCCEEDED."""
    synced: set[str] = set()
    real_fsync = os.fsync

    def fsync(descriptor: int) -> None:
        synced.add(os.readlink(f"/proc/self/fd/{descriptor}").removeprefix(str(tmp_path)))
        real_fsync(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    ArtefactStore((tmp_path / "store").as_uri()).put("ann/checkpoints/1/work/plan-000001/plan.json", b"{}")
    folders = ["", "/store", "/ann", "/checkpoints", "/1", "/work", "/plan-000001"]
    assert synced >= {"".join(folders[: n + 1]) for n in range(len(folders))}


def test_a_folder_that_cannot_be_written_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable):
        ArtefactStore((tmp_path / "file").as_uri()).put("a", b"content")


@pytest.mark.parametrize("name", ["", "/a", "a/../b", "..", "患者太郎", "a b", "a//b", "x" * 201])
def test_a_name_that_leaves_the_store_or_holds_a_text_is_refused(artefacts: ArtefactStore, name: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        artefacts.put(name, b"content")
    assert not name or name not in caught.value.message


@given(
    st.builds(
        Artefact,
        name=st.from_regex(r"[a-z0-9_-][a-z0-9._-]{0,20}(/[a-z0-9_-]{1,20}){0,3}", fullmatch=True),
        sha256=st.from_regex(r"[0-9a-f]{64}", fullmatch=True),
        size_bytes=st.integers(0, 10**14),
    )
)
def test_a_reference_is_read_as_it_was_written(artefact: Artefact) -> None:
    assert Artefact.of(artefact.reference) == artefact


@pytest.mark.parametrize("reference", ["", "a", "a@b:1", "a@" + "0" * 64, "a b@" + "0" * 64 + ":1"])
def test_what_is_no_reference_is_refused(reference: str) -> None:
    with pytest.raises(InvalidInput):
        Artefact.of(reference)


class _NetworkError(Exception):
    """As s3fs raises it; moto's S3 server showed botocore.exceptions.EndpointConnectionError when it was killed."""

    __module__ = "botocore.exceptions"


class _Unreachable(MemoryFileSystem):
    protocol = "unreachable"

    def pipe_file(self, path: str, value: bytes, mode: str = "overwrite", **kwargs: object) -> None:
        raise _NetworkError("http://somewhere")


def test_an_object_store_out_of_reach_is_unavailable() -> None:
    fsspec.register_implementation("unreachable", _Unreachable, clobber=True)
    with pytest.raises(Unavailable, match="_NetworkError"):
        ArtefactStore("unreachable://bucket").put("a", b"content")


class _Full(MemoryFileSystem):
    protocol = "full"

    def pipe_file(self, path: str, value: bytes, mode: str = "overwrite", **kwargs: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_is_named() -> None:
    fsspec.register_implementation("full", _Full, clobber=True)
    with pytest.raises(ResourceExhausted) as refused:
        ArtefactStore("full://bucket").put("a", b"content")
    assert refused.value.reason == "DISK_FULL"


def test_an_unknown_kind_of_store_is_refused() -> None:
    with pytest.raises(InvalidInput, match="MONSHIN_JOBS_ARTEFACTS_URL"):
        ArtefactStore("telepathy://somewhere")
