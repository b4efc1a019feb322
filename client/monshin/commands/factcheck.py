"""factcheck: import sources, check answers and claims."""

import asyncio
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import click
import grpc
from monshin_kit.errors import InvalidInput
from monshin_protos.factcheck.v1 import corpus_pb2
from monshin_protos.factcheck.v1.factcheck_pb2 import Source
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from monshin.client import CHUNK_CLAIMS, Client, NotRun
from monshin.formats import BadLine, ClaimLine, argument_text, claim_lines, plain_text
from monshin.importers import FORMATS, MAX_BYTES, File, read_files, source_of
from monshin.results import ClaimResult
from monshin.settings import ClientSettings
from monshin.show import show_answer, show_result

# What one claim can bring about: not accepted, larger than a message, or more than the server can do.
_OF_ONE_CLAIM = (
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.INTERNAL,
)

Lines = list[ClaimLine | BadLine]


_FILE = click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True)


@click.group()
def factcheck() -> None:
    """Check texts against trusted sources."""


@factcheck.command("import")
@click.argument("corpus")
@click.argument("files", nargs=-1, required=True, type=_FILE)
@click.option("--format", "name", type=click.Choice(["auto", *FORMATS]), default="auto", show_default=True,
              help="What the files are; auto looks at their content.")  # fmt: skip
@click.option("--encoding", default="", help="Of text and HTML files that are not UTF-8, such as shift_jis.")
@click.option("--skip-bad-lines", is_flag=True, help="Import the good lines although others are bad.")
@click.option("--no-publish", is_flag=True, help="Leave the documents in the draft.")
@click.pass_obj
def import_(
    settings: ClientSettings, corpus: str, files: tuple[Path, ...], name: str, encoding: str, skip_bad_lines: bool,
    no_publish: bool,
) -> None:  # fmt: skip
    """Store the documents of FILES in CORPUS, and publish it.

    FILES are JSON lines {"id","title","text","source","date"}, plain text, PDF, HTML, PubMed XML, PMDA package inserts,
    FHIR DocumentReferences, or zip and gzip archives of these. The corpus is made if it does not exist. Where one file
    cannot be read, or a line is bad, nothing is imported; --skip-bad-lines leaves bad lines out.
    """
    reading = read_files((_opened(file, encoding) for file in files), name)
    for told in (*reading.problems, *reading.remarks):
        click.echo(told, err=True)
    if reading.problems and not skip_bad_lines:
        raise InvalidInput(f"nothing was imported: {len(reading.problems)} bad lines")
    if not reading.documents:
        raise InvalidInput(f"{', '.join(map(str, files))}: no document to import")

    async def run() -> None:
        async with Client(settings, role="patient_data_steward") as client:
            await client.ensure_corpus(corpus)
            counts = await client.import_documents(corpus, reading.documents)
            click.echo(
                f"{corpus}: {counts.inserted} new, {counts.replaced} replaced, {counts.unchanged} unchanged", err=True
            )
            if not no_publish:
                await publish(client, corpus)

    asyncio.run(run())


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


@factcheck.command()
@click.argument("text", required=False)
@click.option("--corpus", default="", help="The trusted sources; not needed where each claim brings its own.")
@click.option("--claims", type=_FILE,
              help='JSON lines {"id","claim"[,"sources":["text",…]]}; never split, one output line each.')  # fmt: skip
@click.option("--answer", type=_FILE,
              help="A text file, split into claims.")  # fmt: skip
@click.option("--source", "sources", type=_FILE, multiple=True,
              help="Evidence in place of a corpus, kept nowhere: a FHIR chart, or what import reads.")  # fmt: skip
@click.option("--question", default="", help="What was asked; helps to find left-out subjects.")
@click.option("--json", "as_json", is_flag=True, help="JSON lines on stdout.")
@click.pass_obj
def check(
    settings: ClientSettings, text: str | None, corpus: str, claims: Path | None, answer: Path | None,
    sources: tuple[Path, ...], question: str, as_json: bool,
) -> None:  # fmt: skip
    """Check TEXT, the text of --answer, or the claims of --claims.

    Exit status: 0 all checked, 1 a line failed (named on stderr), 2 wrong usage.
    """
    if sum(item is not None for item in (text, claims, answer)) != 1:
        raise click.UsageError("give exactly one of TEXT, --answer and --claims")
    if sources and (corpus or claims is not None):
        raise click.UsageError("--source takes the place of --corpus, for TEXT or --answer; claims bring their own")
    if claims is not None:
        failed = asyncio.run(_check_claims(settings, list(claim_lines(_read(claims))), corpus, as_json))
        sys.exit(1 if failed else 0)
    if not corpus and not sources:
        raise click.UsageError("--corpus or --source is needed to check an answer")
    body = (
        argument_text(text, "TEXT") if text is not None else plain_text(_read(answer), "the answer") if answer else ""
    )
    if not body.strip():
        raise InvalidInput("the answer is empty")
    evidence = [_source(file) for file in sources]
    asyncio.run(_check_answer(settings, body, corpus, evidence, argument_text(question, "--question"), as_json))


def _source(file: Path) -> Source:
    opened = _opened(file)
    kind, content = source_of(opened)
    title = file.name if str(file) != "-" else "stdin"
    return Source(fhir=content, title=title) if kind == "fhir" else Source(text=content, title=title)


async def _check_answer(
    settings: ClientSettings, answer: str, corpus: str, sources: list[Source], question: str, as_json: bool
) -> None:
    missing: dict[str, str] = {}
    async with Client(settings) as client:
        checked = client.check_answer(answer, corpus=corpus, question=question, sources=sources, not_run=missing.update)
        results = [result async for result in checked]
    if as_json:
        for index, result in enumerate(results):
            click.echo(replace(result, id=str(index), not_run=missing).to_json())
    else:
        show_answer(Console(), answer, results)
    _tell_missing(missing)


async def _check_claims(settings: ClientSettings, lines: Lines, corpus: str, as_json: bool) -> int:
    _require_corpus(lines, corpus)
    failed = 0
    missing: dict[str, str] = {}
    console = Console()
    async with Client(settings) as client:
        async for result in _results(client, lines, corpus):
            missing.update(result.not_run)
            if result.error:
                failed += 1
                click.echo(result.error, err=True)
            if as_json:
                click.echo(result.to_json())
            else:
                show_result(console, result)
    _tell_missing(missing)
    return failed


def _tell_missing(missing: NotRun) -> None:
    for component, reason in missing.items():
        click.echo(f"not run: {component} ({reason})", err=True)


async def _results(client: Client, lines: Lines, corpus: str) -> AsyncIterator[ClaimResult]:
    for start in range(0, len(lines), CHUNK_CLAIMS):
        chunk = lines[start : start + CHUNK_CLAIMS]
        good = [line for line in chunk if isinstance(line, ClaimLine)]
        checked = iter(await _checked(client, good, corpus))
        for line in chunk:
            if isinstance(line, BadLine):
                yield ClaimResult.failed(line.id, "", f"line {line.number}: {line.problem}")
            else:
                yield next(checked)


async def _checked(client: Client, good: list[ClaimLine], corpus: str) -> list[ClaimResult]:
    """One result a claim; where the chunk fails for one bad claim, the others are still checked."""
    if not good:
        return []
    missing: dict[str, str] = {}
    try:
        checked = client.check_claims(good, corpus=corpus, not_run=missing.update)
        results = [result async for result in checked]
        return [replace(result, not_run=missing) for result in results]
    except grpc.aio.AioRpcError as error:
        if error.code() not in _OF_ONE_CLAIM:
            raise
        if len(good) == 1:
            return [ClaimResult.failed(good[0].id, good[0].claim, f"claim {good[0].id!r}: {error.details()}")]
    half = len(good) // 2
    return [*await _checked(client, good[:half], corpus), *await _checked(client, good[half:], corpus)]


def _require_corpus(lines: Lines, corpus: str) -> None:
    if not corpus and any(isinstance(line, ClaimLine) and not line.sources for line in lines):
        raise click.UsageError("--corpus is needed: not every claim brings its own sources")


def _opened(file: Path, encoding: str = "") -> File:
    if str(file) != "-" and file.stat().st_size > MAX_BYTES:
        raise InvalidInput(f"{file}: larger than {MAX_BYTES} bytes: split it")
    return File(str(file), _read(file), encoding)


def _read(file: Path) -> bytes:
    return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
