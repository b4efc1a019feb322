"""What is remembered of builds, and for how long. The builder is one in memory; the clock jumps."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from threading import Event
from typing import Any

import pytest
from monshin_ann.remote_build.jobs import MAX_FINISHED, RETENTION_S, Jobs, State
from monshin_ann.remote_build.request import BuildRequest, parse
from monshin_kit.errors import Aborted, FailedPrecondition, NotFound, ResourceExhausted, Unavailable
from monshin_kit.testing import eventually


@dataclass
class Builder:
    """Builds when it is told to go on. error: what it raises in the end."""

    go_on: Event = field(default_factory=Event)
    error: Exception | None = None
    built: list[BuildRequest] = field(default_factory=list)
    takes_all: bool = False
    rows_at_most: int = 1000
    is_busy: bool = False

    def require_possible(self, request: BuildRequest) -> None:
        """As `Builds`."""
        if request.count > self.rows_at_most:
            raise ResourceExhausted("there never is room", 1.0)

    def require_room(self, request: BuildRequest) -> None:
        """takes_all: there is room for one build at a time."""
        if self.takes_all and self.is_busy:
            raise ResourceExhausted("there is no room", 1.0)

    def build(self, request: BuildRequest, stop: Event, on_progress: Callable[[float], object]) -> str:
        """As `Builds`."""
        self.is_busy = True
        while not self.go_on.wait(0.005):
            if stop.is_set():
                raise Aborted("stopped")
        if self.error is not None:
            raise self.error
        self.built.append(request)
        return request.index_key


@dataclass
class Bench:
    """Jobs over a builder, with a clock that a test moves."""

    builder: Builder = field(default_factory=Builder)
    now_s: float = 1000.0
    finished_limit: int = MAX_FINISHED
    tasks: set[Any] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.jobs = Jobs(self.builder, self._spawn, 2, self.finished_limit, clock=lambda: self.now_s)

    async def finished(self, job_id: str) -> State:
        """The state once it is not running."""
        await eventually(lambda: self.jobs.get(job_id).state is not State.RUNNING, "the job ends")
        return self.jobs.get(job_id).state

    def _spawn(self, work: Any) -> Any:
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        return task


def asked(name: str, **changed: Any) -> BuildRequest:
    """A request for the vectors of this name."""
    body = {
        "container_name": "vectors", "vector_path": f"{name}.knnvec", "doc_id_path": f"{name}.knndid", "dimension": 4,
        "doc_count": 5, **changed,
    }  # fmt: skip
    return parse(json.dumps(body).encode())


@pytest.fixture
def finished_limit() -> int:
    """What the service has, unless a test says otherwise."""
    return MAX_FINISHED


@pytest.fixture
async def bench(finished_limit: int) -> AsyncIterator[Bench]:
    """Closed at the end, whatever runs."""
    made = Bench(finished_limit=finished_limit)
    yield made
    for task in made.tasks:
        task.cancel()
    await asyncio.gather(*made.tasks, return_exceptions=True)
    await asyncio.to_thread(made.jobs.close)


async def test_a_job_runs_until_its_builder_is_done(bench: Bench) -> None:
    job = bench.jobs.submit(asked("a"))
    await asyncio.sleep(0)
    assert bench.jobs.get(job).state is State.RUNNING
    bench.builder.go_on.set()
    assert await bench.finished(job) is State.COMPLETED
    assert bench.jobs.get(job).file_name == "a.faiss"


async def test_the_same_request_is_built_once_and_another_for_the_same_vectors_is_a_conflict(bench: Bench) -> None:
    bench.builder.go_on.set()
    job = bench.jobs.submit(asked("a"))
    assert bench.jobs.submit(asked("a")) == job
    await bench.finished(job)
    assert bench.jobs.submit(asked("a")) == job
    with pytest.raises(Aborted):
        bench.jobs.submit(asked("a", dimension=5))
    assert bench.builder.built == [asked("a")]


async def test_clusters_and_buckets_have_jobs_of_their_own(bench: Bench) -> None:
    bench.builder.go_on.set()
    bodies = [asked("a"), asked("a", tenant_id="other"), asked("a", container_name="other")]
    assert len({bench.jobs.submit(body) for body in bodies}) == 3


async def test_more_than_may_wait_are_refused_until_one_has_ended(bench: Bench) -> None:
    first = bench.jobs.submit(asked("a"))
    for name in "bc":
        bench.jobs.submit(asked(name))
    with pytest.raises(ResourceExhausted):
        bench.jobs.submit(asked("d"))
    assert bench.jobs.submit(asked("a")) == first, "a known job is no new one"
    bench.builder.go_on.set()
    await bench.finished(first)
    await eventually(lambda: bench.jobs.unfinished == 0, "all end")
    bench.jobs.submit(asked("d"))


async def test_what_would_fit_alone_may_wait_behind_what_runs(bench: Bench) -> None:
    """The memory that is free now says nothing of what is free when its turn comes; the builder asks again then."""
    bench.builder.takes_all = True
    first = bench.jobs.submit(asked("a"))
    await eventually(lambda: bench.builder.is_busy, "the first is being built")
    second = bench.jobs.submit(asked("b"))
    bench.builder.go_on.set()
    assert [await bench.finished(job) for job in (first, second)] == [State.COMPLETED] * 2
    with pytest.raises(ResourceExhausted):
        bench.jobs.submit(asked("c"))


async def test_what_would_not_fit_alone_is_refused_while_another_runs(bench: Bench) -> None:
    """Hazard: OpenSearch waits for its turn, and is told only then to build the index itself."""
    first = bench.jobs.submit(asked("a"))
    with pytest.raises(ResourceExhausted):
        bench.jobs.submit(asked("b", doc_count=1001))
    assert bench.jobs.unfinished == 1
    bench.builder.go_on.set()
    assert await bench.finished(first) is State.COMPLETED


@pytest.mark.parametrize(
    ("error", "told"),
    [(FailedPrecondition("an object is not there"), "an object is not there"), (ValueError("患者"), "internal error ")],
)
async def test_a_build_that_fails_says_why_but_repeats_no_words_that_are_not_ours(
    bench: Bench, error: Exception, told: str
) -> None:
    bench.builder.error = error
    bench.builder.go_on.set()
    job = bench.jobs.submit(asked("a"))
    assert await bench.finished(job) is State.FAILED
    assert bench.jobs.get(job).error.startswith(told)
    assert "患者" not in bench.jobs.get(job).error


async def test_a_finished_job_is_forgotten_after_a_while_and_an_unfinished_one_never(bench: Bench) -> None:
    running = bench.jobs.submit(asked("long"))
    await asyncio.sleep(0)
    bench.now_s += 10 * RETENTION_S
    assert bench.jobs.get(running).state is State.RUNNING
    bench.builder.go_on.set()
    await bench.finished(running)
    bench.now_s += RETENTION_S
    assert bench.jobs.get(running).state is State.COMPLETED
    bench.now_s += 1
    with pytest.raises(NotFound):
        bench.jobs.get(running)


@pytest.mark.parametrize("finished_limit", [2])
async def test_the_oldest_finished_jobs_make_room(bench: Bench) -> None:
    assert MAX_FINISHED <= 10_000, "a record is small"
    bench.builder.go_on.set()
    jobs = []
    for name in "abc":
        jobs.append(bench.jobs.submit(asked(name)))
        await eventually(lambda: bench.jobs.unfinished == 0, "it ends")
    with pytest.raises(NotFound):
        bench.jobs.get(jobs[0])
    assert bench.jobs.get(jobs[1]).state is State.COMPLETED


async def test_nothing_begins_once_it_is_closed(bench: Bench) -> None:
    running = bench.jobs.submit(asked("a"))
    await asyncio.sleep(0)
    await asyncio.to_thread(bench.jobs.close)
    assert await bench.finished(running) is State.FAILED
    with pytest.raises(Unavailable):
        bench.jobs.submit(asked("b"))
