"""Calls of any RPC by its descriptor, with the blocking client.

Not grpc.aio's: where a server ends a stream that is still being sent, that one replaces the server's status by its own
INTERNAL (`set_internal_error` in grpc/aio/_call.py), and these tests ask for the server's.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

import grpc
from google.protobuf.message import Message
from grpc_status import rpc_status
from monshin_kit.methods import Method
from monshin_kit.testing import ServiceProcess

MAX_ANSWERS = 50
TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call ended. answers: serialised, at most MAX_ANSWERS of a stream. words: all that an error told."""

    code: grpc.StatusCode
    answers: tuple[bytes, ...] = ()
    words: str = ""


class Caller:
    """A channel with a token; without one if it is empty."""

    def __init__(self, channel: grpc.Channel, token: str) -> None:
        self._channel = channel
        self._metadata = (("authorization", f"Bearer {token}"),) if token else ()

    def call(self, method: Method, requests: Sequence[Message | bytes], timeout_s: float = TIMEOUT_S) -> Outcome:
        """Sends `requests` (one, unless the method takes a stream) and waits for the end."""
        sent: Any = iter(requests) if method.takes_stream else requests[0]
        answers: list[bytes] = []
        try:
            running = self._callable(method)(sent, timeout=timeout_s, metadata=self._metadata)
            for answer in running if method.gives_stream else (running,):
                answers.append(answer)
                if len(answers) >= MAX_ANSWERS:
                    running.cancel()
                    break
        except grpc.RpcError as error:
            return Outcome(cast(Any, error).code(), tuple(answers), _words(error))
        return Outcome(grpc.StatusCode.OK, tuple(answers))

    def _callable(self, method: Method) -> Any:
        make: Any
        match (method.takes_stream, method.gives_stream):
            case (False, False):
                make = self._channel.unary_unary
            case (False, True):
                make = self._channel.unary_stream
            case (True, False):
                make = self._channel.stream_unary
            case _:
                make = self._channel.stream_stream
        return make(method.path, request_serializer=_to_bytes)


@contextmanager
def caller(process: ServiceProcess, role: str = "administrator") -> Iterator[Caller]:
    """For one of our processes; role '' means without a token."""
    with grpc.insecure_channel(process.target) as channel:
        yield Caller(channel, process.token(role) if role else "")


def _words(error: grpc.RpcError) -> str:
    found: Any = error
    status = rpc_status.from_call(found)
    return f"{found.details()}\n{status}\n{found.trailing_metadata()!r}"


def _to_bytes(message: Message | bytes) -> bytes:
    return message if isinstance(message, bytes) else message.SerializeToString()
