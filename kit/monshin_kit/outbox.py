"""The durable log beside a service's data: every call, and domain events for lineage. Entries never change.

A mutation's entry is on disk before the mutation runs; reads and refusals are committed together within a second
(DESIGN.md §7). If the file cannot be written, calls are refused: what is not logged does not happen.
"""

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import apsw

from monshin_kit.errors import MonshinError, ResourceExhausted, Unavailable
from monshin_kit.sqlite import Database

FLUSH_INTERVAL_S = 0.25
MAX_WAITING = 20_000

_SCHEMA = """
CREATE TABLE entries (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT, time REAL NOT NULL, kind TEXT NOT NULL, caller TEXT NOT NULL,
  roles TEXT NOT NULL, name TEXT NOT NULL, resources TEXT NOT NULL, decision TEXT NOT NULL, outcome TEXT NOT NULL,
  trace_id TEXT NOT NULL, attributes TEXT NOT NULL
);
"""
_COLUMNS = "time, kind, caller, roles, name, resources, decision, outcome, trace_id, attributes"

Scalar = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log; the fields are those of monshin.audit.v1.AuditEntry.

    kind: `call` or `event`. decision: `allowed` or `refused`. time: seconds since the epoch.
    """

    kind: str
    name: str
    caller: str = ""
    roles: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    decision: str = "allowed"
    outcome: str = "OK"
    trace_id: str = ""
    attributes: str = ""
    time: float = 0.0
    sequence: int = 0


class Outbox:
    """One SQLite file a service."""

    def __init__(self, path: Path) -> None:
        self._database = Database(path, [_SCHEMA])
        self._waiting: list[Entry] = []
        self._failure: MonshinError | None = None
        self._flushing: asyncio.Task[None] | None = None

    async def emit(self, name: str, attributes: Mapping[str, Scalar | Sequence[str]]) -> None:
        """Keeps a domain event (ids, hashes, revisions; never text); on disk when this returns."""
        await self.append(Entry("event", name, attributes=json.dumps(attributes, sort_keys=True), time=time.time()))

    async def append(self, entry: Entry) -> None:
        """On disk when this returns; raises Unavailable if it cannot be."""
        try:
            await asyncio.wrap_future(self._database.submit(lambda connection: _insert(connection, [entry])))
        except MonshinError as error:
            self._failure = error
            raise Unavailable("the access log cannot be written: the call was not done") from error
        self._failure = None

    def note(self, entry: Entry) -> None:
        """On disk within a second. Raises Unavailable if the last write failed, ResourceExhausted if too many wait."""
        if self._failure is not None:
            raise Unavailable("the access log cannot be written: the call was not done") from self._failure
        if len(self._waiting) >= MAX_WAITING:
            raise ResourceExhausted("the access log is behind: try again later")
        self._waiting.append(entry)
        if self._flushing is None:
            self._flushing = asyncio.get_running_loop().create_task(self._flush_soon())

    def read(self, after_sequence: int, limit: int, kind: str = "") -> list[Entry]:
        """Entries after a sequence number, oldest first; kind '' means both."""
        with self._database.reader() as connection:
            rows = connection.execute(
                f"SELECT sequence, {_COLUMNS} FROM entries WHERE sequence>? AND (?='' OR kind=?) "
                "ORDER BY sequence LIMIT ?",
                (after_sequence, kind, kind, limit),
            ).fetchall()
        return [_entry(row) for row in rows]

    def size_bytes(self) -> int:
        """The file with its log; exported as a metric, since nothing is ever dropped."""
        return self._database.size_bytes()

    async def flush(self) -> None:
        """Writes what waits."""
        entries, self._waiting = self._waiting, []
        if not entries:
            return
        try:
            written = self._database.submit(lambda connection: _insert(connection, entries))
            await asyncio.shield(asyncio.wrap_future(written))  # a cancelled flush must not lose what it took
            self._failure = None
        except MonshinError as error:
            self._waiting = entries + self._waiting
            self._failure = error

    async def close(self) -> None:
        """Writes what waits, then closes the file."""
        if self._flushing is not None:
            self._flushing.cancel()
        await self.flush()
        self._database.close()

    async def _flush_soon(self) -> None:
        try:
            while self._waiting:
                await asyncio.sleep(FLUSH_INTERVAL_S)
                await self.flush()
        finally:
            self._flushing = None


def _insert(connection: apsw.Connection, entries: Sequence[Entry]) -> None:
    connection.executemany(
        f"INSERT INTO entries ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?)",
        (
            (
                entry.time, entry.kind, entry.caller, " ".join(entry.roles), entry.name, "\n".join(entry.resources),
                entry.decision, entry.outcome, entry.trace_id, entry.attributes,
            )
            for entry in entries
        ),
    )  # fmt: skip


def _entry(row: tuple[object, ...]) -> Entry:
    sequence, when, kind, caller, roles, name, resources, decision, outcome, trace_id, attributes = row
    return Entry(
        kind=str(kind), name=str(name), caller=str(caller), roles=tuple(str(roles).split()),
        resources=tuple(str(resources).splitlines()), decision=str(decision), outcome=str(outcome),
        trace_id=str(trace_id), attributes=str(attributes), time=float(str(when)), sequence=int(str(sequence)),
    )  # fmt: skip
