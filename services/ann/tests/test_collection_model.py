"""A collection on disk and in memory against a dict: any mix of mutations, searches, builds, compactions, restarts.

One step after the other; what happens at once is tested in test_collection_model_at_once.py. Once with graphs of a few
points, which a beam sees whole, and once with graphs of hundreds, of a low degree, which a narrow beam walks.
"""

import shutil
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from model_points import (
    DIM,
    FILTERS,
    IDS,
    LARGE,
    LARGE_POINTS,
    SMALL,
    WARDS,
    Exactness,
    Model,
    Oracle,
    base_points,
    facts,
)
from monshin_ann.collection import Collection
from monshin_ann.core import payloads
from monshin_ann.core.deadline import FOREVER
from monshin_ann.core.definition import Code
from monshin_ann.core.filters import Plan
from monshin_ann.core.segment import EXACT, Effort
from monshin_ann.indexing import BuildSettings
from monshin_ann.store.points_file import PointsFile
from monshin_kit.requests import NOT_REMEMBERED

VECTORS = st.lists(st.integers(-2, 2).map(float), min_size=DIM, max_size=DIM)
POINTS = st.dictionaries(IDS, st.tuples(VECTORS, st.one_of(st.none(), st.sampled_from(WARDS))), min_size=1, max_size=12)


class CollectionMachine(RuleBasedStateMachine):
    """The model holds what was acknowledged."""

    def __init__(self, oracle: Oracle, definition: Any, base: int, building: BuildSettings) -> None:
        super().__init__()
        self.oracle, self.definition, self.base, self.building = oracle, definition, base, building
        self.folder = Path(tempfile.mkdtemp())
        self.model: Model = {}
        self.sequence = 0

    @initialize()
    def create(self) -> None:
        path = self.folder / "notes.sqlite"
        PointsFile.create(path, self.definition)
        self.collection = Collection(self.definition, path, self.building)
        if self.base:
            self.model, self.sequence = base_points(self.base), self.base
            self.collection.upsert(self.oracle.batch_of(self.model), NOT_REMEMBERED).result()
            self.build_all()
            assert max(len(segment.graph) for segment in self.collection.snapshot().segments) == self.base

    def teardown(self) -> None:
        self.collection.close()
        shutil.rmtree(self.folder)

    @rule(chunks=st.lists(POINTS, min_size=1, max_size=3), deleted=st.lists(IDS, max_size=3), plan=FILTERS)
    def mutate_together(self, chunks: list[Model], deleted: list[str], plan: Any) -> None:
        """Nothing waits for the one before, so that several share a commit; their order still counts."""
        outcomes = [self.collection.upsert(self.oracle.batch_of(chunk), NOT_REMEMBERED) for chunk in chunks]
        by_filter = self.collection.delete_matching(Plan(plan), NOT_REMEMBERED)
        by_id = self.collection.delete(deleted, NOT_REMEMBERED)

        for chunk, outcome in zip(chunks, outcomes, strict=True):
            replaced = len(self.model.keys() & chunk.keys())
            self.model.update(chunk)
            self.sequence += len(chunk)
            receipt = outcome.result()
            assert (receipt.sequence, receipt.replaced) == (self.sequence, replaced)
            assert receipt.inserted == len(chunk) - replaced
        self._forget(self.oracle.passing(self.model, plan), by_filter.result())
        self._forget(self.model.keys() & set(deleted), by_id.result())

    @rule(step=st.integers(5, 12), first=st.integers(0, 4))
    def delete_many(self, step: int, first: int) -> None:
        """So that graphs have deleted points in them."""
        names = {f"base{number}" for number in range(first, self.base, step)} & self.model.keys()
        self._forget(names, self.collection.delete(sorted(names), NOT_REMEMBERED).result())

    @rule(query=VECTORS, k=st.integers(1, 40), plan=st.one_of(st.none(), FILTERS))
    def search(self, query: list[float], k: int, plan: Any) -> None:
        queries = np.array([query], dtype=np.float32)
        wanted = Plan(plan) if plan is not None else None
        walked = Exactness.NONE if self.base else Exactness.DISTANCES  # ef 64 looks at everything there
        for effort, how in (
            (Effort(target_recall=EXACT), Exactness.IDS),
            (Effort(ef=8 if self.base else 64), walked),
        ):
            found = self.collection.search(queries, k, wanted, FOREVER, effort)
            [neighbours] = found.neighbours
            self.oracle.check(neighbours, self.model, queries[0], k, plan, how)
            assert found.sequence == self.sequence

    @rule(size=st.integers(1, 7), plan=st.one_of(st.none(), FILTERS))
    def list_pages(self, size: int, plan: Any) -> None:
        names, after = [], ""
        while True:
            page = self.collection.page(after, size, Plan(plan) if plan is not None else None)
            names += [point.id for point in page.points]
            assert len(page.points) <= size
            if not page.after:
                break
            after = page.after
        assert names == sorted(self.oracle.passing(self.model, plan))

    @rule(names=st.lists(IDS, max_size=8))
    def read(self, names: list[str]) -> None:
        points = self.collection.read(names)
        assert [point.id for point in points] == [name for name in dict.fromkeys(names) if name in self.model]
        for point in points:
            vector, ward = self.model[point.id]
            assert point.vector == np.array(vector, dtype="<f4").tobytes()
            assert payloads.decode(point.payload) == facts(ward)

    @rule()
    def restart(self) -> None:
        self.collection.close()
        self.collection = Collection(self.definition, self.collection.path, self.building)

    @rule()
    def build(self) -> None:
        self.collection.build_next()

    @rule()
    def build_all(self) -> None:
        self.collection.want_index(NOT_REMEMBERED)
        while self.collection.build_next():
            pass
        view = self.collection.view_index()
        assert view.snapshot.points == view.snapshot.indexed_points == len(self.model)
        assert not view.is_due

    @rule()
    def hold(self) -> None:
        self.collection.hold_index(NOT_REMEMBERED)
        assert not self.collection.build_next()

    @rule(choice=st.integers(0, 100), place=st.floats(0, 1))
    def restart_with_a_damaged_segment(self, choice: int, place: float) -> None:
        self.collection.close()
        files = sorted(self.collection.path.with_suffix(".segments").glob("*"))
        if files:
            file = files[choice % len(files)]
            data = bytearray(file.read_bytes())
            data[int(place * (len(data) - 1))] ^= 0xFF
            file.write_bytes(data)
        self.collection = Collection(self.definition, self.collection.path, self.building)

    @rule()
    def compact(self) -> None:
        self.collection.compact()

    @invariant()
    def stats_are_those_of_the_model(self) -> None:
        stats = self.collection.stats
        assert (stats.points, stats.sequence) == (len(self.model), self.sequence)

    def _forget(self, names: set[str], receipt: Any) -> None:
        for name in names:
            del self.model[name]
        self.sequence += bool(names)
        assert (receipt.sequence, receipt.deleted) == (self.sequence, len(names))


@pytest.mark.parametrize(
    ("base", "building", "degree", "examples"), [(0, SMALL, 32, 60), (LARGE_POINTS, LARGE, 4, 25)], ids=["few", "many"]
)
def test_a_collection_equals_a_dict(
    oracle: Callable[..., Any],
    naive_filter: Callable[..., bool],
    batch: Callable[..., Any],
    definition: Callable[..., Any],
    base: int,
    building: BuildSettings,
    degree: int,
    examples: int,
) -> None:
    """After any history: same receipts, same answers, same pages, also after a restart."""
    own = definition(dim=DIM, degree=degree, code=Code.FLOAT32)
    run_state_machine_as_test(
        partial(CollectionMachine, Oracle(oracle, naive_filter, batch), own, base, building),  # type: ignore[arg-type]
        settings=settings(max_examples=examples, stateful_step_count=25, deadline=None, derandomize=True),
    )
