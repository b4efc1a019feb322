"""The running service that the benchmarks call, and a bare one to compare its calls with."""

import asyncio
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
from monshin_kit.testing import ServiceProcess
from monshin_protos.ann.v1 import ann_pb2 as pb
from monshin_protos.ann.v1 import ann_pb2_grpc, index_pb2, index_pb2_grpc
from monshin_protos.embed.v1 import embed_pb2, embed_pb2_grpc

from benchmarks.ann.points import COLLECTION, DIM

_PAUSE_S = 0.5
_UNFINISHED = (index_pb2.INDEX_STATE_WAITING, index_pb2.INDEX_STATE_BUILDING)


class Ann:
    """The calls that are measured."""

    def __init__(self, channel: grpc.Channel) -> None:
        stub: Any = ann_pb2_grpc.AnnServiceStub(channel)
        index: Any = index_pb2_grpc.IndexServiceStub(channel)
        self.CreateCollection, self.Search = stub.CreateCollection, stub.Search
        self.Upsert, self.UpsertStream = stub.Upsert, stub.UpsertStream
        self.BuildIndex, self.GetIndex = index.BuildIndex, index.GetIndex

    def index_all(self) -> None:
        """Every point into one segment; returns once nothing is built any more, which would be timed with a search."""
        name = f"{COLLECTION}/index"
        index = self.BuildIndex(index_pb2.BuildIndexRequest(name=name))
        while index.state in _UNFINISHED:
            time.sleep(_PAUSE_S)
            index = self.GetIndex(index_pb2.GetIndexRequest(name=name))
        if index.state != index_pb2.INDEX_STATE_READY or len(index.segments) != 1 or index.head_points:
            state = index_pb2.IndexState.Name(index.state)
            raise SystemExit(
                f"the index is {state} in {len(index.segments)} segments with {index.head_points} points left, "
                f"not READY in one {index.failure}"
            )


@contextmanager
def running() -> Iterator[tuple[Ann, Callable[[], object]]]:
    """The calls of ann's real process with an empty collection, and a call of a bare grpc.aio server."""
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner() as runner:
        processes = [ServiceProcess(name, Path(folder)) for name in ("monshin_ann", "benchmarks.echo.bare")]
        try:
            for process in processes:
                runner.run(process.start())
                runner.run(process.wait_serving())
            ann, bare = processes
            with _channel(ann) as channel, grpc.insecure_channel(bare.target) as plain:
                calls = Ann(channel)
                collection = pb.Collection(dim=DIM, metric=pb.METRIC_L2)
                calls.CreateCollection(pb.CreateCollectionRequest(collection_id="bench", collection=collection))
                echo: Any = embed_pb2_grpc.EmbedServiceStub(plain)
                yield calls, lambda: echo.Embed(embed_pb2.EmbedRequest())
        finally:
            for process in processes:
                runner.run(process.stop())


@contextmanager
def _channel(process: ServiceProcess) -> Iterator[grpc.Channel]:
    bearer = [("authorization", f"Bearer {process.token('administrator')}")]

    class Bearer(grpc.UnaryUnaryClientInterceptor, grpc.StreamStreamClientInterceptor):  # type: ignore[type-arg]
        """Adds the token to each call."""

        def intercept_unary_unary(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
            return continuation(client_call_details._replace(metadata=bearer), request)

        def intercept_stream_stream(self, continuation: Any, client_call_details: Any, request_iterator: Any) -> Any:
            return continuation(client_call_details._replace(metadata=bearer), request_iterator)

    with grpc.insecure_channel(process.target) as channel:
        yield grpc.intercept_channel(channel, Bearer())
