"""ShardedIndexService: parse, call, render."""

from collections.abc import AsyncIterator

from google.longrunning.operations_pb2 import Operation
from monshin_kit.auth import current_caller
from monshin_kit.errors import Unavailable
from monshin_protos.ann.v1 import sharded_pb2 as pb

from monshin_ann.parse import Timed
from monshin_ann.sharded import parse, render
from monshin_ann.sharded.builds import Builds

_DEFAULT_PAGE_SIZE = 100


class ShardedIndexServicer:
    """builds: None where there is no Redis to keep them; then `reason` says why, and every method Unavailable."""

    def __init__(self, builds: Builds | None, reason: str = "") -> None:
        self._found = builds
        self._reason = reason

    async def BuildShardedCollection(self, request: pb.BuildShardedCollectionRequest, context: Timed) -> Operation:
        """As in the proto."""
        definition, wish = parse.definition(request), parse.wish(request)
        return render.operation(await self._builds.begin(definition, wish, current_caller(), request.request_id))

    async def GetShardedBuild(self, request: pb.GetShardedBuildRequest, context: Timed) -> Operation:
        """As in the proto."""
        return render.operation(await self._builds.get(parse.job(request.name), current_caller()))

    async def ListShardedBuilds(
        self, request: pb.ListShardedBuildsRequest, context: Timed
    ) -> pb.ListShardedBuildsResponse:
        """As in the proto."""
        size = request.page_size or _DEFAULT_PAGE_SIZE
        builds, token = await self._builds.list(size, request.page_token, current_caller())
        return pb.ListShardedBuildsResponse(builds=map(render.operation, builds), next_page_token=token)

    async def WatchShardedBuild(
        self, request: pb.WatchShardedBuildRequest, context: Timed
    ) -> AsyncIterator[pb.WatchShardedBuildResponse]:
        """As in the proto."""
        job = parse.job(request.name)
        async for build in self._builds.watch(job, request.after_sequence, current_caller()):
            yield pb.WatchShardedBuildResponse(build=render.operation(build))

    async def CancelShardedBuild(self, request: pb.CancelShardedBuildRequest, context: Timed) -> Operation:
        """As in the proto."""
        return render.operation(await self._builds.cancel(*parse.change("CancelShardedBuild", request)))

    async def ResumeShardedBuild(self, request: pb.ResumeShardedBuildRequest, context: Timed) -> Operation:
        """As in the proto."""
        return render.operation(await self._builds.resume(*parse.change("ResumeShardedBuild", request)))

    @property
    def _builds(self) -> Builds:
        if self._found is None:
            raise Unavailable(self._reason, 60.0, reason="NO_REDIS")
        return self._found
