"""Corpora, versions and documents for people at a terminal."""

from collections.abc import Sequence

from google.protobuf.timestamp_pb2 import Timestamp
from monshin_protos.factcheck.v1 import corpus_pb2 as pb
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text


def show_corpora(console: Console, found: Sequence[pb.Corpus]) -> None:
    """A table."""
    table = _table("corpus", "version", "draft", "state")
    for column in ("readers", "name"):
        table.add_column(column)
    for each in found:
        is_damaged = each.state == pb.CORPUS_STATE_QUARANTINED
        table.add_row(
            _last(each.name), _last(each.current_version) or "-", str(each.draft_documents),
            _word(pb.CorpusState.Name(each.state)), "-" if is_damaged else ", ".join(each.readers) or "everyone",
            Text(each.display_name),
        )  # fmt: skip
    console.print(table)


def show_versions(console: Console, found: Sequence[pb.Version]) -> None:
    """A table; embedded: of its passages; times are UTC. JSON has all of it."""
    table = _table("version", "state", "documents", "embedded", "published")
    table.add_column("failure")
    for each in found:
        table.add_row(
            _last(each.name), _word(pb.VersionState.Name(each.state)), str(each.documents),
            f"{each.passages_embedded}/{each.passages}", _time(each.publish_time), Text(each.failure),
        )  # fmt: skip
    console.print(table)


def show_documents(console: Console, found: Sequence[pb.Document]) -> None:
    """A table; remarks: what it supersedes, and why it was retracted. JSON has all of it."""
    table = Table(Column("document", overflow="fold"), box=None)
    for column in ("date", "tier", "until"):
        table.add_column(column, no_wrap=True)
    for column in ("title", "remarks"):
        table.add_column(column)
    for each in found:
        remarks = [f"supersedes {', '.join(each.supersedes)}"] if each.supersedes else []
        remarks += [f"retracted: {each.retraction_reason}"] if each.retracted else []
        table.add_row(
            _last(each.name), each.date, str(each.tier or "-"), each.effective_until, Text(each.title),
            Text("; ".join(remarks)),
        )  # fmt: skip
    console.print(table)


def _table(*columns: str) -> Table:
    """With columns that are never cut."""
    table = Table(box=None)
    for column in columns:
        table.add_column(column, no_wrap=True)
    return table


def _last(name: str) -> str:
    return name.rpartition("/")[2]


def _word(state: str) -> str:
    return state.partition("_STATE_")[2].lower()


def _time(moment: Timestamp) -> str:
    return moment.ToDatetime().isoformat(" ", "seconds") if moment.seconds else ""
