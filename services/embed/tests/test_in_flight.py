"""A stream's requests are answered as they are done, a few at a time."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from monshin_embed.in_flight import in_completion_order
from monshin_kit.errors import InvalidInput


class Gates:
    """Answers a number once its gate is opened; counts how many stand before one."""

    def __init__(self) -> None:
        self.started: list[int] = []
        self.cancelled: list[int] = []
        self._gates: dict[int, asyncio.Event] = {}

    def open(self, number: int) -> None:
        self._gates.setdefault(number, asyncio.Event()).set()

    async def answer(self, number: int) -> int:
        self.started.append(number)
        try:
            await self._gates.setdefault(number, asyncio.Event()).wait()
        except asyncio.CancelledError:
            self.cancelled.append(number)
            raise
        return number


async def numbers(*items: int | Exception) -> AsyncIterator[int]:
    for item in items:
        if isinstance(item, Exception):
            raise item
        yield item


async def settle() -> None:
    """Lets every task run until it waits."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_the_first_done_is_answered_first() -> None:
    gates = Gates()
    answers = in_completion_order(numbers(1, 2, 3), gates.answer, limit=3)
    for number in (2, 3, 1):
        gates.open(number)
        assert await anext(answers) == number


async def test_no_more_than_the_limit_are_under_way() -> None:
    gates = Gates()
    answers = in_completion_order(numbers(1, 2, 3, 4), gates.answer, limit=2)
    first = asyncio.ensure_future(anext(answers))
    await settle()
    assert gates.started == [1, 2]
    gates.open(1)
    assert await first == 1
    second = asyncio.ensure_future(anext(answers))
    await settle()
    assert gates.started == [1, 2, 3]
    second.cancel()


async def test_leaving_early_cancels_what_is_under_way() -> None:
    gates = Gates()
    answers = in_completion_order(numbers(1, 2, 3), gates.answer, limit=3)
    first = asyncio.ensure_future(anext(answers))
    await settle()
    gates.open(1)
    await first
    await answers.aclose()  # type: ignore[attr-defined]  # an async generator
    assert sorted(gates.cancelled) == [2, 3]


async def test_when_reading_fails_what_is_under_way_is_answered_first() -> None:
    gates = Gates()
    answers = in_completion_order(numbers(1, InvalidInput("not a message")), gates.answer, limit=3)
    gates.open(1)
    assert await anext(answers) == 1
    with pytest.raises(InvalidInput):
        await anext(answers)


async def test_an_unexpected_error_is_raised_at_once() -> None:
    async def fail(number: int) -> int:
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        await anext(in_completion_order(numbers(1, 2), fail, limit=1))


@given(count=st.integers(0, 30), limit=st.integers(1, 5))
def test_each_request_is_answered_exactly_once(count: int, limit: int) -> None:
    async def answer(number: int) -> int:
        for _ in range(number * 7 % 5):
            await asyncio.sleep(0)
        return number

    async def collect() -> list[int]:
        return [number async for number in in_completion_order(numbers(*range(count)), answer, limit)]

    assert sorted(asyncio.run(collect())) == list(range(count))
