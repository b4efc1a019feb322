"""One graph of many parts, merged in files."""

from pathlib import Path

import numpy as np
import pytest
from distributions import sampled
from numpy.typing import NDArray
from reference import all_distances, reachable_share, recall

import grnnd
from grnnd import ExternalMerge, Graph, InvalidInput, Part, calibration, engine

Rows = NDArray[np.float32]
CELLS = 4


def cells_of(rows: Rows, overlap: int = 2) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    """Each row's nearest cells, and its owner; some rows are held out."""
    nearest = np.argsort(all_distances(rows[:CELLS], rows), axis=1, kind="stable")[:, :overlap]
    owners = nearest[:, 0].astype(np.uint32)
    owners[calibration.held_out(len(rows), 0)] = engine.NONE
    return nearest, owners


def parts_of(rows: Rows, metric: str = "l2", degree: int = 32) -> tuple[list[Part], NDArray[np.uint32]]:
    nearest, owners = cells_of(rows)
    numbers = [
        np.flatnonzero((nearest == cell).any(axis=1) & (owners != engine.NONE)).astype(np.uint32)
        for cell in range(CELLS)
    ]
    graphs = [grnnd.build(rows[part], metric=metric, degree=degree, threads=1) for part in numbers]
    return [Part.of(graph, part, owners[part]) for graph, part in zip(graphs, numbers, strict=True)], owners


def merged(rows: Rows, folder: Path, metric: str = "l2", threads: int = 1) -> Graph:
    parts, owners = parts_of(rows, metric)
    merge = ExternalMerge(rows, owners, parts, folder, metric=metric, threads=threads)
    for part in range(CELLS):
        merge.unite(part)
    return merge.finish()


@pytest.mark.parametrize("metric", ["l2", "cosine"])
@pytest.mark.parametrize("kind", ["normal 16d", "low rank 384d", "400 clusters"])
def test_overlapping_cells_are_searched_as_one_graph(kind: str, metric: str, tmp_path: Path) -> None:
    rows, queries = sampled(kind)
    graph = merged(rows, tmp_path, metric)
    graph.save(tmp_path / "graph")
    hits = grnnd.load(tmp_path / "graph").search(queries, 10, ef=128)
    stored = rows / np.linalg.norm(rows, axis=1, keepdims=True) if metric == "cosine" else rows
    assert recall(hits.distances, stored, queries, metric) >= 0.97
    assert reachable_share(graph) == 1.0


@pytest.mark.parametrize("kind", ["nested clusters", "one outlier", "few distinct", "half duplicates", "all equal"])
def test_degenerate_data_can_be_reached_and_found(kind: str, tmp_path: Path) -> None:
    rows, queries = sampled(kind)
    cells = np.arange(len(rows)) % CELLS  # equal rows have no nearest cell
    owners = cells.astype(np.uint32)
    numbers = [
        np.flatnonzero((cells == cell) | (cells == (cell + 1) % CELLS)).astype(np.uint32) for cell in range(CELLS)
    ]
    parts = [Part.of(grnnd.build(rows[part], threads=1), part, owners[part]) for part in numbers]
    merge = ExternalMerge(rows, owners, parts, tmp_path, threads=1)
    for part in range(CELLS):
        merge.unite(part)
    graph = merge.finish()
    assert reachable_share(graph) == 1.0
    assert len(rows) > 16 * 100, "else nothing is walked"
    assert recall(graph.search(queries, 10, ef=100).distances, rows, queries) >= 0.9


def test_a_list_holds_the_nearest_that_any_part_found(tmp_path: Path) -> None:
    """Nothing is nearer to what it stands before: each list is a pruned union, which begins with the nearest of all."""
    rows, _ = sampled("normal 16d")
    parts, owners = parts_of(rows)
    merge = ExternalMerge(rows, owners, parts, tmp_path, threads=1)
    merge.unite(2)
    order = np.concatenate([part.rows[owners[part.rows] == number] for number, part in enumerate(parts)])
    own = order[owners[order] == 2]
    found = order[merge.edges_of(2)[:, 0]]
    for row, first in zip(own[:200].tolist(), found[:200].tolist(), strict=True):
        offered = np.unique(np.concatenate([part.lists[part.rows == row].ravel() for part in parts]))
        offered = offered[(offered != engine.NONE) & (offered != row)]
        away = np.square(rows[offered] - rows[row]).sum(axis=1)
        assert np.square(rows[first] - rows[row]).sum() <= away.min() * 1.1 + 1e-6  # codes round


def test_the_graph_is_the_same_for_any_number_of_threads_and_order_of_parts(tmp_path: Path) -> None:
    rows, _ = sampled("normal 16d")
    parts, owners = parts_of(rows)
    graphs = []
    for threads, sequence in ((1, range(CELLS)), (3, reversed(range(CELLS)))):
        folder = tmp_path / str(threads)
        folder.mkdir()
        merge = ExternalMerge(rows, owners, parts, folder, threads=threads)
        for part in sequence:
            merge.unite(part)
        graphs.append(merge.finish())
    assert (graphs[0].edges == graphs[1].edges).all()
    assert graphs[0].calibration == graphs[1].calibration


def test_what_was_united_before_an_interruption_can_be_put_back(tmp_path: Path) -> None:
    rows, _ = sampled("normal 16d")
    parts, owners = parts_of(rows)
    folders = [tmp_path / "first", tmp_path / "second"]
    for folder in folders:
        folder.mkdir()
    first = ExternalMerge(rows, owners, parts, folders[0], threads=1)
    for part in range(CELLS):
        first.unite(part)
    kept = first.edges_of(1).tobytes()
    whole = first.finish()
    second = ExternalMerge(rows, owners, parts, folders[1], threads=1)
    second.edges_of(1)[:] = np.frombuffer(kept, dtype=np.uint32).reshape(-1, second.degree)
    for part in (0, 2, 3):
        second.unite(part)
    assert (second.finish().edges == whole.edges).all()


def test_it_is_nearly_as_good_as_one_build_of_all(tmp_path: Path) -> None:
    rows, queries = sampled("low rank 384d")
    whole = grnnd.build(rows, threads=1).search(queries, 10, ef=48)
    in_parts = merged(rows, tmp_path).search(queries, 10, ef=48)
    assert recall(in_parts.distances, rows, queries) >= recall(whole.distances, rows, queries) - 0.02


def test_the_recall_measured_at_the_end_holds_for_new_queries(tmp_path: Path) -> None:
    rows, queries = sampled("normal 16d")
    graph = merged(rows, tmp_path)
    assert recall(graph.search(queries, 10, target_recall=0.95).distances, rows, queries) >= 0.93


def test_what_does_not_fit_together_is_refused(tmp_path: Path) -> None:
    rows, _ = sampled("normal 16d")
    parts, owners = parts_of(rows, degree=8)
    with pytest.raises(InvalidInput, match="inner_product"):
        ExternalMerge(rows, owners, parts, tmp_path, metric="inner_product")
    with pytest.raises(InvalidInput, match="none"):
        ExternalMerge(rows, owners, [], tmp_path)
    with pytest.raises(InvalidInput, match="must agree"):
        ExternalMerge(rows, owners, [*parts[:3], Part(parts[3].rows, parts[3].lists[:, :4])], tmp_path)
    with pytest.raises(InvalidInput, match="ordered by the part"):
        ExternalMerge(rows, owners, [*parts[:3], Part(parts[3].rows[::-1], parts[3].lists)], tmp_path)
    with pytest.raises(InvalidInput, match="allowed are 0 to"):
        ExternalMerge(rows[:100], owners[:100], parts, tmp_path)
    last = parts[3].rows[owners[parts[3].rows] != 3]
    with pytest.raises(InvalidInput, match="part 3 owns"):
        ExternalMerge(rows, owners, [*parts[:3], Part(last, parts[3].lists[: len(last)])], tmp_path)


def test_a_part_may_own_nothing_or_be_empty(tmp_path: Path) -> None:
    rows, queries = sampled("normal 16d")
    parts, owners = parts_of(rows)
    whole = np.arange(len(rows), dtype=np.uint32)
    empty = Part(np.empty(0, dtype=np.uint32), np.empty((0, 32), dtype=np.uint32))
    among = owners[:500] != engine.NONE
    guest = grnnd.build(rows[:500][among], threads=1)
    parts += [empty, Part.of(guest, whole[:500][among], owners[:500][among])]
    merge = ExternalMerge(rows, owners, parts, tmp_path, threads=1)
    for part in range(len(parts)):
        merge.unite(part)
    graph = merge.finish()
    assert recall(graph.search(queries, 10, ef=128).distances, rows, queries) >= 0.97


def test_what_the_watcher_raises_stops_it(tmp_path: Path) -> None:
    rows, _ = sampled("normal 16d")
    parts, owners = parts_of(rows)
    phases: list[str] = []

    def stop(phase: str, done: int, total: int) -> None:
        phases.append(phase)
        if phase == "unite":
            raise KeyboardInterrupt

    merge = ExternalMerge(rows, owners, parts, tmp_path, threads=1, on_step=stop)
    with pytest.raises(KeyboardInterrupt):
        merge.unite(0)
    assert phases == ["codes", "unite"]
