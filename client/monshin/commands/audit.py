"""audit: the access logs of all services as one."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import click
from monshin_protos.audit.v1 import audit_pb2 as pb
from rich.console import Console
from rich.table import Table

from monshin.client import Client
from monshin.connection import SERVICES
from monshin.settings import ClientSettings

_SERVICE = click.option("--service", type=click.Choice(tuple(SERVICES)), multiple=True, help="Only this one; repeat.")


@click.group()
def audit() -> None:
    """Read the access logs: who called what, and what was decided."""


@audit.command("list")
@_SERVICE
@click.option("--last", default=50, show_default=True, type=click.IntRange(min=1), help="How many of the newest.")
@click.pass_obj
def audit_list(settings: ClientSettings, service: tuple[str, ...], last: int) -> None:
    """Show the newest entries as a table."""
    entries = sorted(asyncio.run(_collect(settings, service)), key=lambda pair: pair[1].time.ToNanoseconds())
    table = Table("time (UTC)", "service", "caller", "what", "resources", "decision", "outcome", "trace")
    for name, entry in entries[-last:]:
        table.add_row(
            entry.time.ToDatetime().strftime("%Y-%m-%d %H:%M:%S"), name, entry.caller, entry.name.rpartition(".")[2],
            " ".join(entry.resources), _word(pb.Decision.Name(entry.decision)), entry.outcome, entry.trace_id[:8],
        )  # fmt: skip
    Console().print(table)


@audit.command("export")
@_SERVICE
@click.option("--output", type=click.File("w", encoding="utf-8"), default="-", help="File; default: stdout.")
@click.pass_obj
def audit_export(settings: ClientSettings, service: tuple[str, ...], output: Any) -> None:
    """Write all entries as JSON lines, each service's in its own order."""

    async def export() -> None:
        async for name, entry in _entries(settings, service):
            output.write(json.dumps(_record(name, entry), ensure_ascii=False) + "\n")

    asyncio.run(export())


async def _collect(settings: ClientSettings, service: tuple[str, ...]) -> list[tuple[str, pb.AuditEntry]]:
    return [pair async for pair in _entries(settings, service)]


async def _entries(settings: ClientSettings, service: tuple[str, ...]) -> AsyncIterator[tuple[str, pb.AuditEntry]]:
    async with Client(settings, role="auditor") as client:
        for name in service or SERVICES:
            async for entry in client.audit_entries(name):
                yield name, entry


def _record(service: str, entry: pb.AuditEntry) -> dict[str, Any]:
    return {
        "service": service,
        "sequence": entry.sequence,
        "time": entry.time.ToJsonString(),
        "kind": _word(pb.EntryKind.Name(entry.kind)),
        "caller": entry.caller,
        "roles": list(entry.roles),
        "name": entry.name,
        "resources": list(entry.resources),
        "decision": _word(pb.Decision.Name(entry.decision)),
        "outcome": entry.outcome,
        "trace_id": entry.trace_id,
        "attributes": json.loads(entry.attributes_json) if entry.attributes_json else {},
    }


def _word(name: str) -> str:
    return name.rpartition("_")[2].lower()
