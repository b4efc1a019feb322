"""factcheck: import sources, check answers and claims."""

import asyncio
import codecs
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import click
import grpc
from monshin_kit.errors import InvalidInput
from monshin_protos.factcheck.v1 import corpus_pb2
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from monshin.client import CHUNK_CLAIMS, Client, NotRun
from monshin.formats import BadLine, ClaimLine, argument_text, claim_lines, corpus_lines, only_good, plain_text
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

_READ_BYTES = 65_536

Lines = list[ClaimLine | BadLine]


@click.group()
def factcheck() -> None:
    """Check texts against trusted sources."""


@factcheck.command("import")
@click.argument("corpus")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True))
@click.option("--skip-bad-lines", is_flag=True, help="Import the good lines although others are bad.")
@click.option("--no-publish", is_flag=True, help="Leave the documents in the draft.")
@click.pass_obj
def import_(settings: ClientSettings, corpus: str, file: Path, skip_bad_lines: bool, no_publish: bool) -> None:
    """Store the documents of FILE (JSON lines {"id","title","text","source","date"}) in CORPUS, and publish it.

    The corpus is made if it does not exist. With a bad line nothing is imported, unless --skip-bad-lines.
    """
    lines = list(corpus_lines(_read(file)))
    for bad in (line for line in lines if isinstance(line, BadLine)):
        click.echo(f"{file}: line {bad.number}: {bad.problem}", err=True)
    documents = [line for line in lines if not isinstance(line, BadLine)] if skip_bad_lines else only_good(iter(lines))
    if not documents:
        raise InvalidInput(f"{file} holds no document")

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
@click.option("--claims", type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True),
              help='JSON lines {"id","claim"[,"sources":["text",…]]}; never split, one output line each.')  # fmt: skip
@click.option("--answer", type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True),
              help="A text file, split into claims.")  # fmt: skip
@click.option("--question", default="", help="What was asked; helps to find left-out subjects.")
@click.option("--json", "as_json", is_flag=True, help="JSON lines on stdout.")
@click.pass_obj
def check(
    settings: ClientSettings, text: str | None, corpus: str, claims: Path | None, answer: Path | None, question: str,
    as_json: bool,
) -> None:  # fmt: skip
    """Check TEXT, the text of --answer, or the claims of --claims; TEXT `-`: standard input, while it comes in.

    Exit status: 0 all checked, 1 a line failed (named on stderr), 2 wrong usage.
    """
    if sum(item is not None for item in (text, claims, answer)) != 1:
        raise click.UsageError("give exactly one of TEXT, --answer and --claims")
    if claims is not None:
        failed = asyncio.run(_check_claims(settings, list(claim_lines(_read(claims))), corpus, as_json))
        sys.exit(1 if failed else 0)
    if not corpus:
        raise click.UsageError("--corpus is needed to check an answer")
    if text == "-":
        asyncio.run(_check_stream(settings, corpus, argument_text(question, "--question"), as_json))
        return
    body = (
        argument_text(text, "TEXT") if text is not None else plain_text(_read(answer), "the answer") if answer else ""
    )
    if not body.strip():
        raise InvalidInput("the answer is empty")
    asyncio.run(_check_answer(settings, body, corpus, argument_text(question, "--question"), as_json))


async def _check_answer(settings: ClientSettings, answer: str, corpus: str, question: str, as_json: bool) -> None:
    missing: dict[str, str] = {}
    async with Client(settings) as client:
        checked = client.check_answer(answer, corpus=corpus, question=question, not_run=missing.update)
        results = [result async for result in checked]
    if as_json:
        for index, result in enumerate(results):
            click.echo(replace(result, id=str(index), not_run=missing).to_json())
    else:
        show_answer(Console(), answer, results)
    _tell_missing(missing)


async def _check_stream(settings: ClientSettings, corpus: str, question: str, as_json: bool) -> None:
    """Final results as they come; the text itself was seen by whoever wrote it."""
    missing: dict[str, str] = {}
    console = Console()
    index = 0
    async with Client(settings) as client:
        pieces = arriving(sys.stdin.buffer)
        async for result in client.check_stream(pieces, corpus=corpus, question=question, not_run=missing.update):
            if result.provisional:
                continue
            if as_json:
                click.echo(replace(result, id=str(index)).to_json())
            else:
                show_result(console, result)
            index += 1
    if not index:
        raise InvalidInput("standard input holds no text")
    _tell_missing(missing)


async def arriving(file: BinaryIO) -> AsyncIterator[str]:
    """UTF-8 text as it can be read, in pieces that never cut a character; raises InvalidInput for other bytes."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_open = True
    while is_open:
        # os.read gives what is there; the buffer's own read would wait until it is full.
        data = await asyncio.to_thread(os.read, file.fileno(), _READ_BYTES)
        is_open = bool(data)
        try:
            text = decoder.decode(data, final=not is_open)
        except UnicodeDecodeError:
            raise InvalidInput("standard input is not UTF-8 text") from None
        if text:
            yield text


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


def _read(file: Path) -> bytes:
    return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
