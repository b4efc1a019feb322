"""index: the graphs of collections, and collections as files."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import click
import grpc
from monshin_kit.errors import FailedPrecondition
from monshin_kit.status import reason_of
from monshin_protos.ann.v1 import ann_pb2, index_pb2
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from monshin.client import Client
from monshin.commands.collections import AS_JSON, connected, echo, record
from monshin.commands.sharded import sharded
from monshin.indexes import collection_name
from monshin.settings import ClientSettings
from monshin.show_index import show_index, show_list, size, state_word

FORMATS = {"parquet": index_pb2.EXPORT_FORMAT_PARQUET, "faiss": index_pb2.EXPORT_FORMAT_FAISS}


@click.group()
def index() -> None:
    """Graphs of collections: look at, build, hold; collections as files; builds in shards."""


index.add_command(sharded)


@index.command("list")
@AS_JSON
@click.pass_obj
def list_indexes(settings: ClientSettings, as_json: bool) -> None:
    """Show all collections that you may read, with the state of their graphs."""

    async def run() -> list[tuple[ann_pb2.Collection, index_pb2.Index | None]]:
        async with connected(settings) as client:
            return [(each, await _index(client, each)) async for each in _collections(client)]

    found = asyncio.run(run())
    if not as_json:
        show_list(Console(), found)
        return
    for collection, its_index in found:
        echo(record(collection) | {"index": None if its_index is None else record(its_index)})


@index.command()
@click.argument("name")
@AS_JSON
@click.pass_obj
def show(settings: ClientSettings, name: str, as_json: bool) -> None:
    """Show the graphs of the collection NAME."""

    async def run() -> index_pb2.Index:
        async with connected(settings) as client:
            return await client.index.GetIndex(index_pb2.GetIndexRequest(name=_name(name)))

    _show(asyncio.run(run()), as_json)


@index.command()
@click.argument("name")
@click.option("--wait", is_flag=True, help="Show the progress, and end when nothing is left to build.")
@AS_JSON
@click.pass_obj
def build(settings: ClientSettings, name: str, wait: bool, as_json: bool) -> None:
    """Build graphs for all points of the collection NAME, in the background.

    With --wait the exit status is 1 if the build failed or was held.
    """

    async def run() -> index_pb2.Index:
        async with connected(settings) as client:
            found = await client.index.BuildIndex(index_pb2.BuildIndexRequest(name=_name(name)))
            return await _watch(client, name, found) if wait else found

    found = asyncio.run(run())
    _show(found, as_json)
    if wait and found.state != index_pb2.INDEX_STATE_READY:
        raise FailedPrecondition(f"{name} is not built: {found.failure or state_word(found.state)}")


@index.command()
@click.argument("name")
@AS_JSON
@click.pass_obj
def hold(settings: ClientSettings, name: str, as_json: bool) -> None:
    """Stop what is being built of the collection NAME, and build nothing until `monshin index build`."""

    async def run() -> index_pb2.Index:
        async with connected(settings) as client:
            return await client.index.CancelBuild(index_pb2.CancelBuildRequest(name=_name(name)))

    _show(asyncio.run(run()), as_json)


@index.command()
@click.argument("name")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_obj
def snapshot(settings: ClientSettings, name: str, file: Path) -> None:
    """Copy the collection NAME as it is at one moment into FILE; the service goes on meanwhile."""

    async def run() -> None:
        async with connected(settings) as client:
            await client.snapshot_collection(name, file)

    asyncio.run(run())
    click.echo(f"{file}: {size(file.stat().st_size)}", err=True)


@index.command()
@click.argument("name")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@AS_JSON
@click.pass_obj
def restore(settings: ClientSettings, name: str, file: Path, as_json: bool) -> None:
    """Put the snapshot in FILE in the place of the collection NAME, also of a quarantined one.

    All of it is verified first; if anything is wrong, the collection stays as it is.
    """

    async def run() -> ann_pb2.Collection:
        async with connected(settings) as client:
            return await client.restore_collection(name, file)

    restored = asyncio.run(run())
    if as_json:
        echo(record(restored))
    else:
        click.echo(f"{name}: {restored.stats.points:,} points, sequence {restored.stats.sequence}")


@index.command()
@click.argument("name")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--format", "file_format", required=True, type=click.Choice(tuple(FORMATS)))
@click.pass_obj
def export(settings: ClientSettings, name: str, folder: Path, file_format: str) -> None:
    """Write all points of the collection NAME into FOLDER, for other systems.

    parquet: points.parquet. faiss: index.faiss and ids.txt; needs all points in one segment, see `monshin index build`.
    """

    async def run() -> list[Path]:
        async with connected(settings) as client:
            return await client.export_collection(name, folder, FORMATS[file_format])

    for path in asyncio.run(run()):
        click.echo(f"{path}: {size(path.stat().st_size)}", err=True)


async def _watch(client: Client, name: str, found: index_pb2.Index) -> index_pb2.Index:
    """The index when nothing is left to build; a progress line on stderr until then."""
    columns = (
        TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True)) as progress:
        line = progress.add_task("waiting", total=1.0)
        async for found in client.watch_index(name):
            if found.HasField("build"):
                what = f"{found.build.phase or 'starting'}, {found.build.points:,} points"
                progress.update(line, description=what, completed=found.build.fraction)
            else:
                progress.update(line, description=state_word(found.state))
        if found.state == index_pb2.INDEX_STATE_READY:
            progress.update(line, completed=1.0)
    return found


async def _collections(client: Client) -> AsyncIterator[ann_pb2.Collection]:
    token, is_last = "", False
    while not is_last:
        request = ann_pb2.ListCollectionsRequest(page_size=1000, page_token=token)
        page = await client.ann.ListCollections(request)
        for collection in page.collections:
            yield collection
        token, is_last = page.next_page_token, not page.next_page_token


async def _index(client: Client, collection: ann_pb2.Collection) -> index_pb2.Index | None:
    """None: it is quarantined, or was built in shards and has no such index."""
    if collection.state == ann_pb2.COLLECTION_STATE_QUARANTINED:
        return None
    try:
        return await client.index.GetIndex(index_pb2.GetIndexRequest(name=f"{collection.name}/index"))
    except grpc.aio.AioRpcError as error:
        if reason_of(error) != "READ_ONLY":
            raise
        return None


def _name(collection: str) -> str:
    return f"{collection_name(collection)}/index"


def _show(found: index_pb2.Index, as_json: bool) -> None:
    if as_json:
        echo(record(found))
    else:
        show_index(Console(), found)
