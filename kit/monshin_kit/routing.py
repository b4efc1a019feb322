"""The gRPC handlers of a server, made from descriptors: one wrapper for each of the four kinds of RPC."""

from __future__ import annotations  # grpc classes are generic in the stubs only

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import aclosing
from functools import partial
from typing import Any

import grpc
from google.protobuf.message import Message

from monshin_kit import methods
from monshin_kit.call import Call, Context, Gate, limited, parse_or_malformed
from monshin_kit.errors import Unavailable
from monshin_kit.methods import Method

Behaviour = Callable[..., Any]


class Router(grpc.GenericRpcHandler):  # type: ignore[type-arg]  # generic in the stubs only
    """Knows all methods from the start, and their servicers once these are loaded; until then calls are UNAVAILABLE."""

    def __init__(self, gate: Gate, services: Iterable[str]) -> None:
        self._gate = gate
        self._servicers: dict[str, Any] = {}
        self.methods = [method for service in services for method in methods.of_service(service)]
        self._handlers = {method.path: self._handler(method) for method in self.methods}

    def serve(self, service: str, servicer: object) -> None:
        """Connects a servicer, an object with one coroutine a method, to the service of this full name."""
        self._servicers[service] = servicer

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[Any, Any] | None:
        """As grpc.GenericRpcHandler."""
        return self._handlers.get(str(handler_call_details.method))

    def _handler(self, method: Method) -> grpc.RpcMethodHandler[Any, Any]:
        make: Callable[..., grpc.RpcMethodHandler[Any, Any]]
        match (method.takes_stream, method.gives_stream):
            case (False, False):
                make, behaviour = grpc.unary_unary_rpc_method_handler, self._unary_unary(method)
            case (False, True):
                make, behaviour = grpc.unary_stream_rpc_method_handler, self._unary_stream(method)
            case (True, False):
                make, behaviour = grpc.stream_unary_rpc_method_handler, self._stream_unary(method)
            case _:
                make, behaviour = grpc.stream_stream_rpc_method_handler, self._stream_stream(method)
        return make(
            behaviour,
            request_deserializer=partial(parse_or_malformed, method.request_class),
            response_serializer=_serialize,
        )

    def _target(self, method: Method) -> Behaviour:
        servicer = self._servicers.get(method.service)
        if servicer is None:
            raise Unavailable("the service is starting", 0.5)
        target: Behaviour = getattr(servicer, method.short_name)
        return target

    def _unary_unary(self, method: Method) -> Behaviour:
        async def handle(request: Any, context: Context) -> Any:
            async with Call(self._gate, method, context) as call:
                await call.authorise()
                target = self._target(method)
                return await limited(call, target(await call.admit(request), context))

        return handle

    def _unary_stream(self, method: Method) -> Behaviour:
        async def handle(request: Any, context: Context) -> AsyncIterator[Message]:
            async with Call(self._gate, method, context) as call:
                await call.authorise()
                target = self._target(method)
                async with aclosing(target(await call.admit(request), context)) as answers:
                    async for answer in answers:
                        yield answer

        return handle

    def _stream_unary(self, method: Method) -> Behaviour:
        async def handle(requests: AsyncIterator[Any], context: Context) -> Any:
            async with Call(self._gate, method, context) as call:
                await call.authorise()
                return await self._target(method)(call.admit_each(requests), context)

        return handle

    def _stream_stream(self, method: Method) -> Behaviour:
        async def handle(requests: AsyncIterator[Any], context: Context) -> AsyncIterator[Message]:
            async with Call(self._gate, method, context) as call:
                await call.authorise()
                async with aclosing(self._target(method)(call.admit_each(requests), context)) as answers:
                    async for answer in answers:
                        yield answer

        return handle


def _serialize(message: Message) -> bytes:
    return message.SerializeToString()
