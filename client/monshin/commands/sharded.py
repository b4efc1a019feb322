"""index sharded: collections larger than memory, built in shards by workers."""

import asyncio
import re
from collections.abc import AsyncIterator

import click
from google.longrunning.operations_pb2 import Operation
from google.rpc import error_details_pb2  # noqa: F401  # details of a failed build, which JSON shows
from monshin_kit.errors import FailedPrecondition, NotFound
from monshin_protos.ann.v1 import sharded_pb2 as pb
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from monshin.client import Client
from monshin.commands.collections import AS_JSON, METRICS, connected, echo, record
from monshin.indexes import collection_name
from monshin.settings import ClientSettings
from monshin.show_sharded import phase_word, progress_of, show_build, show_builds

_METRICS = ("l2", "cosine")
_JOB = re.compile(r"(ann/jobs/)?([0-9a-f]{32})")


@click.group()
def sharded() -> None:
    """Collections larger than memory, built in shards by workers.

    BUILD is a build as `begin` and `list` name it, or a collection, whose newest build is meant.
    """


@sharded.command()
@click.argument("name")
@click.argument("source")
@click.option("--dim", required=True, type=click.IntRange(1, 8192))
@click.option("--metric", type=click.Choice(_METRICS), default="cosine", show_default=True)
@click.option("--reader", multiple=True, help="role:NAME or client:SUBJECT that may use it; repeat. Default: all.")
@click.option("--shard-rows", type=click.IntRange(256, 100_000_000), help="Vectors of a shard at most.")
@click.option("--overlap", type=click.IntRange(1, 4), help="In how many shards each vector is.")
@click.option("--degree", type=click.IntRange(4, 128), help="Neighbours of a vertex at most.")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=0, help="The same makes the same graph.")
@click.option("--wait", is_flag=True, help="Show the progress, and end when the collection can be searched.")
@AS_JSON
@click.pass_obj
def begin(
    settings: ClientSettings, name: str, source: str, dim: int, metric: str, reader: tuple[str, ...],
    shard_rows: int | None, overlap: int | None, degree: int | None, seed: int, wait: bool, as_json: bool,
) -> None:  # fmt: skip
    """Build the collection NAME from the Parquet files under SOURCE (imports/…) in the artefact store.

    Columns: id, vector, payload. With --wait the exit status is 1 if the build failed or was cancelled.
    """
    request = pb.BuildShardedCollectionRequest(
        collection_id=name, source=source, dim=dim, metric=METRICS[metric], readers=reader,
        shard_rows=shard_rows or 0, overlap=overlap or 0, degree=degree or 0, seed=seed,
    )  # fmt: skip

    async def run() -> Operation:
        async with connected(settings) as client:
            build = await client.begin_sharded_build(request)
            return await _watched(client, build) if wait else build

    _end(asyncio.run(run()), as_json, awaited=wait)


@sharded.command("list")
@AS_JSON
@click.pass_obj
def list_builds(settings: ClientSettings, as_json: bool) -> None:
    """Show all builds that you may see, the newest first; they are kept for 30 days after their end."""

    async def run() -> list[Operation]:
        async with connected(settings) as client:
            return [build async for build in client.sharded_builds()]

    builds = asyncio.run(run())
    if not as_json:
        show_builds(Console(), builds)
        return
    for build in builds:
        echo(record(build))


@sharded.command()
@click.argument("build")
@AS_JSON
@click.pass_obj
def show(settings: ClientSettings, build: str, as_json: bool) -> None:
    """Show BUILD: its phase, shards, and why it failed."""

    async def run() -> Operation:
        async with connected(settings) as client:
            return await client.sharded.GetShardedBuild(pb.GetShardedBuildRequest(name=await _find(client, build)))

    _end(asyncio.run(run()), as_json)


@sharded.command()
@click.argument("build")
@AS_JSON
@click.pass_obj
def watch(settings: ClientSettings, build: str, as_json: bool) -> None:
    """Show the progress of BUILD until its end; the exit status is 1 if it failed or was cancelled."""

    async def run() -> Operation:
        async with connected(settings) as client:
            request = pb.GetShardedBuildRequest(name=await _find(client, build))
            return await _watched(client, await client.sharded.GetShardedBuild(request))

    _end(asyncio.run(run()), as_json, awaited=True)


@sharded.command()
@click.argument("build")
@AS_JSON
@click.pass_obj
def cancel(settings: ClientSettings, build: str, as_json: bool) -> None:
    """Stop BUILD within seconds; what is done is kept for `resume`."""

    async def run() -> Operation:
        async with connected(settings) as client:
            return await client.cancel_sharded_build(await _find(client, build))

    _end(asyncio.run(run()), as_json)


@sharded.command()
@click.argument("build")
@AS_JSON
@click.pass_obj
def resume(settings: ClientSettings, build: str, as_json: bool) -> None:
    """Go on with a failed or cancelled BUILD; shards that are done are not built again."""

    async def run() -> Operation:
        async with connected(settings) as client:
            return await client.resume_sharded_build(await _find(client, build))

    _end(asyncio.run(run()), as_json)


async def _find(client: Client, build: str) -> str:
    """Its full name. Raises NotFound if it is a collection that has no build."""
    if (job := _JOB.fullmatch(build)) is not None:
        return f"ann/jobs/{job[2]}"
    collection = collection_name(build)
    async for each in client.sharded_builds():
        if progress_of(each).collection == collection:
            return str(each.name)
    raise NotFound("monshin/ShardedBuild", f"of {collection}")


async def _watched(client: Client, build: Operation) -> Operation:
    """The build at its end; a progress line on stderr until then."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        line = progress.add_task("waiting", total=1.0)
        async for found in _from(client, build):
            at = progress_of(found)
            shards = f", {at.shards_done} of {at.shards} shards" if at.shards else ""
            progress.update(line, description=f"{phase_word(at.phase)}{shards}", completed=at.fraction)
    return found


async def _from(client: Client, build: Operation) -> AsyncIterator[Operation]:
    yield build
    if not build.done:
        async for each in client.watch_sharded_build(build.name, progress_of(build).sequence):
            yield each


def _end(build: Operation, as_json: bool, *, awaited: bool = False) -> None:
    if as_json:
        echo(record(build))
    else:
        show_build(Console(), build)
    if awaited and build.HasField("error"):
        raise FailedPrecondition(f"{progress_of(build).collection} is not built: {build.error.message}")
