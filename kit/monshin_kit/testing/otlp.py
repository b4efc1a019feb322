"""A collector for tests: receives what services export over OTLP/gRPC and keeps it."""

from types import TracebackType
from typing import Any, Self

import grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc
from opentelemetry.proto.trace.v1.trace_pb2 import Span


class OtlpReceiver:
    """Listens on a free loopback port while its block runs; `endpoint` goes into MONSHIN_OTLP_ENDPOINT."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.endpoint = ""
        self.received = bytearray()
        self._server = grpc.aio.server()

    async def __aenter__(self) -> Self:
        trace_service_pb2_grpc.add_TraceServiceServicer_to_server(_Collector(self), self._server)  # type: ignore[no-untyped-call]
        port = self._server.add_insecure_port("127.0.0.1:0")
        self.endpoint = f"http://127.0.0.1:{port}"
        await self._server.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, stack: TracebackType | None
    ) -> None:
        await self._server.stop(None)


class _Collector(trace_service_pb2_grpc.TraceServiceServicer):
    def __init__(self, receiver: OtlpReceiver) -> None:
        self._receiver = receiver

    async def Export(self, request: Any, context: Any) -> Any:
        """As in the OTLP proto."""
        self._receiver.received += request.SerializeToString()
        for resource in request.resource_spans:
            for scope in resource.scope_spans:
                self._receiver.spans.extend(scope.spans)
        return trace_service_pb2.ExportTraceServiceResponse()
