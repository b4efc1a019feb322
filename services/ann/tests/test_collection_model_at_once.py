"""Upserts, deletes and searches by several threads, beside the builder and the compaction, against a dict.

Each receipt and each answer tells a sequence number. So when all threads of a round have ended, what they were told is
replayed in the order of these numbers, and every answer compared whole with brute force over the state that it says to
have seen. One step after the other: test_collection_model.py. The whole process under load: test_faults.py.
"""

import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, seed, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from model_points import LARGE, LARGE_POINTS, SMALL, Exactness, Model, Oracle, base_points
from monshin_ann.answers import State
from monshin_ann.collection import Collection
from monshin_ann.core.deadline import FOREVER
from monshin_ann.core.definition import Code
from monshin_ann.core.segment import EXACT, Effort
from monshin_ann.indexing import BuildSettings
from monshin_ann.store.points_file import PointsFile
from monshin_kit.requests import NOT_REMEMBERED
from rounds import DIM, Program, Round, programs

SWITCH_S = 1e-5  # between threads: 500 times as often as usual, so that they meet in the midst of each other's work
PAUSE_S = 0.001
MEMORY = Path("/dev/shm")  # what is on disk is for others to test: a disk's syncs would take most of the time


@dataclass
class Seen:
    """What happened while programs ran. failure: the first, as it was: hypothesis repeats a history to report it, and
    threads do not repeat themselves.
    """

    builds: int = 0
    compactions: int = 0
    failure: BaseException | None = None


class Background:
    """The builder and the compactor of a collection, each in its thread, as the process has them."""

    def __init__(self, collection: Collection, seen: Seen) -> None:
        self._collection, self._seen = collection, seen
        self._is_stopped = threading.Event()
        self._threads = [threading.Thread(target=self._build), threading.Thread(target=self._compact)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """At the end of what they are at."""
        self._is_stopped.set()
        for thread in self._threads:
            thread.join()

    def _build(self) -> None:
        while not self._is_stopped.wait(PAUSE_S):
            self._seen.builds += self._collection.build_next()

    def _compact(self) -> None:
        while not self._is_stopped.wait(PAUSE_S):
            self._collection.compact()
            self._seen.compactions += 1


class RoundsMachine(RuleBasedStateMachine):
    """The model holds what was acknowledged up to the last join."""

    def __init__(self, oracle: Oracle, definition: Any, base: int, building: BuildSettings, seen: Seen) -> None:
        super().__init__()
        self.oracle, self.definition, self.base, self.building, self.seen = oracle, definition, base, building, seen
        self.folder = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else None))
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
            assert self.collection.build_next()

    def teardown(self) -> None:
        self.collection.close()
        shutil.rmtree(self.folder)

    @rule(wanted=programs())
    def run_at_once(self, wanted: list[Program]) -> None:
        how = (8, Exactness.NONE) if self.base else (64, Exactness.DISTANCES)  # 64 see all of so small graphs
        together = Round(self.collection, self.oracle, *how)
        background = Background(self.collection, self.seen)
        try:
            together.run(wanted)
        finally:
            background.stop()
        try:
            self.sequence = together.replay(self.model, self.sequence)
        except AssertionError as failure:
            self.seen.failure = self.seen.failure or failure
            raise

    @rule()
    def restart(self) -> None:
        self.collection.close()
        self.collection = Collection(self.definition, self.collection.path, self.building)

    @invariant()
    def all_is_as_in_the_model(self) -> None:
        assert self.collection.state is State.SERVING
        assert not self.collection.view_index().failure
        stats = self.collection.stats
        assert (stats.points, stats.sequence) == (len(self.model), self.sequence)
        query = np.zeros((1, DIM), dtype=np.float32)
        found = self.collection.search(query, len(self.model) + 1, None, FOREVER, Effort(target_recall=EXACT))
        self.oracle.check(found.neighbours[0], self.model, query[0], len(self.model) + 1, None, Exactness.IDS)


@pytest.fixture
def quick_switches() -> Iterator[None]:
    """Between the threads of this process."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_S)
    yield
    sys.setswitchinterval(before)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("base", "building", "degree"), [(0, SMALL, 32), (LARGE_POINTS, LARGE, 4)], ids=["few", "many"]
)
@pytest.mark.usefixtures("quick_switches")
def test_what_is_done_at_once_equals_a_dict(
    oracle: Callable[..., Any],
    naive_filter: Callable[..., bool],
    batch: Callable[..., Any],
    definition: Callable[..., Any],
    base: int,
    building: BuildSettings,
    degree: int,
) -> None:
    """For ten seconds, or MONSHIN_TEST_SECONDS (`make faults`: two minutes): histories drawn by hypothesis, each of up
    to ten rounds and restarts, of which none is shrunk, for threads never meet again as they met."""
    own = definition(dim=DIM, degree=degree, code=Code.FLOAT32)
    end = time.monotonic() + float(os.environ.get("MONSHIN_TEST_SECONDS", "10"))
    seen = Seen()
    for number in count():
        machine = partial(RoundsMachine, Oracle(oracle, naive_filter, batch), own, base, building, seen)
        try:
            run_state_machine_as_test(
                seed(number)(machine),  # type: ignore[arg-type]
                settings=settings(
                    max_examples=4, stateful_step_count=10, deadline=None, database=None, phases=[Phase.generate]
                ),
            )
        except BaseException:
            if seen.failure is not None:
                raise seen.failure from None
            raise
        if time.monotonic() > end:
            break
    assert min(seen.builds, seen.compactions) >= 10
