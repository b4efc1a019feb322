"""factcheck results, reviews, retract: what past checks left, what people said, what a bad document touched."""

import asyncio
import json
import uuid
from collections.abc import Sequence
from typing import Any

import click
from google.protobuf import json_format
from monshin_protos.factcheck.v1 import corpus_pb2, factcheck_pb2, results_pb2
from rich.console import Console
from rich.table import Table

from monshin.client import Client
from monshin.results import ClaimResult, Verdict
from monshin.settings import ClientSettings
from monshin.show import show_result

_ROLE = click.option("--role", default="clinician", show_default=True, help="Whose results, in development.")


@click.group("results")
def results() -> None:
    """What is kept of past checks."""


@results.command("list")
@click.option("--corpus", default="", help="Checked against this corpus.")
@click.option("--document", default="", help="With this document of the corpus as evidence; needs --corpus.")
@click.option("--model", default="", help="The model under test.")
@click.option("--verdict", type=click.Choice([verdict.value for verdict in Verdict]), help="With such a claim.")
@click.option("--json", "as_json", is_flag=True, help="JSON lines.")
@_ROLE
@click.pass_obj
def list_(
    settings: ClientSettings, corpus: str, document: str, model: str, verdict: str | None, as_json: bool, role: str
) -> None:
    """List kept results, newest first."""
    if document and not corpus:
        raise click.UsageError("--document needs --corpus")
    wanted = {
        "corpus": f"corpora/{corpus}" if corpus else "",
        "document": f"corpora/{corpus}/documents/{document}" if document else "",
        "model": model,
        "verdict": factcheck_pb2.Verdict.Value(f"VERDICT_{verdict or 'UNSPECIFIED'}"),
    }
    found = asyncio.run(_listed(settings, role, wanted))
    if as_json:
        for one in found:
            click.echo(_json(one))
    else:
        show_results(Console(), found)


@results.command("show")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@_ROLE
@click.pass_obj
def show(settings: ClientSettings, name: str, as_json: bool, role: str) -> None:
    """Show the result NAME (results/…) with its claims and reviews."""

    async def run() -> results_pb2.Result:
        async with Client(settings, role=role) as client:
            return await client.results.GetResult(results_pb2.GetResultRequest(name=name))

    found = asyncio.run(run())
    if as_json:
        click.echo(_json(found))
        return
    console = Console()
    show_results(console, [found])
    for claim in found.claims:
        show_result(console, ClaimResult.of(claim.result))
        if claim.HasField("review"):
            console.print(
                f"      review: {_verdict(claim.review.verdict)} {claim.review.note} ({claim.review.reviewer})"
            )


@results.command("delete")
@click.argument("names", nargs=-1, required=True)
@_ROLE
@click.pass_obj
def delete(settings: ClientSettings, names: Sequence[str], role: str) -> None:
    """Delete the results NAMES with their texts and reviews."""

    async def run() -> None:
        async with Client(settings, role=role) as client:
            for name in names:
                request = results_pb2.DeleteResultRequest(name=name, request_id=str(uuid.uuid4()))
                await client.results.DeleteResult(request)
                click.echo(f"deleted {name}", err=True)

    asyncio.run(run())


@click.group("reviews")
def reviews() -> None:
    """What people said of verdicts."""


@reviews.command("add")
@click.argument("name")
@click.argument("verdict", type=click.Choice([verdict.value for verdict in Verdict], case_sensitive=False))
@click.option("--note", default="", help="For those who read the review; deleted with the result.")
@_ROLE
@click.pass_obj
def add(settings: ClientSettings, name: str, verdict: str, note: str, role: str) -> None:
    """Say that VERDICT is right for the claim NAME (results/…/claims/…); the newest review counts."""
    request = results_pb2.ReviewClaimRequest(
        name=name, verdict=factcheck_pb2.Verdict.Value(f"VERDICT_{verdict}"), note=note, request_id=str(uuid.uuid4())
    )

    async def run() -> None:
        async with Client(settings, role=role) as client:
            await client.results.ReviewClaim(request)

    asyncio.run(run())
    click.echo(f"{name}: {verdict}", err=True)


@reviews.command("export")
@click.option("--corpus", default="", help="Of this corpus.")
@click.pass_obj
def export(settings: ClientSettings, corpus: str) -> None:
    """Write reviewed claims as labelled JSON lines for `monshin factcheck evaluate`. They hold texts.

    Sources are the passages that were shown, with title and date. A claim for which none was shown has none.
    """

    async def run() -> tuple[int, int]:
        count = bare = 0
        async with Client(settings, role="patient_data_steward") as client:
            async for one in client.labelled_claims(corpus):
                shown = [{"text": text.text, "title": text.title, "date": text.date} for text in one.evidence]
                click.echo(json.dumps(_record(one.line) | {"sources": shown}, ensure_ascii=False))
                count, bare = count + 1, bare + (not one.evidence)
        return count, bare

    count, bare = asyncio.run(run())
    click.echo(f"{count} reviewed claims", err=True)
    if bare:
        click.echo(f"for {bare} of them no evidence was shown: `evaluate` needs --corpus for these", err=True)


@click.command()
@click.argument("corpus")
@click.argument("document")
@click.option("--reason", required=True, help="For people who read the document later.")
@click.pass_obj
def retract(settings: ClientSettings, corpus: str, document: str, reason: str) -> None:
    """Take DOCUMENT of CORPUS out of use at once, and list the kept results that used it."""
    name = f"corpora/{corpus}/documents/{document}"

    async def run() -> list[results_pb2.Result]:
        async with Client(settings, role="patient_data_steward") as client:
            request = corpus_pb2.RetractDocumentRequest(name=name, reason=reason, request_id=str(uuid.uuid4()))
            await client.corpora.RetractDocument(request)
            click.echo(f"{name}: retracted", err=True)
            return [one async for one in client.kept_results(document=name)]

    found = asyncio.run(run())
    if found:
        click.echo(f"{len(found)} kept results used it:", err=True)
        show_results(Console(), found)
    else:
        click.echo("no kept result used it", err=True)


def show_results(console: Console, found: Sequence[results_pb2.Result]) -> None:
    """A table."""
    table = Table(box=None)
    for column in ("result", "time", "caller", "model", "version", "worst", "claims", "reviewed", "texts"):
        table.add_column(column, no_wrap=column == "result")
    for one in found:
        summary = one.summary
        claims = sum(
            (summary.supported, summary.contradicted, summary.not_enough_evidence, summary.conflicting,
             summary.not_checkable, summary.conditional)
        )  # fmt: skip
        table.add_row(
            one.name, one.create_time.ToDatetime().isoformat(" ", "seconds"), one.caller, one.model,
            summary.version or "sources", _verdict(summary.worst), str(claims), str(one.reviewed),
            "withheld" if one.withheld else "stored" if one.stored else "-",
        )  # fmt: skip
    console.print(table)


async def _listed(settings: ClientSettings, role: str, wanted: dict[str, Any]) -> list[results_pb2.Result]:
    async with Client(settings, role=role) as client:
        return [one async for one in client.kept_results(**wanted)]


def _json(message: Any) -> str:
    return json.dumps(_record(message), ensure_ascii=False)


def _record(message: Any) -> dict[str, Any]:
    return json_format.MessageToDict(
        message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )


def _verdict(value: factcheck_pb2.Verdict.ValueType) -> str:
    return factcheck_pb2.Verdict.Name(value).removeprefix("VERDICT_")
