"""corpus: what there is, who may read it, drafts that wait for publication, and the end of a corpus."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from typing import TypeVar

import click
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message
from monshin_protos.factcheck.v1 import corpus_pb2 as pb
from rich.console import Console

from monshin.client import Client
from monshin.commands.collections import AS_JSON, echo, whole_record
from monshin.commands.corpus_aliases import aliases
from monshin.commands.publishing import publish as published
from monshin.corpora import corpus_name
from monshin.settings import ClientSettings
from monshin.show_corpora import show_corpora, show_documents, show_versions

_ROLE = click.option("--role", default="patient_data_steward", show_default=True, help="Who calls, in development.")
_STEWARD = "role:patient_data_steward"
_Record = TypeVar("_Record", bound=Message)


@click.group()
def corpus() -> None:
    """Corpora of trusted documents: list, publish, delete; who may read them; names of the house.

    `monshin factcheck import` makes and fills one. CORPUS is its id.
    """


corpus.add_command(aliases)


@corpus.command("list")
@AS_JSON
@_ROLE
@click.pass_obj
def list_(settings: ClientSettings, as_json: bool, role: str) -> None:
    """Show all corpora that you may read."""

    _tell_all(settings, role, Client.all_corpora, show_corpora, as_json=as_json)


@corpus.command()
@click.argument("name", metavar="CORPUS")
@AS_JSON
@_ROLE
@click.pass_obj
def versions(settings: ClientSettings, name: str, as_json: bool, role: str) -> None:
    """Show the versions of CORPUS, newest first: how far each publication is, and why one failed."""

    _tell_all(settings, role, lambda client: client.versions(name), show_versions, as_json=as_json)


@corpus.command()
@click.argument("name", metavar="CORPUS")
@click.option("--version", type=click.IntRange(1), help="Default: the newest published one.")
@AS_JSON
@_ROLE
@click.pass_obj
def documents(settings: ClientSettings, name: str, version: int | None, as_json: bool, role: str) -> None:
    """Show the documents of a version of CORPUS, without their texts. What is in the draft alone is not among them."""

    _tell_all(settings, role, lambda client: client.documents(name, version or 0), show_documents, as_json=as_json)


@corpus.command()
@click.argument("name", metavar="CORPUS")
@_ROLE
@click.pass_obj
def publish(settings: ClientSettings, name: str, role: str) -> None:
    """Publish the draft of CORPUS, such as --no-publish left it, and show the progress.

    Exit status 1 if the publication fails, if another one is under way, or if the draft holds no document.
    """

    async def run() -> None:
        async with Client(settings, role=role) as client:
            await published(client, name)

    asyncio.run(run())


@corpus.command()
@click.argument("name", metavar="CORPUS")
@click.option("--yes", is_flag=True, help="Do not ask.")
@_ROLE
@click.pass_obj
def delete(settings: ClientSettings, name: str, yes: bool, role: str) -> None:
    """Delete CORPUS with its draft and all its versions, for ever. Kept results of checks stay."""

    async def run() -> None:
        request = pb.DeleteCorpusRequest(name=corpus_name(name), request_id=str(uuid.uuid4()))
        async with Client(settings, role=role) as client:
            await client.corpora.DeleteCorpus(request)

    if not yes:
        click.confirm(f"Delete {corpus_name(name)} with all its versions?", abort=True, err=True)
    asyncio.run(run())
    click.echo(f"deleted {corpus_name(name)}", err=True)


@corpus.command()
@click.argument("name", metavar="CORPUS")
@click.argument("readers", nargs=-1, metavar="[READER]...")
@click.option("--everyone", is_flag=True, help="Whoever may read corpora at all.")
@AS_JSON
@_ROLE
@click.pass_obj
def readers(
    settings: ClientSettings, name: str, readers: tuple[str, ...], everyone: bool, as_json: bool, role: str
) -> None:
    """Say who may read, check against and change CORPUS beside administrators; without READER, show it.

    READER is role:ROLE or client:SUBJECT, and the list takes the place of the one before. Who is not in it, a data
    steward too, does not even see the corpus.
    """
    if readers and everyone:
        raise click.UsageError("give READERs or --everyone")

    async def run() -> pb.Corpus:
        async with Client(settings, role=role) as client:
            if not readers and not everyone:
                return await client.corpora.GetCorpus(pb.GetCorpusRequest(name=corpus_name(name)))
            changed = pb.Corpus(name=corpus_name(name), readers=readers)
            mask = FieldMask(paths=["readers"])
            request = pb.UpdateCorpusRequest(corpus=changed, update_mask=mask, request_id=str(uuid.uuid4()))
            return await client.corpora.UpdateCorpus(request)

    found = asyncio.run(run())
    if readers and _STEWARD not in found.readers:
        click.echo(f"{_STEWARD} is not among them: administrators alone can import and publish", err=True)
    if as_json:
        echo(whole_record(found))
    else:
        click.echo("\n".join(found.readers) or "everyone")


def _tell_all(
    settings: ClientSettings,
    role: str,
    records: Callable[[Client], AsyncIterator[_Record]],
    table: Callable[[Console, Sequence[_Record]], None],
    *,
    as_json: bool,
) -> None:
    async def run() -> list[_Record]:
        async with Client(settings, role=role) as client:
            return [each async for each in records(client)]

    found = asyncio.run(run())
    if not as_json:
        table(Console(), found)
        return
    for each in found:
        echo(whole_record(each))
