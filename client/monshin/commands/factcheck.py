"""factcheck: check answers and claims."""

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click
import grpc
from monshin_kit.errors import InvalidInput
from monshin_protos.factcheck.v1 import factcheck_pb2
from monshin_protos.factcheck.v1.factcheck_pb2 import Source
from rich.console import Console

from monshin.client import Client, NotRun
from monshin.commands.arriving import arriving
from monshin.commands.brought import Brought
from monshin.commands.checking import Manner, results_of
from monshin.commands.evaluate import evaluate
from monshin.commands.files import FILE, opened, read
from monshin.commands.importing import import_
from monshin.commands.kept import results, retract, reviews
from monshin.formats import BadLine, ClaimLine, SourceLine, argument_text, claim_lines, plain_text
from monshin.importers import File
from monshin.results import ClaimResult, Verdict
from monshin.settings import ClientSettings
from monshin.show import show_explanation, show_marked, show_result, show_worst

Lines = list[ClaimLine | BadLine]


@click.group()
def factcheck() -> None:
    """Check texts against trusted sources."""


for command in (import_, evaluate, results, reviews, retract):
    factcheck.add_command(command)


@factcheck.command()
@click.argument("text", required=False)
@click.option("--corpus", default="", help="The trusted sources; not needed where each claim brings its own.")
@click.option("--claims", type=FILE,
              help='JSON lines {"id","claim"[,"sources":[SOURCE,…]]}; never split, one output line each.')  # fmt: skip
@click.option("--answer", type=FILE,
              help="A text file, split into claims.")  # fmt: skip
@click.option("--source", "sources", type=FILE, multiple=True,
              help="Evidence in place of a corpus, kept nowhere: a FHIR chart, or what import reads.")  # fmt: skip
@click.option("--question", default="", help="What was asked; helps to find left-out subjects.")
@click.option("--json", "as_json", is_flag=True, help="JSON lines on stdout.")
@click.option("--store", is_flag=True, help="Keep the texts in the result, so that it can be reviewed.")
@click.option("--model", default="", help="The model under test, for the result.")
@click.option("--explain", is_flag=True, help="Tell why each claim has its verdict, and what would change it.")
@click.pass_obj
def check(
    settings: ClientSettings, text: str | None, corpus: str, claims: Path | None, answer: Path | None,
    sources: tuple[Path, ...], question: str, as_json: bool, store: bool, model: str, explain: bool,
) -> None:  # fmt: skip
    """Check TEXT, the text of --answer, or the claims of --claims; TEXT `-`: standard input, while it comes in.

    Exit status: 0 all checked, 1 a line failed (named on stderr), 2 wrong usage.
    """
    if sum(item is not None for item in (text, claims, answer)) != 1:
        raise click.UsageError("give exactly one of TEXT, --answer and --claims")
    if sources and (corpus or claims is not None):
        raise click.UsageError("--source takes the place of --corpus, for TEXT or --answer; claims bring their own")
    manner = Manner(corpus, store, argument_text(model, "--model"))
    output = Output(as_json, explain)
    if claims is not None:
        failed = asyncio.run(_check_claims(settings, list(claim_lines(read(claims))), manner, output))
        sys.exit(1 if failed else 0)
    if not corpus and not sources:
        raise click.UsageError("--corpus or --source is needed to check an answer")
    if text == "-" and any(str(file) == "-" for file in sources):
        raise click.UsageError("standard input is the answer: --source needs a file")
    brought = Brought.of(map(_opened_source, sources))
    asked = argument_text(question, "--question")
    if text == "-":
        failed = asyncio.run(_check_stream(settings, brought, asked, manner, output))
        sys.exit(1 if failed else 0)
    body = argument_text(text, "TEXT") if text is not None else plain_text(read(answer), "the answer") if answer else ""
    if not body.strip():
        raise InvalidInput("the answer is empty")
    failed = asyncio.run(_check_answer(settings, body, brought, asked, manner, output))
    sys.exit(1 if failed else 0)


def _opened_source(file: Path) -> File:
    found = opened(file)
    return found if str(file) != "-" else replace(found, name="stdin")


@dataclass(frozen=True, slots=True)
class Output:
    """as_json: lines for programs instead of colours for people."""

    as_json: bool
    with_explanations: bool


async def _check_answer(
    settings: ClientSettings, answer: str, brought: Brought, question: str, manner: Manner, output: Output
) -> int:
    """How many lines failed."""
    failed = 0
    missing: dict[str, str] = {}
    summary = factcheck_pb2.Summary()
    async with Client(settings) as client:
        checked = client.check_answer(
            answer, corpus=manner.corpus, question=question, sources=brought.sources, store=manner.store,
            model=manner.model, not_run=missing.update, ended=summary.CopyFrom,
        )  # fmt: skip
        results = [brought.named(result) async for result in checked]
        if not output.as_json:
            show_marked(Console(), answer, results)
        for index, result in enumerate(results):
            whole = replace(result, id=str(index), not_run=missing)
            failed += await _tell(client, whole, manner.corpus, brought.sources, output)
    if not output.as_json and summary.worst:
        show_worst(Console(), Verdict(factcheck_pb2.Verdict.Name(summary.worst).removeprefix("VERDICT_")))
    if manner.is_named:
        _tell_kept(summary)
    _tell_missing(missing)
    return failed


async def _check_stream(
    settings: ClientSettings, brought: Brought, question: str, manner: Manner, output: Output
) -> int:
    """Final results as they come; the text itself was seen by whoever wrote it. Returns how many lines failed."""
    missing: dict[str, str] = {}
    index = failed = 0
    async with Client(settings) as client:
        checked = client.check_stream(
            arriving(sys.stdin.buffer), corpus=manner.corpus, question=question, sources=brought.sources,
            store=manner.store, model=manner.model, not_run=missing.update,
            ended=_tell_kept if manner.is_named else _ignore,
        )  # fmt: skip
        async for result in checked:
            if not result.provisional:
                whole = replace(brought.named(result), id=str(index))
                failed += await _tell(client, whole, manner.corpus, brought.sources, output)
                index += 1
    if not index:
        raise InvalidInput("standard input holds no text")
    _tell_missing(missing)
    return failed


async def _check_claims(settings: ClientSettings, lines: Lines, manner: Manner, output: Output) -> int:
    _require_corpus(lines, manner.corpus)
    failed = 0
    missing: dict[str, str] = {}
    async with Client(settings) as client:
        places = iter(lines)
        async for result in results_of(client, lines, manner, _tell_kept if manner.is_named else _ignore):
            line = next(places)
            missing.update(result.not_run)
            sources = line.sources if isinstance(line, ClaimLine) else ()
            failed += await _tell(client, result, manner.corpus, sources, output)
    _tell_missing(missing)
    return failed


async def _tell(
    client: Client, result: ClaimResult, corpus: str, sources: Sequence[SourceLine | Source], output: Output
) -> bool:
    """Whether the line failed, by itself or by its explanation, which takes no other line along."""
    explanation = None
    # What is not checkable may be longer than a claim that can be explained; its abstain_reason says why.
    if output.with_explanations and not result.error and result.verdict is not Verdict.NOT_CHECKABLE:
        try:
            explanation = await client.explain(result.claim, corpus=corpus, sources=sources)
        except grpc.aio.AioRpcError as error:
            result = replace(result, error=f"claim {result.id!r} is not explained: {error.details()}")
    if result.error:
        click.echo(result.error, err=True)
    if not output.as_json:
        show_result(Console(), result)
        if explanation is not None:
            show_explanation(Console(), explanation)
    elif explanation is None:
        click.echo(result.to_json())
    else:
        line = {**json.loads(result.to_json()), "explanation": explanation.to_json()}
        click.echo(json.dumps(line, ensure_ascii=False))
    return bool(result.error)


def _ignore(summary: factcheck_pb2.Summary) -> None:
    """Who asked neither for texts nor for a model's name does not look for the result."""


def _tell_kept(summary: factcheck_pb2.Summary) -> None:
    if summary.result:
        click.echo(f"kept as {summary.result}", err=True)


def _tell_missing(missing: NotRun) -> None:
    for component, reason in missing.items():
        click.echo(f"not run: {component} ({reason})", err=True)


def _require_corpus(lines: Lines, corpus: str) -> None:
    if not corpus and any(isinstance(line, ClaimLine) and not line.sources for line in lines):
        raise click.UsageError("--corpus is needed: not every claim brings its own sources")
