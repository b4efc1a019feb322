"""How a stream of messages is written into an HTTP body."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from monshin_gateway.core import events
from monshin_gateway.core.refusals import NotAcceptable


@dataclass(frozen=True, slots=True)
class StreamFormat:
    """message, end: take the number of the last message, from 1. keep_alive: bytes that mean nothing."""

    media_type: str
    message: Callable[[int, Any], bytes]
    end: Callable[[int], bytes]
    error: Callable[[Any], bytes]
    keep_alive: bytes
    can_resume: bool


SSE = StreamFormat(
    media_type=events.MEDIA_TYPE,
    message=events.message,
    end=events.end,
    error=events.error,
    keep_alive=events.KEEP_ALIVE,
    can_resume=True,
)

# One message a line; a line with the key `error` ends a stream that failed. No message of ours has that field.
NDJSON = StreamFormat(
    media_type="application/x-ndjson",
    message=lambda number, data: f"{events.to_line(data)}\n".encode(),
    end=lambda number: b"",
    error=lambda problem: f"{events.to_line({'error': problem})}\n".encode(),
    keep_alive=b"\n",
    can_resume=False,
)

_OFFERED = {
    "*/*": SSE,
    "text/*": SSE,
    "text/event-stream": SSE,
    "application/*": NDJSON,
    "application/x-ndjson": NDJSON,
    "application/jsonl": NDJSON,
}


def choose(accept: str) -> StreamFormat:
    """The format that an `Accept` header prefers, server-sent events if it does not care.

    Raises NotAcceptable if it names neither.
    """
    best: tuple[float, StreamFormat] | None = None
    for item in (accept or "*/*").split(","):
        kind, *parameters = (part.strip().lower() for part in item.split(";"))
        weight = _weight(parameters)
        if kind in _OFFERED and weight > (best[0] if best else 0.0):
            best = (weight, _OFFERED[kind])
    if best is None:
        raise NotAcceptable("this call answers with a stream: accept text/event-stream or application/x-ndjson")
    return best[1]


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0
