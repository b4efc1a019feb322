"""executor: bounded, in order, dropping what nobody waits for."""

import asyncio
import contextvars
import threading
from collections.abc import Iterator

import pytest
from monshin_kit.errors import ResourceExhausted, Unavailable
from monshin_kit.executor import Executor
from monshin_kit.testing import eventually

LIMIT_S = 30.0


class Gate:
    """A function that tells when it runs, and runs until it is opened."""

    def __init__(self) -> None:
        self.is_entered = threading.Event()
        self.may_leave = threading.Event()

    def __call__(self) -> str:
        self.is_entered.set()
        assert self.may_leave.wait(LIMIT_S)
        return "left"


@pytest.fixture
def executor() -> Iterator[Executor]:
    """One worker, three places."""
    executor = Executor(workers=1, queue_limit=3)
    yield executor
    executor.close()


@pytest.fixture
def gate() -> Iterator[Gate]:
    """Opened at the latest when the test ends."""
    gate = Gate()
    yield gate
    gate.may_leave.set()


async def _occupy(executor: Executor, gate: Gate) -> asyncio.Task[str]:
    running = asyncio.create_task(executor.run(gate))
    await eventually(gate.is_entered.is_set, "the worker runs")
    return running


async def _queue(executor: Executor, count: int, done: list[int]) -> list[asyncio.Task[None]]:
    waiting = [asyncio.create_task(executor.run(done.append, i)) for i in range(count)]
    await eventually(lambda: executor.depth == count, "all wait")
    return waiting


async def test_a_result_comes_back(executor: Executor) -> None:
    assert await executor.run(pow, 2, 10) == 1024


async def test_an_exception_comes_back(executor: Executor) -> None:
    with pytest.raises(ZeroDivisionError):
        await executor.run(divmod, 1, 0)
    assert await executor.run(pow, 2, 2) == 4


async def test_the_loop_runs_on_beside_the_work(executor: Executor, gate: Gate) -> None:
    running = await _occupy(executor, gate)
    gate.may_leave.set()
    assert await running == "left"


async def test_work_sees_its_callers_context(executor: Executor) -> None:
    variable = contextvars.ContextVar("variable", default="unset")
    variable.set("caller's")
    assert await executor.run(variable.get) == "caller's"


async def test_work_is_done_in_the_order_it_came(executor: Executor, gate: Gate) -> None:
    await _occupy(executor, gate)
    done: list[int] = []
    waiting = await _queue(executor, 3, done)
    gate.may_leave.set()
    await asyncio.gather(*waiting)
    assert done == [0, 1, 2]


async def test_one_more_than_the_limit_is_refused_at_once(executor: Executor, gate: Gate) -> None:
    await _occupy(executor, gate)
    await _queue(executor, 3, [])
    with pytest.raises(ResourceExhausted) as caught:
        await executor.run(pow, 2, 2)
    assert caught.value.retry_after_s > 0


async def test_work_that_was_accepted_before_passes_the_limit_and_keeps_its_turn(
    executor: Executor, gate: Gate
) -> None:
    """Hazard: an end that a full queue refuses leaves what it was to end locked for good."""
    await _occupy(executor, gate)
    done: list[int] = []
    waiting = await _queue(executor, 3, done)
    with pytest.raises(ResourceExhausted):
        await executor.run(done.append, -1)
    ends = [asyncio.create_task(executor.run_accepted(done.append, number)) for number in (3, 4)]
    await eventually(lambda: executor.depth == 5, "they wait, too")
    gate.may_leave.set()
    await asyncio.gather(*waiting, *ends)
    assert done == [0, 1, 2, 3, 4]


async def test_work_whose_caller_left_is_never_started(executor: Executor, gate: Gate) -> None:
    running = await _occupy(executor, gate)
    done: list[int] = []
    waiting = await _queue(executor, 3, done)
    waiting[1].cancel()
    await asyncio.wait([waiting[1]])  # the caller has left only once its task has ended
    gate.may_leave.set()
    await asyncio.gather(running, waiting[0], waiting[2])
    assert done == [0, 2]


async def test_places_of_callers_who_left_are_free_at_once(executor: Executor, gate: Gate) -> None:
    """Hazard: a queue full of dead work refuses live work until the worker has come through it."""
    await _occupy(executor, gate)
    dead = await _queue(executor, 3, [])
    for task in dead:
        task.cancel()
    await asyncio.gather(*dead, return_exceptions=True)
    live = asyncio.create_task(executor.run(pow, 2, 2))
    gate.may_leave.set()
    assert await live == 4


async def test_closing_finishes_what_was_accepted(gate: Gate) -> None:
    executor = Executor(workers=1, queue_limit=3)
    running = await _occupy(executor, gate)
    done: list[int] = []
    waiting = await _queue(executor, 3, done)
    closing = asyncio.create_task(asyncio.to_thread(executor.close))
    gate.may_leave.set()
    await asyncio.gather(closing, running, *waiting)
    assert done == [0, 1, 2]


async def test_a_closed_executor_is_unavailable() -> None:
    executor = Executor()
    executor.close()
    with pytest.raises(Unavailable):
        await executor.run(pow, 2, 2)
    with pytest.raises(Unavailable):
        await executor.run_accepted(pow, 2, 2)


async def test_several_workers_run_side_by_side() -> None:
    executor = Executor(workers=2, queue_limit=2)
    both = threading.Barrier(2)
    await asyncio.wait_for(asyncio.gather(*(executor.run(both.wait, LIMIT_S) for _ in range(2))), LIMIT_S)
    executor.close()
