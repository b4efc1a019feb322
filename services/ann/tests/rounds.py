"""A round of programs, one a thread, over one collection: what each was told, and the replay of it against a dict."""

from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import count, takewhile
from threading import Barrier, Event, Lock

import numpy as np
from hypothesis import strategies as st
from model_points import DIM, FILTERS, IDS, WARDS, Exactness, Model, Oracle
from monshin_ann.answers import Found
from monshin_ann.collection import Collection
from monshin_ann.core.deadline import FOREVER
from monshin_ann.core.filters import Filter, Plan
from monshin_ann.core.segment import EXACT, Effort
from monshin_ann.core.vectors import Matrix
from monshin_ann.store.receipt import Receipt
from monshin_kit.requests import NOT_REMEMBERED


@dataclass(frozen=True, slots=True)
class Upsert:
    """chunks: of ids; none waits for the one before, so that several share a commit."""

    chunks: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Delete:
    """By ids, of which some may not be there."""

    ids: Sequence[str]


@dataclass(frozen=True, slots=True)
class DeleteMatching:
    """By a filter."""

    tree: Filter


@dataclass(frozen=True, slots=True)
class Search:
    """queries: how many at once; from 8 on they are scored in another way. is_compared: every point, not by graphs."""

    queries: int
    k: int
    tree: Filter | None
    is_compared: bool


@dataclass(frozen=True, slots=True)
class Want:
    """Every point there is into a graph."""


Step = Upsert | Delete | DeleteMatching | Search | Want

_SEARCHES = st.builds(
    Search, st.sampled_from([1, 1, 9]), st.integers(1, 40), st.one_of(st.none(), FILTERS), st.booleans()
)


@dataclass(frozen=True, slots=True)
class Program:
    """Steps, taken so many turns; None: until all that are counted have ended. seed: of vectors, which are others each
    turn.
    """

    steps: Sequence[Step]
    turns: int | None
    seed: int


def programs() -> st.SearchStrategy[list[Program]]:
    """Of one to four writers, who look at times, and two who only search."""
    chunks = st.lists(st.lists(IDS, min_size=1, max_size=8, unique=True), min_size=1, max_size=2)
    ids = st.lists(IDS, min_size=1, max_size=6, unique=True)
    steps = st.one_of(
        st.builds(Upsert, chunks),
        st.builds(Upsert, chunks),
        st.builds(Delete, ids),
        st.builds(DeleteMatching, FILTERS),
        _SEARCHES,
        st.just(Want()),
    )
    seeds = st.integers(0, 2**16)
    writer = st.builds(Program, st.lists(steps, min_size=2, max_size=6), st.integers(4, 12), seeds)
    reader = st.builds(Program, st.lists(_SEARCHES, min_size=2, max_size=4), st.none(), seeds)
    writers, readers = st.lists(writer, min_size=1, max_size=4), st.lists(reader, min_size=2, max_size=2)
    return st.builds(lambda some, others: some + others, writers, readers)


@dataclass(frozen=True, slots=True, eq=False)
class _Change:
    """A mutation that was acknowledged. stored: the points; else deleted: ids, or the filter of those that go."""

    receipt: Receipt
    stored: Model = field(default_factory=dict)
    deleted: Sequence[str] | Filter = ()


@dataclass(frozen=True, slots=True, eq=False)
class _Answer:
    """since: the last number that was acknowledged to anybody before the search began."""

    step: Search
    queries: Matrix
    found: Found
    since: int


class Round:
    """Programs at once: `run` returns when all have ended, `replay` holds what they were told to a model.

    ef, how: width of a search by graphs, and what it is held to.
    """

    def __init__(self, collection: Collection, oracle: Oracle, ef: int, how: Exactness) -> None:
        self._collection, self._oracle, self._ef, self._how = collection, oracle, ef, how
        self._telling = Lock()
        self._acknowledged = 0
        self._changes: list[_Change] = []
        self._answers: list[_Answer] = []

    def run(self, wanted: Sequence[Program]) -> None:
        """Raises what any of them raised."""
        start, is_over = Barrier(len(wanted)), Event()
        with ThreadPoolExecutor(len(wanted)) as threads:
            running = [(program, threads.submit(self._take, program, start, is_over)) for program in wanted]
            wait([outcome for program, outcome in running if program.turns is not None])
            is_over.set()
            for _, outcome in running:
                outcome.result()

    def replay(self, model: Model, sequence: int) -> int:
        """Makes of the model at a sequence number what the mutations, one after the other, make of it. Each receipt and
        each answer must be that of its own sequence number. Returns the last.
        """
        answers = defaultdict[int, list[_Answer]](list)
        for answer in self._answers:
            assert answer.found.sequence >= answer.since, "a search did not see what was acknowledged before it"
            answers[answer.found.sequence].append(answer)
        idle = defaultdict[int, list[_Change]](list)
        changes = list[_Change]()
        for change in self._changes:
            is_idle = not change.stored and not change.receipt.deleted
            (idle[change.receipt.sequence] if is_idle else changes).append(change)

        self._look(model, answers.pop(sequence, []), idle.pop(sequence, []))
        for change in sorted(changes, key=lambda each: each.receipt.sequence):
            sequence += len(change.stored) or 1
            self._apply(change, model, sequence)
            self._look(model, answers.pop(sequence, []), idle.pop(sequence, []))
        assert not answers, "a search saw a part of a mutation, or one that nobody was told of"
        assert not idle
        return sequence

    def _take(self, program: Program, start: Barrier, is_over: Event) -> None:
        rng = np.random.default_rng(program.seed)
        start.wait()
        turns = takewhile(lambda _: not is_over.is_set(), count()) if program.turns is None else range(program.turns)
        for _ in turns:
            for step in program.steps:
                match step:
                    case Upsert(chunks):
                        self._upsert([_points(ids, rng) for ids in chunks])
                    case Delete(ids):
                        self._tell(_Change(self._collection.delete(ids, NOT_REMEMBERED).result(), deleted=ids))
                    case DeleteMatching(tree):
                        outcome = self._collection.delete_matching(Plan(tree), NOT_REMEMBERED)
                        self._tell(_Change(outcome.result(), deleted=tree))
                    case Search():
                        self._search(step, rng.integers(-3, 4, (step.queries, DIM)).astype(np.float32))
                    case Want():
                        self._collection.want_index(NOT_REMEMBERED)

    def _upsert(self, chunks: Sequence[Model]) -> None:
        outcomes = [self._collection.upsert(self._oracle.batch_of(chunk), NOT_REMEMBERED) for chunk in chunks]
        for chunk, outcome in zip(chunks, outcomes, strict=True):
            self._tell(_Change(outcome.result(), stored=chunk))

    def _search(self, step: Search, queries: Matrix) -> None:
        effort = Effort(target_recall=EXACT) if step.is_compared else Effort(ef=self._ef)
        since = self._acknowledged
        plan = None if step.tree is None else Plan(step.tree)
        found = self._collection.search(queries, step.k, plan, FOREVER, effort, min_sequence=since)
        self._answers.append(_Answer(step, queries, found, since))

    def _tell(self, change: _Change) -> None:
        with self._telling:
            self._changes.append(change)
            self._acknowledged = max(self._acknowledged, change.receipt.sequence)

    def _apply(self, change: _Change, model: Model, sequence: int) -> None:
        if change.stored:
            replaced = len(model.keys() & change.stored.keys())
            model.update(change.stored)
            assert change.receipt == Receipt(sequence, inserted=len(change.stored) - replaced, replaced=replaced)
            return
        gone = self._gone(change, model)
        for name in gone:
            del model[name]
        assert change.receipt == Receipt(sequence, deleted=len(gone))

    def _look(self, model: Model, answers: Sequence[_Answer], idle: Sequence[_Change]) -> None:
        for change in idle:
            assert not self._gone(change, model)
        for answer in answers:
            step = answer.step
            how = Exactness.IDS if step.is_compared else self._how
            for query, found in zip(answer.queries, answer.found.neighbours, strict=True):
                self._oracle.check(found, model, query, step.k, step.tree, how)

    def _gone(self, change: _Change, model: Model) -> set[str]:
        if isinstance(change.deleted, Filter):
            return self._oracle.passing(model, change.deleted)
        return model.keys() & set(change.deleted)


def _points(ids: Sequence[str], rng: np.random.Generator) -> Model:
    wards = (None, *WARDS)
    return {name: (rng.integers(-2, 3, DIM).astype(float).tolist(), wards[rng.integers(len(wards))]) for name in ids}
