"""Lines out of chunks."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from monshin_gateway.core.lines import LineSplitter
from monshin_gateway.core.refusals import BodyTooLarge


@given(st.binary(max_size=80), st.lists(st.integers(0, 80), max_size=6))
def test_lines_do_not_depend_on_how_the_bytes_were_cut(data: bytes, cuts: list[int]) -> None:
    """The oracle splits the whole text at once."""
    borders = sorted({0, *(cut for cut in cuts if cut < len(data)), len(data)})
    splitter = LineSplitter(limit=100)
    found = [line for start, end in pairwise(borders) for line in splitter.feed(data[start:end])]
    found += splitter.finish()
    whole = enumerate(data.split(b"\n"), 1)
    assert found == [(number, line) for number, line in whole if line.strip()]


def test_a_line_that_is_too_long_is_refused_before_it_ends() -> None:
    splitter = LineSplitter(limit=10)
    assert splitter.feed(b"short\n") == [(1, b"short")]
    with pytest.raises(BodyTooLarge, match="line 2"):
        splitter.feed(b"x" * 11)
