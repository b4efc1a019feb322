"""A gRPC server that stands in for every service: it answers each method of the protos.

It is real gRPC on a real port; a request's text may order a behaviour, see `Script`.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent import futures
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import grpc
from filled import filled
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass
from google.rpc import status_pb2
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_status import rpc_status
from monshin_gateway import stubs
from monshin_gateway.core.methods import Method, Shape, read_methods


@dataclass
class Script:
    """What the peer does with the next calls. status: refuse with it; hold: wait until the client is gone;
    messages: how many a stream sends; break_after: refuse with `status` after so many messages."""

    status: status_pb2.Status | None = None
    hold: bool = False
    messages: int = 3
    break_after: int = 0
    delay_s: float = 0.0


@dataclass
class Call:
    """A call that arrived."""

    method: Method
    requests: list[Message] = field(default_factory=list)
    metadata: dict[str, str] = field(default_factory=dict)
    time_remaining_s: float | None = None
    ended: threading.Event = field(default_factory=threading.Event)  # the RPC is over
    handled: threading.Event = field(default_factory=threading.Event)  # so is the peer's own work on an upload
    was_cut: bool = False


class EchoPeer(grpc.GenericRpcHandler):
    """Listens while its block runs; `calls` holds what came."""

    def __init__(self, address: str = "127.0.0.1:0") -> None:
        self.calls: list[Call] = []
        self.arrived = threading.Condition()
        self.script = Script()
        self._methods = {method.grpc_path: method for method in read_methods(stubs.files())}
        self._server = grpc.server(
            futures.ThreadPoolExecutor(16),
            options=[("grpc.so_reuseport", 0), ("grpc.max_receive_message_length", 8 * 1024 * 1024)],
        )
        self._server.add_generic_rpc_handlers((self,))
        self.health = health.HealthServicer()
        health_pb2_grpc.add_HealthServicer_to_server(self.health, self._server)
        self.health.set("", health_pb2.HealthCheckResponse.SERVING)
        self.target = f"127.0.0.1:{self._server.add_insecure_port(address)}"

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, stack: TracebackType | None
    ) -> None:
        self._server.stop(0).wait()

    def follow(self, **script: Any) -> None:
        """Forgets the calls so far and follows a new script."""
        self.calls.clear()
        self.script = Script(**script)

    def next_call(self, timeout_s: float = 10.0) -> Call:
        """The first call since `follow`; waits for it."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: self.calls, timeout_s), "no call came"
            return self.calls[0]

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler | None:
        """As grpc.GenericRpcHandler."""
        method = self._methods.get(handler_call_details.method)
        if method is None:
            return None
        make: dict[Shape, Callable[..., grpc.RpcMethodHandler]] = {
            Shape.UNARY: grpc.unary_unary_rpc_method_handler,
            Shape.SERVER_STREAM: grpc.unary_stream_rpc_method_handler,
            Shape.CLIENT_STREAM: grpc.stream_unary_rpc_method_handler,
            Shape.BIDIRECTIONAL: grpc.stream_stream_rpc_method_handler,
        }
        behaviour: dict[Shape, Callable[..., Any]] = {
            Shape.UNARY: self._one,
            Shape.SERVER_STREAM: self._many,
            Shape.CLIENT_STREAM: self._upload,
            Shape.BIDIRECTIONAL: self._many,
        }
        message_class = GetMessageClass(method.request)
        return make[method.shape](
            lambda request, context: behaviour[method.shape](method, request, context),
            request_deserializer=None if method.shape is Shape.CLIENT_STREAM else message_class.FromString,
            response_serializer=lambda message: message.SerializeToString(),
        )

    def _record(self, method: Method, context: grpc.ServicerContext) -> Call:
        call = Call(method)
        call.metadata = {key: str(value) for key, value in context.invocation_metadata()}
        remaining = context.time_remaining()
        call.time_remaining_s = remaining if remaining is not None and remaining < 1e8 else None
        context.add_callback(call.ended.set)
        with self.arrived:
            self.calls.append(call)
            self.arrived.notify_all()
        return call

    def _obey(self, call: Call, context: grpc.ServicerContext) -> None:
        if self.script.hold:
            call.ended.wait(60)
        if self.script.status is not None and not self.script.break_after:
            context.abort_with_status(rpc_status.to_status(self.script.status))

    def _one(self, method: Method, request: Message, context: grpc.ServicerContext) -> Message:
        call = self._record(method, context)
        call.requests.append(request)
        self._obey(call, context)
        return filled(method.response)

    def _many(self, method: Method, request: Message, context: grpc.ServicerContext) -> Iterator[Message]:
        call = self._record(method, context)
        call.requests.append(request)
        script = self.script
        if not script.hold:
            self._obey(call, context)
        for number in range(1, script.messages + 1):
            yield filled(method.response)
            if script.break_after == number and script.status is not None:
                context.abort_with_status(rpc_status.to_status(script.status))
        if script.hold:
            self._obey(call, context)

    def _upload(self, method: Method, requests: Iterator[bytes], context: grpc.ServicerContext) -> Message:
        # As kit's servers, this one parses by itself: gRPC's own refusal of broken bytes cannot be told from an end.
        call = self._record(method, context)
        try:
            for request in requests:
                call.requests.append(GetMessageClass(method.request).FromString(request))
                if self.script.status is not None:
                    context.abort_with_status(rpc_status.to_status(self.script.status))
        except (grpc.RpcError, DecodeError):
            call.was_cut = True
            raise
        finally:
            call.handled.set()
        return filled(method.response)
