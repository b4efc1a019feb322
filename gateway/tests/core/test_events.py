"""Server-sent events, read by a parser written from the HTML standard."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from monshin_gateway.core import events, stream_format
from monshin_gateway.core.refusals import NotAcceptable
from monshin_kit.errors import InvalidInput


def parse(stream: str) -> list[tuple[str, str, str]]:
    """(event, id, data) of each event; https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing."""
    found = []
    kind, identity, data = "message", "", []
    for line in stream.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if line == "":
            if data:
                found.append((kind, identity, "\n".join(data)))
            kind, identity, data = "message", "", []
            continue
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        match name:
            case "event":
                kind = value
            case "id":
                identity = value
            case "data":
                data.append(value)
    return found


@given(st.lists(st.dictionaries(st.text(), st.text(), max_size=2), max_size=4))
def test_any_messages_arrive_whole_and_numbered(messages: list[dict[str, Any]]) -> None:
    stream = b"".join(events.message(number, item) for number, item in enumerate(messages, 1))
    stream += events.KEEP_ALIVE + events.end(len(messages))
    expected = [("message", str(number), events.to_line(item)) for number, item in enumerate(messages, 1)]
    assert parse(stream.decode()) == [*expected, ("end", f"{len(messages)}.end", "{}")]


def test_an_error_has_no_id_so_that_a_client_resumes_after_its_last_message() -> None:
    assert parse(events.error({"code": "UNAVAILABLE"}).decode()) == [("error", "", '{"code":"UNAVAILABLE"}')]


@pytest.mark.parametrize(
    ("header", "position"),
    [("", events.Position()), ("3", events.Position(3)), ("3.end", events.Position(3, is_complete=True))],
)
def test_a_last_event_id_tells_how_far_a_client_has_read(header: str, position: events.Position) -> None:
    assert events.position(header) == position


@pytest.mark.parametrize("header", ["x", "-1", "3.", "3.end.end", "９", "1" * 16])
def test_an_id_that_we_never_sent_is_refused(header: str) -> None:
    with pytest.raises(InvalidInput):
        events.position(header)


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("", stream_format.SSE),
        ("*/*", stream_format.SSE),
        ("text/event-stream", stream_format.SSE),
        ("application/x-ndjson", stream_format.NDJSON),
        ("application/jsonl, text/html", stream_format.NDJSON),
        ("text/event-stream;q=0.5, application/x-ndjson;q=0.9", stream_format.NDJSON),
        ("application/json, text/event-stream", stream_format.SSE),
    ],
)
def test_the_preferred_form_of_a_stream_is_chosen(accept: str, chosen: stream_format.StreamFormat) -> None:
    assert stream_format.choose(accept) is chosen


@pytest.mark.parametrize("accept", ["application/json", "text/html", "text/event-stream;q=0", "text/event-stream;q=x"])
def test_a_client_that_reads_no_stream_is_told_so(accept: str) -> None:
    with pytest.raises(NotAcceptable, match="text/event-stream"):
        stream_format.choose(accept)
