"""Points whose vector and payload tell their version; and a client that stores and deletes some until it is cut off."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import grpc
import numpy as np
from monshin_protos.ann.v1 import ann_pb2 as pb

DIM = 32
Stub = Any  # the stubs' stub has one type for sync and async channels
Version = dict[str, int]


def row(version: int) -> Any:
    """The vector of a point's version; two versions differ in every number."""
    return np.random.default_rng(version).standard_normal(DIM).astype(np.float32)


async def stored_versions(stub: Stub, name: str) -> Version:
    """Version by id of all points; each must be whole: its vector and payload are of one version."""
    request = pb.ListPointsRequest(collection=f"collections/{name}", page_size=1000, with_vectors=True)
    versions: Version = {}
    while True:
        page = await stub.ListPoints(request)
        vectors = np.frombuffer(page.points.vectors.data, "<f4").reshape(-1, DIM)
        for point_id, vector, payload in zip(page.points.ids, vectors, page.points.payloads, strict=True):
            versions[point_id] = int(payload["version"])
            assert np.array_equal(vector, row(versions[point_id])), "a point is torn"
        if not page.next_page_token:
            return versions
        request.page_token = page.next_page_token


@dataclass
class Deleter:
    """Stores points d0 to d199 of ten groups, and deletes them by ids and by groups, one call after the other.

    model: after what was answered. maybe: after the call in flight, too.
    on_deleted: called when a deletion is answered.
    """

    rng: random.Random
    upsert: Callable[..., Any]
    model: Version = field(default_factory=dict)
    maybe: Version = field(default_factory=dict)
    answered: Counter[str] = field(default_factory=Counter)
    version: int = 5_000_000
    on_deleted: Callable[[], None] = lambda: None

    async def work_until_broken(self, stub: Stub) -> None:
        """Ends when the connection does."""
        while True:
            kind = self.rng.choice(("upsert", "ids", "filter"))
            try:
                await getattr(self, f"_{kind}")(stub)
            except grpc.aio.AioRpcError as error:
                if error.code() != grpc.StatusCode.UNAVAILABLE:
                    raise
                return
            self.model = self.maybe
            self.answered[kind] += 1

    async def _upsert(self, stub: Stub) -> None:
        numbers = self.rng.sample(range(200), 60)
        chunk = {f"d{number}": self.version + number for number in numbers}
        self.version += 200
        facts = {f"d{number}": {"version": self.version - 200 + number, "group": number % 10} for number in numbers}
        self.maybe = self.model | chunk
        await stub.Upsert(self.upsert("notes", {each: row(version) for each, version in chunk.items()}, facts))

    async def _ids(self, stub: Stub) -> None:
        ids = [f"d{number}" for number in self.rng.sample(range(200), 20)]
        await self._delete(stub, set(ids), ids=pb.PointIds(ids=ids))

    async def _filter(self, stub: Stub) -> None:
        groups = self.rng.sample(range(10), 2)
        condition = pb.Condition(field="group")
        getattr(condition, "in").extend(groups)
        gone = {each for each in self.model if int(each[1:]) % 10 in groups}
        await self._delete(stub, gone, filter=pb.Filter(condition=condition))

    async def _delete(self, stub: Stub, gone: set[str], **which: Any) -> None:
        self.maybe = {each: version for each, version in self.model.items() if each not in gone}
        answer = await stub.DeletePoints(pb.DeletePointsRequest(collection="collections/notes", **which))
        self.on_deleted()
        assert answer.deleted == len(self.model) - len(self.maybe)
