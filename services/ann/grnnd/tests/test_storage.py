"""Files: what is loaded is what was saved, or it is refused."""

import os
import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from distributions import sampled

import grnnd
from grnnd import Calibration, Damaged, Graph, InvalidInput
from grnnd.storage import MAGIC


def small(code: str = "auto", metric: str = "l2") -> Graph:
    rows = np.random.default_rng(0).standard_normal((300, 9)).astype(np.float32)
    return grnnd.build(rows, code=code, metric=metric)


@pytest.mark.parametrize("metric", ["l2", "cosine", "inner_product"])
@pytest.mark.parametrize("code", ["f32", "f16", "sq8", "bits"])
def test_a_loaded_graph_answers_as_the_saved_one(tmp_path: Path, code: str, metric: str) -> None:
    graph = small(code, metric)
    graph.save(tmp_path / "graph")
    loaded = grnnd.load(tmp_path / "graph")
    queries = np.random.default_rng(1).standard_normal((20, 9)).astype(np.float32)
    for before, after in zip(graph.search(queries, 5), loaded.search(queries, 5), strict=True):
        assert (before == after).all()
    assert loaded.calibration == graph.calibration
    assert (loaded.metric, loaded.dim, loaded.degree, len(loaded)) == (graph.metric, 9, 32, 300)


def test_a_file_without_errors_of_recall_opens(tmp_path: Path) -> None:
    """As they were written before calibration knew them."""
    graph = grnnd.build(np.random.default_rng(0).standard_normal((3000, 9)).astype(np.float32))
    pairs = {k: tuple((at.ef, at.recall) for at in points) for k, points in graph.calibration.recalls.items()}
    replace(graph, calibration=Calibration(pairs)).save(tmp_path / "graph")
    found = grnnd.load(tmp_path / "graph").calibration.recalls
    assert pairs
    assert {k: [at[:2] for at in points] for k, points in found.items()} == {k: list(each) for k, each in pairs.items()}
    assert {at.error for points in found.values() for at in points} == {0.0}


def test_arrays_are_mapped_not_read(tmp_path: Path) -> None:
    small().save(tmp_path / "graph")
    loaded = grnnd.load(tmp_path / "graph")
    assert isinstance(loaded.points, np.memmap)
    assert isinstance(loaded.edges, np.memmap)
    assert not loaded.points.flags.writeable


def test_the_same_graph_gives_the_same_bytes(tmp_path: Path) -> None:
    small().save(tmp_path / "a")
    small().save(tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_any_cut_is_noticed(tmp_path: Path) -> None:
    """At every 97th length, and near the end."""
    small().save(tmp_path / "graph")
    whole = (tmp_path / "graph").read_bytes()
    for length in [*range(0, len(whole), 97), *range(len(whole) - 20, len(whole))]:
        (tmp_path / "cut").write_bytes(whole[:length])
        with pytest.raises(Damaged):
            grnnd.load(tmp_path / "cut")


def test_any_changed_byte_is_noticed_or_does_not_matter(tmp_path: Path) -> None:
    """Only the zeros between the arrays may change unseen."""
    graph = small()
    graph.save(tmp_path / "graph")
    whole = bytearray((tmp_path / "graph").read_bytes())
    unseen = 0
    for place in range(0, len(whole), 41):
        changed = whole.copy()
        changed[place] ^= 0x40
        (tmp_path / "changed").write_bytes(changed)
        try:
            loaded = grnnd.load(tmp_path / "changed")
        except (Damaged, InvalidInput):
            continue
        unseen += 1
        assert whole[place] == 0
        assert (loaded.edges == graph.edges).all()
        assert (loaded.points == graph.points).all()
    assert unseen < len(whole) / 41 / 2


def test_unverified_damage_cannot_make_a_search_read_elsewhere(tmp_path: Path) -> None:
    """Without the sums a changed array goes unseen, but an edge that leads out of the file does not."""
    graph = small()
    graph.save(tmp_path / "graph")
    whole = bytearray((tmp_path / "graph").read_bytes())
    place = whole.index(np.ascontiguousarray(graph.edges[0]).tobytes())
    whole[place : place + 4] = (5000).to_bytes(4, "little")
    (tmp_path / "changed").write_bytes(whole)
    with pytest.raises(Damaged, match="edge"):
        grnnd.load(tmp_path / "changed", verify=False)


def test_more_neighbours_than_a_beam_has_room_for_are_refused(tmp_path: Path) -> None:
    """Hazard: a file whose sums are right, made by a program that is not ours, overflows the stack of a search."""
    edges = (np.arange(300)[:, None] + np.arange(1, 258)) % 300
    replace(small(), edges=edges.astype(np.uint32)).save(tmp_path / "graph")
    with pytest.raises(Damaged, match="257 neighbours"):
        grnnd.load(tmp_path / "graph")


def test_another_version_is_refused_by_name(tmp_path: Path) -> None:
    small().save(tmp_path / "graph")
    whole = bytearray((tmp_path / "graph").read_bytes())
    whole[len(MAGIC)] = 99
    (tmp_path / "later").write_bytes(whole)
    with pytest.raises(InvalidInput, match="format 99"):
        grnnd.load(tmp_path / "later")


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no graph " * 1000)
    with pytest.raises(Damaged, match="does not begin"):
        grnnd.load(tmp_path / "text")


def test_a_failed_save_leaves_the_old_file_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is full when the new file is synced."""
    small().save(tmp_path / "graph")
    before = (tmp_path / "graph").read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        small("f32").save(tmp_path / "graph")
    assert (tmp_path / "graph").read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["graph"]


def test_a_killed_save_leaves_the_old_file(tmp_path: Path) -> None:
    """kill -9 between writing and renaming: the old graph still loads."""
    small().save(tmp_path / "graph")
    before = (tmp_path / "graph").read_bytes()
    program = (
        "import os, signal, sys, numpy, grnnd\n"
        "os.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "grnnd.build(numpy.eye(40, dtype='f4')).save(sys.argv[1])\n"
    )
    killed = subprocess.run([sys.executable, "-c", program, str(tmp_path / "graph")], check=False)
    assert killed.returncode == -9
    assert (tmp_path / "graph").read_bytes() == before
    assert len(grnnd.load(tmp_path / "graph")) == 300


def test_a_graph_over_floats_survives_the_file(tmp_path: Path) -> None:
    """Of data too uneven for codes."""
    rows, queries = sampled("nested clusters")
    graph = grnnd.build(rows)
    assert graph.codes.kind == "f32"
    graph.save(tmp_path / "graph")
    assert (grnnd.load(tmp_path / "graph").search(queries, 5).ids == graph.search(queries, 5).ids).all()


def test_a_graph_can_be_sent_to_another_process() -> None:
    """By pickle, as process pools do."""
    graph = small()
    graph.search(graph.vectors[:1], 1)  # opens what only this process has
    again = pickle.loads(pickle.dumps(graph))
    assert (again.search(graph.vectors, 3).ids == graph.search(graph.vectors, 3).ids).all()
