"""factcheck import: files into the documents of a corpus."""

import asyncio
from datetime import datetime
from pathlib import Path

import click
from monshin_kit.errors import InvalidInput

from monshin.client import Client
from monshin.commands.files import FILE, opened
from monshin.commands.publishing import publish
from monshin.formats import argument_text
from monshin.importers import FORMATS, read_files
from monshin.importers.facts import Facts
from monshin.settings import ClientSettings


def _day(context: click.Context, option: click.Parameter, value: datetime | None) -> str:
    return value.date().isoformat() if value is not None else ""


_DAY = click.DateTime(["%Y-%m-%d"])


@click.command("import")
@click.argument("corpus")
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("--format", "name", type=click.Choice(["auto", *FORMATS]), default="auto", show_default=True,
              help="What the files are; auto looks at their content.")  # fmt: skip
@click.option("--encoding", default="", help="Of text and HTML files that are not UTF-8, such as shift_jis.")
@click.option("--title", default="", help="Of the document, where there is one.")
@click.option("--date", type=_DAY, callback=_day, metavar="YYYY-MM-DD", help="Of all documents.")
@click.option("--tier", type=click.IntRange(1, 5), default=None,
              help="Of all documents: 1 binding, such as a package insert; 2 guideline; 3 hospital's protocol; "
                   "4 textbook; 5 other. Default: unknown, which counts as lowest.")  # fmt: skip
@click.option("--supersedes", multiple=True, metavar="DOCUMENT",
              help="Id of a document that the file takes the place of; repeat.")  # fmt: skip
@click.option("--effective-until", type=_DAY, callback=_day, metavar="YYYY-MM-DD",
              help="Last day on which all documents hold; they settle nothing later.")  # fmt: skip
@click.option("--skip-bad-lines", is_flag=True, help="Import the good lines although others are bad.")
@click.option("--no-publish", is_flag=True, help="Leave the documents in the draft; `monshin corpus publish` later.")
@click.pass_obj
def import_(
    settings: ClientSettings, corpus: str, files: tuple[Path, ...], name: str, encoding: str, title: str, date: str,
    tier: int | None, supersedes: tuple[str, ...], effective_until: str, skip_bad_lines: bool, no_publish: bool,
) -> None:  # fmt: skip
    """Store the documents of FILES in CORPUS, and publish it.

    FILES are JSON lines, plain text, PDF, HTML, PubMed XML, PMDA package inserts, FHIR DocumentReferences, or zip and
    gzip archives of these. The corpus is made if it does not exist. Where one file cannot be read, or a line is bad,
    nothing is imported; --skip-bad-lines leaves bad lines out.

    \b
    A JSON line is a document; all but id and text may be left out:
      {"id","title","text","source","date","tier","supersedes":["id",…],"effective_until"}

    The options overrule what the files say.
    """
    if len(files) > 1 and (title or supersedes):
        raise click.UsageError(f"{'--title' if title else '--supersedes'} is of one file: import it alone")
    facts = Facts(argument_text(title, "--title"), date, tier or 0, supersedes, effective_until)
    reading = read_files((opened(file, encoding) for file in files), name)
    for told in (*reading.problems, *reading.remarks):
        click.echo(told, err=True)
    if reading.problems and not skip_bad_lines:
        raise InvalidInput(f"nothing was imported: {len(reading.problems)} bad lines")
    if not reading.documents:
        raise InvalidInput(f"{', '.join(map(str, files))}: no document to import")
    documents = facts.of(reading.documents)

    async def run() -> None:
        async with Client(settings, role="patient_data_steward") as client:
            await client.ensure_corpus(corpus)
            counts = await client.import_documents(corpus, documents)
            click.echo(
                f"{corpus}: {counts.inserted} new, {counts.replaced} replaced, {counts.unchanged} unchanged", err=True
            )
            if not no_publish:
                await publish(client, corpus)

    asyncio.run(run())
