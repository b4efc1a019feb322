"""Text that comes in pieces, taken as fast as it comes and handed on as fast as it can be used."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

from monshin_kit.errors import InvalidInput

# As CheckAnswerRequest.answer.
MAX_ANSWER = 1_048_576
# Code points that may wait: then the sender is slowed down by its connection's flow control.
_WAITING = 524_288


async def arrivals(pieces: AsyncIterator[str]) -> AsyncGenerator[str, None]:
    """Everything that has come since the last look, in one piece, then the error of `pieces` if it raises one.

    Raises InvalidInput when more than 1,048,576 code points have come.
    """
    waiting: list[str] = []
    size = 0  # of all that waits: to add it up anew at each piece would take the square of their number
    arrived, taken = asyncio.Event(), asyncio.Event()

    async def take() -> None:
        nonlocal size
        total = 0
        async for piece in pieces:
            total += len(piece)
            if total > MAX_ANSWER:
                raise InvalidInput(f"the answer has more than {MAX_ANSWER} code points", field="text")
            waiting.append(piece)
            size += len(piece)
            arrived.set()
            while size > _WAITING:
                taken.clear()
                await taken.wait()

    taking = asyncio.ensure_future(take())
    try:
        while waiting or not taking.done():
            if not waiting:
                news = asyncio.ensure_future(arrived.wait())
                await asyncio.wait({news, taking}, return_when=asyncio.FIRST_COMPLETED)
                news.cancel()
                continue
            text = "".join(waiting)
            waiting.clear()
            size = 0
            arrived.clear()
            taken.set()
            yield text
        await taking
    finally:
        taking.cancel()
        await asyncio.gather(taking, return_exceptions=True)
