"""A publication, watched."""

from monshin_kit.errors import InvalidInput
from monshin_protos.factcheck.v1 import corpus_pb2
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from monshin.client import Client


async def publish(client: Client, corpus: str) -> None:
    """Publishes with a progress bar on stderr; raises InvalidInput with the reason if it fails."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("embedding passages", total=None)
        version: corpus_pb2.Version | None = None
        async for version in client.publish(corpus):
            progress.update(task, total=version.passages or None, completed=version.passages_embedded)
    if version is None:
        console.print(f"{corpus}: nothing new to publish")
    elif version.state == corpus_pb2.VERSION_STATE_FAILED:
        raise InvalidInput(f"{version.name} was not published: {version.failure}")
    else:
        console.print(f"published {version.name}: {version.documents} documents, {version.passages} passages")
