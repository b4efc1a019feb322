"""BuildIndex is a wish for the points there are: it ends however much is written, and goes on after a restart."""

from collections.abc import Callable
from contextlib import closing
from typing import Any

import apsw
import grnnd
import numpy as np
import pytest
from graph_collections import Make, build, clustered, fill
from monshin_ann import indexing
from monshin_ann.collection import Collection
from monshin_ann.core.building import Limits
from monshin_ann.indexing import BuildSettings
from monshin_ann.store.points_file import Aim
from monshin_kit.requests import NOT_REMEMBERED

Writes = Callable[[], None]


@pytest.fixture
def during_builds(monkeypatch: pytest.MonkeyPatch) -> Callable[[Writes], list[int]]:
    """Has something written each time that a graph is built; sizes of the graphs so far."""

    def arrange(writes: Writes) -> list[int]:
        real, built = grnnd.build, list[int]()

        def build_amid_writes(vectors: Any, **more: Any) -> Any:
            writes()
            built.append(len(vectors))
            return real(vectors, **more)

        monkeypatch.setattr(indexing.grnnd, "build", build_amid_writes)
        return built

    return arrange


def numbers_without_graph(collection: Collection) -> list[int]:
    """Sequence numbers of the living points of the head."""
    head = collection.snapshot().head
    return [
        int(block.sequences[row]) for block, rows in head for row in block.alive_at(collection.stats.sequence, rows)
    ]


def test_a_wish_ends_though_points_come_change_and_go_all_the_time(
    make: Make, batch: Callable[..., Any], during_builds: Callable[..., Any]
) -> None:
    """Each build meets 300 new points, 40 replaced and 40 deleted ones: there is always a point without a graph, and a
    deleted one in the segment."""
    collection = make(building=BuildSettings(Limits(seal_points=1_000_000, segment_points=1_000_000)))
    fill(collection, batch, clustered(1500))
    come = iter(range(1, 100))

    def write() -> None:
        round_ = next(come)
        fill(collection, batch, clustered(300, seed=round_), first=1500 + 300 * round_)
        fill(collection, batch, clustered(40, seed=round_), first=40 * round_)
        gone = [f"p{number}" for number in range(1400 - 40 * round_, 1440 - 40 * round_)]
        collection.delete(gone, NOT_REMEMBERED).result()

    built = during_builds(write)

    wish = collection.want_index(NOT_REMEMBERED).wish
    for _ in range(10):
        collection.build_next()

    assert (wish.aim, wish.until) == (Aim.ALL, 1500)
    assert collection.view_index().wish.aim is Aim.NONE
    assert built == [1500]
    assert min(numbers_without_graph(collection)) > 1500
    assert collection.stats.indexed_points == 1500 - 80


def test_points_of_the_wish_are_not_kept_waiting_by_later_ones(
    make: Make, batch: Callable[..., Any], during_builds: Callable[..., Any]
) -> None:
    """More points than a segment holds, so that it takes several builds, and more come than are built meanwhile. A
    block of dim 512 holds 2048 points."""
    building = BuildSettings(Limits(seal_points=10_000, segment_points=2100))
    collection = make(building=building, dim=512)
    fill(collection, batch, np.tile(clustered(4100), 16))
    come = iter(range(1, 100))
    built = during_builds(lambda: fill(collection, batch, np.tile(clustered(2500), 16), first=4100 + 2500 * next(come)))

    collection.want_index(NOT_REMEMBERED)
    for _ in range(10):
        collection.build_next()

    assert collection.view_index().wish.aim is Aim.NONE
    assert len(built) <= 4
    assert min(numbers_without_graph(collection)) > 4100


def test_a_wish_goes_on_after_a_restart_with_the_points_it_was_for(make: Make, batch: Callable[..., Any]) -> None:
    collection = make()
    fill(collection, batch, clustered(500))
    collection.want_index(NOT_REMEMBERED)
    fill(collection, batch, clustered(100, seed=1), first=500)
    collection.close()

    again = make()
    assert (again.view_index().wish.aim, again.view_index().wish.until) == (Aim.ALL, 500)
    build(again)
    assert again.view_index().wish.aim is Aim.NONE
    fill(again, batch, clustered(100, seed=2), first=600)
    assert not again.build_next(), "what comes later waits until there is enough of it"
    assert len(numbers_without_graph(again)) == 100


def test_a_wish_in_a_file_of_the_version_before_goes_on(make: Make, batch: Callable[..., Any]) -> None:
    """Its wishes had no sequence number: the one at which the file is opened counts."""
    collection = make()
    fill(collection, batch, clustered(500))
    collection.want_index(NOT_REMEMBERED)
    fill(collection, batch, clustered(50, seed=1), first=500)
    collection.close()
    with closing(apsw.Connection(str(collection.path))) as connection:
        connection.execute("ALTER TABLE collection DROP COLUMN build_until; PRAGMA user_version=2")

    again = make()

    assert (again.view_index().wish.aim, again.view_index().wish.until) == (Aim.ALL, 550)
    build(again)
    assert (again.stats.indexed_points, again.view_index().wish.aim) == (550, Aim.NONE)
