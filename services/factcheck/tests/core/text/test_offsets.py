"""Code points in other units, against Python's own encoders."""

from hypothesis import given
from hypothesis import strategies as st
from monshin_factcheck.core.text.offsets import OffsetMap, OffsetUnit
from monshin_factcheck.core.text.spans import Span


@given(st.text(max_size=40), st.data())
def test_offsets_count_as_the_encoders_do(text: str, data: st.DataObject) -> None:
    """The oracle is the length of the encoded beginning; lone surrogates count as their own code unit."""
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    span = Span(start, end)
    utf16 = OffsetMap(text, OffsetUnit.UTF16).convert(span)
    byte = OffsetMap(text, OffsetUnit.BYTE).convert(span)
    for at, units, octets in ((start, utf16.start, byte.start), (end, utf16.end, byte.end)):
        assert units == len(text[:at].encode("utf-16-le", "surrogatepass")) // 2
        assert octets == len(text[:at].encode("utf-8", "surrogatepass"))
    assert OffsetMap(text, OffsetUnit.CODE_POINT).convert(span) == span
