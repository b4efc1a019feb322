"""Standard input, read while somebody still writes to it."""

import os

import pytest
from monshin.commands.arriving import arriving
from monshin_kit.errors import InvalidInput


async def test_text_is_there_as_soon_as_it_is_written() -> None:
    read, write = os.pipe()
    with os.fdopen(read, "rb") as file:
        pieces = arriving(file)
        os.write(write, "薬は5 mg。".encode())
        assert await anext(pieces) == "薬は5 mg。"
        os.write(write, "😀".encode())
        os.close(write)
        assert [piece async for piece in pieces] == ["😀"]


async def test_the_first_half_of_a_character_waits_for_the_other() -> None:
    read, write = os.pipe()
    data = "薬は".encode()
    with os.fdopen(read, "rb") as file:
        pieces = arriving(file)
        os.write(write, data[:4])
        assert await anext(pieces) == "薬"
        os.write(write, data[4:])
        assert await anext(pieces) == "は"
        os.close(write)


@pytest.mark.parametrize("data", [b"\xff\xfe", "薬".encode()[:2]])
async def test_bytes_that_are_no_text_are_refused(data: bytes) -> None:
    read, write = os.pipe()
    with os.fdopen(read, "rb") as file:
        os.write(write, data)
        os.close(write)
        with pytest.raises(InvalidInput):
            _ = [piece async for piece in arriving(file)]
