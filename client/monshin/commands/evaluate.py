"""factcheck evaluate: how well the judge judges claims that people have labelled."""

import asyncio
import datetime
import hashlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click
import grpc
from monshin_kit.errors import InvalidInput
from monshin_protos.factcheck.v1 import factcheck_pb2, results_pb2
from rich.console import Console
from rich.table import Table as RichTable

from monshin.client import Client
from monshin.commands.checking import Manner, results_of
from monshin.evaluation import report
from monshin.evaluation.score import Judged
from monshin.evaluation.score import evaluate as score
from monshin.formats import ClaimLine, LabelledLine, labelled_lines, only_good
from monshin.results import ClaimResult
from monshin.settings import ClientSettings

# Results, the ends of the checks, and the revisions that made them.
_Checked = tuple[list[ClaimResult], list[factcheck_pb2.Summary], list[str]]


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True))
@click.option("--corpus", default="", help="Check all claims against this corpus instead of each line's sources.")
@click.option("--report", "folder", type=click.Path(path_type=Path, file_okay=False),
              help="A folder for report.md, figures.json and two SVG pictures.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="All figures as one JSON object on stdout.")
@click.pass_obj
def evaluate(settings: ClientSettings, file: Path, corpus: str, folder: Path | None, as_json: bool) -> None:
    """Check the labelled claims of FILE, and tell how verdicts and probabilities compare with the labels.

    FILE: JSON lines {"claim","label"[,"id","type","sources":[SOURCE,…],"item"]}; a label is supported, contradicted,
    not_enough_evidence, conflicting, not_checkable or conditional, or S, C, N; a SOURCE is a text, or
    {"text"[,"title","date"]}. `monshin factcheck reviews export` writes such lines. Without --corpus, lines that bring
    no sources are left out and counted. The output holds no text of a claim. Exit status: 0 all checked, 1 a line could
    not be, 2 wrong usage.
    """
    data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    lines = only_good(labelled_lines(data))
    if not lines:
        raise InvalidInput(f"{file} holds no labelled claim")
    whole = len(lines)
    if not corpus:
        lines = [line for line in lines if line.sources]
    if not lines:
        raise click.UsageError("--corpus is needed: no line brings its own sources")
    results, ends, revisions = asyncio.run(_check(settings, lines, corpus))
    judged = [Judged(line, one) for line, one in zip(lines, results, strict=True) if not one.error]
    if not judged:
        raise InvalidInput("no line could be checked: " + results[0].error)
    subject = _subject(file, data, results, ends, revisions, left_out=whole - len(lines))
    found = score(judged)
    if folder is not None:
        report.write(folder, subject, found)
    if as_json:
        click.echo(json.dumps(report.figures(subject, found), ensure_ascii=False))
    else:
        _show(report.tables(found), subject)
    for one in results:
        if one.error:
            click.echo(one.error, err=True)
    sys.exit(1 if subject.failed else 0)


async def _check(settings: ClientSettings, lines: Sequence[LabelledLine], corpus: str) -> _Checked:
    asked = [
        ClaimLine(line.id or f"line {number}", line.claim, () if corpus else line.sources)
        for number, line in enumerate(lines, 1)
    ]
    ends: list[factcheck_pb2.Summary] = []
    async with Client(settings) as client:
        found = [result async for result in results_of(client, asked, Manner(corpus), ends.append)]
        revisions = [await _revisions(client, end.result) for end in ends if end.result]
    return found, ends, sorted({one for own in revisions for one in own})


async def _revisions(client: Client, name: str) -> list[str]:
    """What made a kept result, `rules@HASH local@HASH …`; nothing where the caller may not see it."""
    try:
        kept = await client.results.GetResult(results_pb2.GetResultRequest(name=name))
    except grpc.aio.AioRpcError as error:
        if error.code() in (grpc.StatusCode.PERMISSION_DENIED, grpc.StatusCode.NOT_FOUND):
            return []
        raise
    found = [f"rules@{kept.rules_revision}", *kept.judge_revision.split()]
    return [*found, f"embedding@{kept.embedder_fingerprint}"] if kept.embedder_fingerprint else found


def _subject(
    file: Path,
    data: bytes,
    results: Sequence[ClaimResult],
    ends: Sequence[factcheck_pb2.Summary],
    revisions: Sequence[str],
    *,
    left_out: int,
) -> report.Subject:
    missing: dict[str, str] = {}
    for one in results:
        missing.update(one.not_run)
    return report.Subject(
        file=file.name,
        file_sha256=hashlib.sha256(data).hexdigest(),
        date=datetime.datetime.now(datetime.UTC).date().isoformat(),
        claims=len(results),
        failed=sum(bool(one.error) for one in results),
        version=", ".join(sorted({end.version for end in ends} - {""})),
        judges=sorted({judge for one in results for judge in one.judges_run}),
        not_run=missing,
        left_out=left_out,
        revisions=revisions,
    )


def _show(tables: Sequence[report.Table], subject: report.Subject) -> None:
    console = Console()
    for table in tables:
        shown = RichTable(title=table.title, title_justify="left")
        for number, column in enumerate(table.columns):
            shown.add_column(column, justify="left" if number == 0 else "right")
        for row in table.rows:
            shown.add_row(*row)
        console.print(shown)
    console.print(f"judges: {', '.join(subject.judges) or 'none'}; evidence: {subject.version or 'sources'}")
    if subject.left_out:
        click.echo(f"left out: {subject.left_out} lines without sources; --corpus checks them", err=True)
    for component, reason in subject.not_run.items():
        click.echo(f"not run: {component} ({reason})", err=True)
