"""demo: the main job on the demonstration data, with a live report and an honest score."""

import asyncio
import json
import time
from pathlib import Path

import click
from monshin_kit.errors import InvalidInput
from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from monshin.client import Client
from monshin.commands.publishing import publish
from monshin.formats import CorpusLine, corpus_lines, only_good
from monshin.launcher import detach, state
from monshin.results import ClaimResult
from monshin.scoring import Answer, Label, Score, score
from monshin.settings import ClientSettings
from monshin.show import marked_answer, show_result

CORPUS = "demo"


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True, file_okay=False), default=Path("demo"),
              show_default=True, help="Folder with corpus/, answers/.")  # fmt: skip
@click.option("--details/--no-details", default=True, show_default=True, help="Show each claim with its evidence.")
@click.pass_obj
def demo(settings: ClientSettings, data: Path, details: bool) -> None:
    """Start the services, import the demonstration corpus, check 30 answers, and compare with their labels."""
    console = Console()
    began = time.perf_counter()
    documents, answers, labels = _load(data)
    _start(settings, console)
    started = time.perf_counter()
    asyncio.run(_import(settings, documents))
    imported = time.perf_counter()
    console.print(f"services {started - began:.1f} s, corpus {imported - started:.1f} s\n")
    results = asyncio.run(_check(settings, console, answers, details))
    checked = time.perf_counter()
    _report(console, score(answers, labels, results), checked - imported, sum(map(len, results.values())))
    console.print(f"\nWeb page: [link]http://{settings.gateway_target}/[/link]   `monshin down` ends the services.")
    console.print(f"[dim]Everything took {checked - began:.1f} s. Demonstration data; not for clinical use.[/]")


def _start(settings: ClientSettings, console: Console) -> None:
    running = state.read(settings.home)
    if running is not None and running.is_serving:
        console.print("Services run already.")
        return

    def tell(now: state.State) -> None:
        status.update("starting: " + ", ".join(f"{unit.name} {unit.state}" for unit in now.units))

    with console.status("starting the services") as status:
        detach.start(settings.home.resolve(), tell)


async def _import(settings: ClientSettings, documents: list[CorpusLine]) -> None:
    async with Client(settings, role="patient_data_steward") as client:
        await client.ensure_corpus(CORPUS, "デモ用コーパス / Demonstration corpus")
        await client.import_documents(CORPUS, documents)
        await publish(client, CORPUS)


async def _check(
    settings: ClientSettings, console: Console, answers: list[Answer], details: bool
) -> dict[str, list[ClaimResult]]:
    results: dict[str, list[ClaimResult]] = {}
    columns = (TextColumn("checking answers"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=len(answers))
        async with Client(settings) as client:
            for answer in answers:
                began = time.perf_counter()
                found = client.check_answer(answer.text, corpus=CORPUS, question=answer.question)
                results[answer.id] = [result async for result in found]
                elapsed_ms = (time.perf_counter() - began) * 1000
                count = len(results[answer.id])
                progress.console.print(_title(answer, f"  {count} claims, {elapsed_ms:.0f} ms"))
                progress.console.print(Padding(marked_answer(answer.text, results[answer.id]), (0, 2)))
                for result in results[answer.id] if details else ():
                    show_result(progress.console, result)
                progress.console.print()
                progress.advance(task)
    return results


def _title(answer: Answer, facts: str) -> Text:
    return Text.assemble((answer.id, "bold"), " ", answer.question, (facts, "dim"))


def _report(console: Console, found: Score, seconds: float, claims: int) -> None:
    table = Table(title="Against the labels (made without looking at the checker)")
    for column in (
        "origin",
        "wrong claims",
        "caught",
        "missed",
        "called supported",
        "right claims",
        "confirmed",
        "false alarms",
    ):
        table.add_column(column, justify="left" if column == "origin" else "right")
    for origin, row in (*found.by_origin.items(), ("all", found.total)):
        table.add_row(
            origin, str(row.wrong), str(row.caught), str(row.missed), str(row.wrong_supported), str(row.right),
            str(row.confirmed), str(row.false_alarms),
        )  # fmt: skip
    console.print(table)
    console.print(
        f"{claims} claims in {seconds:.1f} s ({claims / seconds:.1f} a second). "
        f"{found.unmatched} labelled stretches met no claim of the checker."
    )
    console.print(
        "[dim]caught: contradicted by the corpus, and flagged. missed: contradicted, and not flagged; the checker "
        "abstained, or said `supported`. false alarm: flagged although the corpus supports it or says nothing.[/]"
    )


def _load(data: Path) -> tuple[list[CorpusLine], list[Answer], list[Label]]:
    documents = [
        line
        for file in sorted((data / "corpus").glob("*.jsonl"))
        for line in only_good(corpus_lines(file.read_bytes()))
    ]
    answers = [
        Answer(str(row["id"]), str(row["question"]), str(row["answer"]), str(row["origin"]))
        for name in ("blind.jsonl", "gemma3-270m.jsonl")
        for row in _rows(data / "answers" / name)
    ]
    labels = [
        Label(str(row["answer_id"]), int(row["start"]), int(row["end"]), str(row["label"]))
        for row in _rows(data / "answers" / "labels.jsonl")
    ]
    if not documents or not answers:
        raise InvalidInput(
            f"{data} holds no demonstration data: run this in the repository's folder, or name it by --data"
        )
    return documents, answers, labels


def _rows(file: Path) -> list[dict[str, str | int]]:
    try:
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    except OSError:
        raise InvalidInput(f"{file} cannot be read: name the folder by --data") from None
