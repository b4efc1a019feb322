"""Stages side by side, and text as it arrives."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import TypeVar

import pytest
from monshin_factcheck.checking.arrivals import MAX_ANSWER, arrivals
from monshin_factcheck.checking.pipeline import Put, put_by, together
from monshin_kit.errors import InvalidInput, Unavailable

T = TypeVar("T")


async def test_everything_that_is_put_comes_out_in_order_before_an_error() -> None:
    async def work(put: Put[int]) -> None:
        for number in range(10):
            await put(number)
        raise Unavailable("gone")

    found: list[int] = []
    with pytest.raises(Unavailable):
        await collect(put_by(work, 2), found)
    assert found == list(range(10))


async def test_work_is_cancelled_when_its_reader_leaves() -> None:
    ended = asyncio.Event()

    async def work(put: Put[int]) -> None:
        try:
            while True:
                await put(1)
        finally:
            ended.set()

    async with aclosing(put_by(work, 2)) as numbers:
        async for _ in numbers:
            break
    assert ended.is_set()


async def test_the_first_error_ends_the_other_stages() -> None:
    ended = asyncio.Event()

    async def waits() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async def fails() -> None:
        raise Unavailable("gone")

    with pytest.raises(Unavailable):
        await together(waits(), fails())
    assert ended.is_set()


async def collect(items: AsyncIterator[T], found: list[T]) -> None:
    """Keeps what came before an error."""
    async for item in items:
        found.append(item)  # noqa: PERF401  # a comprehension would lose it


async def pieces(*texts: str) -> AsyncIterator[str]:
    for text in texts:
        yield text


async def test_pieces_that_come_while_nobody_looks_are_taken_together() -> None:
    taken: list[str] = []
    async for text in arrivals(pieces("a", "b", "", "c")):
        taken.append(text)
        await asyncio.sleep(0)
    assert "".join(taken) == "abc"
    assert len(taken) < 4


async def test_many_small_pieces_cost_no_more_than_a_few_large_ones() -> None:
    """Hazard: 60,000 letters in 60,000 messages held the event loop, and with it every call, for half a minute."""
    text = "x" * 200_000
    async with asyncio.timeout(20):
        found = [part async for part in arrivals(pieces(*text))]
    assert "".join(found) == text


async def test_an_answer_that_is_too_long_is_refused() -> None:
    half = "x" * (MAX_ANSWER // 2)
    with pytest.raises(InvalidInput):
        await collect(arrivals(pieces(half, half, "x")), [])


async def test_the_error_of_the_sender_is_raised_after_what_it_sent() -> None:
    async def fails() -> AsyncIterator[str]:
        yield "a"
        raise Unavailable("gone")

    taken: list[str] = []
    with pytest.raises(Unavailable):
        await collect(arrivals(fails()), taken)
    assert taken == ["a"]
