"""Text that somebody still writes, read as it comes."""

import asyncio
import codecs
import os
from collections.abc import AsyncIterator
from typing import BinaryIO

from monshin_kit.errors import InvalidInput

_READ_BYTES = 65_536


async def arriving(file: BinaryIO) -> AsyncIterator[str]:
    """UTF-8 text as it can be read, in pieces that never cut a character; raises InvalidInput for other bytes."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_open = True
    while is_open:
        # os.read gives what is there; the buffer's own read would wait until it is full.
        data = await asyncio.to_thread(os.read, file.fileno(), _READ_BYTES)
        is_open = bool(data)
        try:
            text = decoder.decode(data, final=not is_open)
        except UnicodeDecodeError:
            raise InvalidInput("standard input is not UTF-8 text") from None
        if text:
            yield text
