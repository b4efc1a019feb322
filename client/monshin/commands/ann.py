"""ann: collections of vectors."""

import asyncio
import uuid
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import click
import numpy as np
from google.protobuf.json_format import MessageToDict
from monshin_kit.errors import InvalidInput
from monshin_protos.ann.v1 import ann_pb2 as pb
from monshin_protos.ann.v1 import index_pb2
from monshin_protos.vectors.v1 import vectors_pb2
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

from monshin.commands.collections import METRICS, connected, echo, record
from monshin.formats import text_lines
from monshin.indexes import collection_name
from monshin.point_files import PointFile, format_of
from monshin.settings import ClientSettings

CHUNK_ROWS = 1024
FORMATS = {"parquet": index_pb2.IMPORT_FORMAT_PARQUET, "npy": index_pb2.IMPORT_FORMAT_NPY}
_CHUNK_BYTES = 4 * 1024 * 1024  # a message may have 8 MiB


@click.group()
def ann() -> None:
    """Collections of vectors: create, fill, search, look at, delete."""


@ann.command()
@click.argument("collection")
@click.option("--dim", required=True, type=click.IntRange(1, 8192))
@click.option("--metric", type=click.Choice(tuple(METRICS)), default="cosine", show_default=True)
@click.option("--reader", multiple=True, help="role:NAME or client:SUBJECT that may use it; repeat. Default: all.")
@click.pass_obj
def create(settings: ClientSettings, collection: str, dim: int, metric: str, reader: tuple[str, ...]) -> None:
    """Make an empty COLLECTION."""
    wanted = pb.Collection(dim=dim, metric=METRICS[metric], readers=reader)
    request = pb.CreateCollectionRequest(collection_id=collection, collection=wanted, request_id=str(uuid.uuid4()))
    echo(record(asyncio.run(_call(settings, "CreateCollection", request))))


@ann.command("list")
@click.pass_obj
def list_collections(settings: ClientSettings) -> None:
    """Show all collections that you may read."""
    token, is_last = "", False
    while not is_last:
        request = pb.ListCollectionsRequest(page_size=1000, page_token=token)
        answer = asyncio.run(_call(settings, "ListCollections", request))
        for collection in answer.collections:
            echo(record(collection))
        token, is_last = answer.next_page_token, not answer.next_page_token


@ann.command()
@click.argument("collection")
@click.pass_obj
def stats(settings: ClientSettings, collection: str) -> None:
    """Show a COLLECTION: points, sequence number, disk and memory."""
    echo(
        record(asyncio.run(_call(settings, "GetCollection", pb.GetCollectionRequest(name=collection_name(collection)))))
    )


@ann.command()
@click.argument("collection")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--ids", type=click.Path(path_type=Path, exists=True), help="A file with one id a line; default: 0, 1, …")
@click.pass_obj
def upsert(settings: ClientSettings, collection: str, file: Path, ids: Path | None) -> None:
    """Store the rows of FILE (.npy, n × dim) in a COLLECTION; each chunk is on disk when it is counted."""
    vectors = _load(file)
    names = text_lines(ids.read_bytes()) if ids else [str(i) for i in range(len(vectors))]
    if len(names) != len(vectors):
        raise InvalidInput(f"{len(names)} ids for {len(vectors)} vectors: there must be one each")
    asyncio.run(_upsert(settings, collection, names, vectors))


@ann.command("import")
@click.argument("collection")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--format", "file_format", type=click.Choice(tuple(FORMATS)), help="Default: what the file itself says.")
@click.option("--ids", type=click.Path(path_type=Path, exists=True), help="Of .npy: one a line; default: 0, 1, …")
@click.option("--id-prefix", default="", help="Of .npy: put before the number of the row.")
@click.pass_obj
def import_points(
    settings: ClientSettings, collection: str, file: Path, file_format: str | None, ids: Path | None, id_prefix: str
) -> None:
    """Store all points of FILE in a COLLECTION at once, or none.

    FILE is Parquet (id, vector, payload; as `monshin index export` writes it) or .npy (n × dim). Nobody sees a point
    before all are on disk. What is wrong is named by its row, and then nothing was changed.
    """
    if ids and id_prefix:
        raise click.UsageError("give --ids or --id-prefix, not both")
    kind = FORMATS[file_format] if file_format else format_of(file)
    points = PointFile(file, kind, text_lines(ids.read_bytes()) if ids else (), id_prefix)
    echo(record(asyncio.run(_import(settings, collection, points))))


@ann.command()
@click.argument("collection")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("-k", default=10, show_default=True, type=click.IntRange(1, 1000))
@click.option("--ef", type=click.IntRange(1, 100_000), help="Width of the beam; wider is slower and finds more.")
@click.option("--recall", type=click.FloatRange(0, 1, min_open=True), help="To reach; 1: exact.  [default: 0.99]")
@click.option("--budget-ms", default=0, show_default=True, type=click.IntRange(0),
              help="Milliseconds that 256 rows may take; 0: any.")  # fmt: skip
@click.pass_obj
def search(
    settings: ClientSettings, collection: str, file: Path, k: int, ef: int | None, recall: float | None, budget_ms: int
) -> None:
    """Find the k nearest points of each row of FILE (.npy); one JSON line a row.

    What share of the true nearest such searches find is told on standard error, where it was measured. A line with
    "truncated" holds what was found when the budget ran out.
    """
    if ef is not None and recall is not None:
        raise click.UsageError("give --ef or --recall, not both")
    rows = _load(file)
    measured = []
    for queries in _chunks(rows, min(256, _chunk_rows(rows))):
        request = pb.SearchRequest(
            collection=collection_name(collection), queries=_pack(queries), k=k, budget_ms=budget_ms
        )
        if ef is not None:
            request.ef = ef
        if recall is not None:
            request.target_recall = recall
        response = asyncio.run(_call(settings, "Search", request))
        for hits in response.hits:
            line = {"ids": list(hits.ids), "distances": list(hits.distances)}
            echo(line | {"truncated": True} if hits.truncated else line)
        if response.HasField("calibrated_recall"):
            measured.append(response.calibrated_recall)
    if measured:
        click.echo(f"such searches found {min(measured):.1%} of the nearest when the graphs were built", err=True)


@ann.command()
@click.argument("collection")
@click.argument("ids", nargs=-1, required=True)
@click.pass_obj
def get(settings: ClientSettings, collection: str, ids: tuple[str, ...]) -> None:
    """Show the points of a COLLECTION with these IDS; one JSON line each."""
    request = pb.GetPointsRequest(collection=collection_name(collection), ids=ids, with_vectors=True)
    points = asyncio.run(_call(settings, "GetPoints", request)).points
    _show_points(points)
    found = set(points.ids)
    missing = [name for name in ids if name not in found]
    if missing:
        raise InvalidInput(f"{collection} has no points {', '.join(missing)}")


@ann.command()
@click.argument("collection")
@click.argument("ids", nargs=-1)
@click.option("--all", "whole", is_flag=True, help="Delete the collection itself.")
@click.pass_obj
def delete(settings: ClientSettings, collection: str, ids: tuple[str, ...], whole: bool) -> None:
    """Delete points of a COLLECTION by IDS, or the whole of it."""
    if whole == bool(ids):
        raise click.UsageError("give ids, or --all")
    if whole:
        asyncio.run(_call(settings, "DeleteCollection", pb.DeleteCollectionRequest(name=collection_name(collection))))
        return
    request = pb.DeletePointsRequest(collection=collection_name(collection), ids=pb.PointIds(ids=ids))
    echo(record(asyncio.run(_call(settings, "DeletePoints", request))))


async def _call(settings: ClientSettings, method: str, request: Any) -> Any:
    async with connected(settings) as client:
        return await getattr(client.ann, method)(request)


async def _import(settings: ClientSettings, collection: str, points: PointFile) -> index_pb2.ImportPointsResponse:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        line = progress.add_task("reading", total=None)

        def show(sent: int, size: int) -> None:
            if sent < size:
                progress.update(line, description="sending", completed=sent, total=size)
            else:
                progress.update(line, description="the service checks and stores", completed=sent, total=None)

        async with connected(settings) as client:
            answer = await client.import_points(collection, points, sent=show)
        progress.update(line, description="stored", total=progress.tasks[0].completed)
        return answer


async def _upsert(settings: ClientSettings, collection: str, ids: list[str], vectors: Any) -> None:
    size = _chunk_rows(vectors)

    def chunk(first: int, request_id: str) -> pb.UpsertRequest:
        rows = slice(first, first + size)
        return pb.UpsertRequest(
            collection=collection_name(collection), ids=ids[rows], vectors=_pack(vectors[rows]), request_id=request_id
        )

    chunks = [partial(chunk, first, str(uuid.uuid4())) for first in range(0, len(ids), size)]
    async with connected(settings) as client:
        stored = 0
        async for answer in client.upsert_points(chunks):
            stored = min(stored + size, len(ids))
            click.echo(f"\r{stored} / {len(ids)} stored, sequence {answer.sequence}", nl=False, err=True)
        click.echo("", err=True)


def _load(file: Path) -> Any:
    try:
        vectors = np.load(file, allow_pickle=False)
    except (ValueError, OSError, EOFError):
        raise InvalidInput(f"{file} is not an .npy file of numbers") from None
    if vectors.ndim != 2 or vectors.dtype.kind != "f":
        raise InvalidInput(f"{file} has shape {vectors.shape} and dtype {vectors.dtype}: n × dim floats are needed")
    return vectors.astype("<f4")


def _chunks(rows: Any, size: int) -> Iterator[Any]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def _chunk_rows(rows: Any) -> int:
    dim: int = rows.shape[1]
    return min(CHUNK_ROWS, max(1, _CHUNK_BYTES // max(1, 4 * dim)))


def _pack(rows: Any) -> vectors_pb2.Vectors:
    return vectors_pb2.Vectors(data=rows.tobytes(), dim=rows.shape[1], dtype=vectors_pb2.D_TYPE_FLOAT32)


def _show_points(points: pb.Points) -> None:
    rows = np.frombuffer(points.vectors.data, dtype="<f4").reshape(len(points.ids), points.vectors.dim)
    for index, (name, row) in enumerate(zip(points.ids, rows, strict=True)):
        payload = MessageToDict(points.payloads[index]) if points.payloads else {}
        echo({"id": name, "vector": [float(x) for x in row], "payload": payload})
