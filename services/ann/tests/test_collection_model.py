"""A collection on disk and in memory against a dict: any mix of mutations, searches, builds, compactions, restarts.

One step after the other; what happens at once is tested in test_faults.py. Once with graphs of a few points, which a
beam sees whole, and once with graphs of hundreds, of a low degree, which a narrow beam walks.
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
from monshin_ann.collection import Collection
from monshin_ann.core import payloads
from monshin_ann.core.building import Limits
from monshin_ann.core.deadline import FOREVER
from monshin_ann.core.definition import Code, Metric
from monshin_ann.core.filters import Not, OneOf, Plan
from monshin_ann.core.segment import EXACT, Effort
from monshin_ann.core.vectors import Matrix
from monshin_ann.indexing import BuildSettings
from monshin_ann.store.points_file import PointsFile
from monshin_kit.requests import RequestKey

DIM = 3
SMALL = BuildSettings(Limits(seal_points=5, segment_points=20))
LARGE = BuildSettings(Limits(seal_points=60, segment_points=2000))
LARGE_POINTS = 600
NOT_REMEMBERED = RequestKey("", "", "", b"")
IDS = st.sampled_from([f"p{i}" for i in range(30)] + ["患者/1", "a b"] + [f"base{i}" for i in range(8)])
VECTORS = st.lists(st.integers(-2, 2).map(float), min_size=DIM, max_size=DIM)
WARDS = st.sampled_from(["ICU", "ER", "7F"])
POINTS = st.dictionaries(IDS, st.tuples(VECTORS, st.one_of(st.none(), WARDS)), min_size=1, max_size=12)
FILTERS = st.builds(
    lambda ward, negate: Not(OneOf("ward", (ward,))) if negate else OneOf("ward", (ward,)), WARDS, st.booleans()
)

Model = dict[str, tuple[list[float], str | None]]


def facts(ward: str | None) -> dict[str, Any]:
    """A point's payload."""
    return {"ward": ward} if ward is not None else {}


class CollectionMachine(RuleBasedStateMachine):
    """The model holds what was acknowledged."""

    def __init__(
        self,
        oracle: Callable[..., Any],
        passes: Callable[..., bool],
        batch: Callable[..., Any],
        definition: Any,
        base: int,
        building: BuildSettings,
    ) -> None:
        super().__init__()
        self.base, self.building = base, building
        self.oracle, self.passes, self.batch, self.definition = oracle, passes, batch, definition
        self.folder = Path(tempfile.mkdtemp())
        self.model: Model = {}
        self.sequence = 0

    @initialize()
    def create(self) -> None:
        path = self.folder / "notes.sqlite"
        PointsFile.create(path, self.definition)
        self.collection = Collection(self.definition, path, self.building)
        rng = np.random.default_rng(self.base)
        base: Model = {
            f"base{i}": (rng.integers(-40, 41, DIM).astype(float).tolist(), [None, "ICU", "ER", "7F"][i % 4])
            for i in range(self.base)
        }
        if base:
            self.collection.upsert(self._batch(base), NOT_REMEMBERED).result()
            self.model, self.sequence = base, len(base)
            self.build_all()
            assert max(len(segment.graph) for segment in self.collection.snapshot().segments) == self.base

    def teardown(self) -> None:
        self.collection.close()
        shutil.rmtree(self.folder)

    @rule(chunks=st.lists(POINTS, min_size=1, max_size=3), deleted=st.lists(IDS, max_size=3), plan=FILTERS)
    def mutate_together(self, chunks: list[Model], deleted: list[str], plan: Any) -> None:
        """Nothing waits for the one before, so that several share a commit; their order still counts."""
        outcomes = [self.collection.upsert(self._batch(chunk), NOT_REMEMBERED) for chunk in chunks]
        by_filter = self.collection.delete_matching(Plan(plan), NOT_REMEMBERED)
        by_id = self.collection.delete(deleted, NOT_REMEMBERED)

        for chunk, outcome in zip(chunks, outcomes, strict=True):
            replaced = len(self.model.keys() & chunk.keys())
            self.model.update(chunk)
            self.sequence += len(chunk)
            receipt = outcome.result()
            assert (receipt.sequence, receipt.replaced) == (self.sequence, replaced)
            assert receipt.inserted == len(chunk) - replaced
        matching = {name for name, (_, ward) in self.model.items() if self.passes(facts(ward), plan)}
        self._forget(matching, by_filter.result())
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
        found = self.collection.search(queries, k, wanted, FOREVER, Effort(target_recall=EXACT))

        passing = {
            name: np.array(vector, np.float32)
            for name, (vector, ward) in self.model.items()
            if self._passes(ward, plan)
        }
        [neighbours] = found.neighbours
        expected = self.oracle(passing, queries[0], k, Metric.L2)
        assert list(zip(neighbours.distances, neighbours.ids, strict=True)) == expected
        texts = [payloads.encode(facts(self.model[name][1]), "") for name in neighbours.ids]
        assert neighbours.payloads == texts
        assert found.sequence == self.sequence
        self._walk(queries, k, wanted, passing, expected)

    def _walk(self, queries: Matrix, k: int, plan: Plan | None, passing: Any, expected: Any) -> None:
        """By the graphs: as many, all of them alive and passing, with their true distances, nearest first."""
        effort = Effort(ef=8 if self.base else 64)
        [walked] = self.collection.search(queries, k, plan, FOREVER, effort).neighbours
        assert len(walked.ids) == len(set(walked.ids)) == len(expected)
        ranked = list(zip(walked.distances, walked.ids, strict=True))
        assert ranked == self.oracle({name: passing[name] for name in walked.ids}, queries[0], k, Metric.L2)
        if not self.base:
            assert list(walked.distances) == [distance for distance, _ in expected], "ef 64 looks at everything here"

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
        assert names == sorted(name for name, (_, ward) in self.model.items() if self._passes(ward, plan))

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

    def _passes(self, ward: str | None, plan: Any) -> bool:
        return plan is None or self.passes(facts(ward), plan)

    def _batch(self, chunk: Model) -> Any:
        rows: dict[str, Matrix] = {name: np.array(vector, np.float32) for name, (vector, _) in chunk.items()}
        return self.batch(rows, {name: facts(ward) for name, (_, ward) in chunk.items()})


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
        partial(CollectionMachine, oracle, naive_filter, batch, own, base, building),  # type: ignore[arg-type]
        settings=settings(max_examples=examples, stateful_step_count=25, deadline=None, derandomize=True),
    )
