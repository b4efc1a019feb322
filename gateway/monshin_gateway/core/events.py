"""Server-sent events: how they are written, and how a stream goes on after a cut.

Every event carries `id: n`, n counting from 1. A browser that lost the connection sends the last one as Last-Event-ID
and the call is made again. Of a method that lists results the first n are then left out; of one that watches a state
(`Watch…`) none is, since its first event is the state as it is now. The last event of a complete stream is
`event: end` with the id `n.end`: a request that resumes after it gets 204, which tells an EventSource to stop.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from monshin_kit.errors import InvalidInput

MEDIA_TYPE = "text/event-stream"
KEEP_ALIVE = b": keep-alive\n\n"

_EVENT_ID = re.compile(r"([0-9]{1,15})(\.end)?")


@dataclass(frozen=True, slots=True)
class Position:
    """How far a client has read. events: number of the last event it saw; is_complete: nothing comes after."""

    events: int = 0
    is_complete: bool = False


def position(last_event_id: str) -> Position:
    """Reads `Last-Event-ID`; empty means the start. Raises InvalidInput for an id that we never sent."""
    if not last_event_id:
        return Position()
    match = _EVENT_ID.fullmatch(last_event_id)
    if match is None:
        raise InvalidInput("Last-Event-ID is not an id of this stream", field="Last-Event-ID")
    return Position(int(match[1]), match[2] is not None)


def message(number: int, data: Any) -> bytes:
    """One message of the stream."""
    return _event("message", str(number), data)


def end(number: int) -> bytes:
    """Says that the stream is complete after `number` messages."""
    return _event("end", f"{number}.end", {})


def error(problem: Any) -> bytes:
    """Says why the stream ends early. Without id: a client that resumes does so after its last message."""
    return _event("error", "", problem)


def _event(kind: str, event_id: str, data: Any) -> bytes:
    identity = f"id: {event_id}\n" if event_id else ""
    return f"event: {kind}\n{identity}data: {to_line(data)}\n\n".encode()


def to_line(data: Any) -> str:
    """JSON on one line."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
