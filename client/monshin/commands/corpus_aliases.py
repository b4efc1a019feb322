"""corpus aliases: a hospital's own names, import and list."""

import asyncio
from pathlib import Path

import click
from monshin_protos.factcheck.v1 import corpus_pb2
from rich.console import Console
from rich.table import Table

from monshin.client import Client
from monshin.commands.publishing import publish
from monshin.formats import alias_lines, alias_rows, only_good
from monshin.settings import ClientSettings


@click.group()
def aliases() -> None:
    """Names for the same thing: brands, abbreviations, words of the house."""


@aliases.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--corpus", "name", required=True, help="The corpus whose list it becomes.")
@click.option("--no-publish", is_flag=True, help="Leave the list in the draft.")
@click.pass_obj
def import_(settings: ClientSettings, file: Path, name: str, no_publish: bool) -> None:
    """Make FILE the list of a corpus, in the place of the one before, and publish it.

    FILE.csv: rows of a name and its aliases, `?` before one that means something else, too. FILE.jsonl: lines
    {"name","aliases":[…],"ambiguous":[…]}. An empty file takes the list away. Any wrong entry refuses all of it.
    """
    if file.suffix.lower() not in (".csv", ".jsonl"):
        raise click.UsageError("FILE must end in .csv or .jsonl")
    read = alias_rows if file.suffix.lower() == ".csv" else alias_lines
    groups = only_good(read(file.read_bytes()))

    async def run() -> None:
        async with Client(settings, role="patient_data_steward") as client:
            made = await client.import_aliases(name, groups)
            click.echo(f"{name}: {made.groups} groups of names, revision {made.revision[:12] or 'none'}", err=True)
            if not no_publish:
                await publish(client, name)

    asyncio.run(run())


@aliases.command("list")
@click.option("--corpus", "name", required=True)
@click.option("--draft", is_flag=True, help="Of the draft, not of the newest version.")
@click.pass_obj
def list_(settings: ClientSettings, name: str, draft: bool) -> None:
    """Show the list of a corpus."""

    async def run() -> list[corpus_pb2.AliasGroup]:
        found: list[corpus_pb2.AliasGroup] = []
        async with Client(settings) as client:
            token = ""
            while True:
                page = await client.corpora.ListAliases(
                    corpus_pb2.ListAliasesRequest(
                        parent=f"corpora/{name}", draft=draft, page_size=1000, page_token=token
                    )
                )
                found += page.groups
                token = page.next_page_token
                if not token:
                    return found

    table = Table("name", "aliases", "ambiguous")
    for group in asyncio.run(run()):
        sure = (alias for alias in group.aliases if alias not in group.ambiguous)
        table.add_row(group.name, ", ".join(sure), ", ".join(group.ambiguous))
    Console().print(table)
