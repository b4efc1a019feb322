"""The durable log beside a service's data: every call, and domain events for lineage. Entries never change.

A mutation's entry is on disk before the mutation runs; reads and refusals are committed together within a second
(DESIGN.md §7). If the file cannot be written, calls are refused: what is not logged does not happen.
"""

import asyncio
import json
import threading
import time
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import NamedTuple

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
_ROW = "(" + ",".join("?" * 10) + ")"
_CHUNK = 64
_INSERT = f"INSERT INTO entries ({_COLUMNS}) VALUES {_ROW}"
_INSERT_CHUNK = f"{_INSERT},{','.join([_ROW] * (_CHUNK - 1))}"

Scalar = str | int | float | bool


class Entry(NamedTuple):
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
    """One SQLite file a service, opened at its first use: a large one takes seconds, and the port comes first."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._opening = threading.Lock()
        self._database: Database | None = None
        self._waiting: list[Entry] = []
        self._failure: MonshinError | None = None
        self._flushing: asyncio.Task[None] | None = None

    def open(self) -> Database:
        """Opens the file unless it is open; may block. Raises DataLoss if it is damaged."""
        with self._opening:
            if self._database is None:
                self._database = Database(self._path, [_SCHEMA])
            return self._database

    async def emit(self, name: str, attributes: Mapping[str, Scalar | Sequence[str]]) -> None:
        """Keeps a domain event (ids, hashes, revisions; never text); on disk when this returns."""
        await self.append(_event(name, attributes))

    async def append(self, entry: Entry) -> None:
        """On disk when this returns; raises Unavailable if it cannot be."""
        try:
            await self._write([entry])
        except MonshinError as error:
            self._failed(error)
            raise self._unavailable() from error
        self._failure = None

    def require_writable(self) -> None:
        """Raises Unavailable if the last write failed; a write is tried again every quarter of a second."""
        if self._failure is not None:
            raise self._unavailable() from self._failure

    def note(self, entry: Entry) -> None:
        """On disk within a second. Raises Unavailable if the last write failed, ResourceExhausted if too many wait."""
        self.require_writable()
        self._enqueue(entry)

    def note_event(self, name: str, attributes: Mapping[str, Scalar | Sequence[str]]) -> None:
        """Keeps the domain event of what is done already, without waiting: on disk within a second, or as soon as the
        file can be written again. Raises ResourceExhausted if too many wait."""
        self._enqueue(_event(name, attributes))

    def read(self, after_sequence: int, limit: int, kind: str = "") -> list[Entry]:
        """Entries after a sequence number, oldest first; kind '' means both."""
        with self.open().reader() as connection:
            rows = connection.execute(
                f"SELECT sequence, {_COLUMNS} FROM entries WHERE sequence>? AND (?='' OR kind=?) "
                "ORDER BY sequence LIMIT ?",
                (after_sequence, kind, kind, limit),
            ).fetchall()
        return [_entry(row) for row in rows]

    def size_bytes(self) -> int:
        """The file with its log; exported as a metric, since nothing is ever dropped."""
        return self._database.size_bytes() if self._database is not None else 0

    async def flush(self) -> None:
        """Writes what waits; what cannot be written waits on."""
        entries, self._waiting = self._waiting, []
        try:
            await self._write(entries)
        except MonshinError as error:
            self._waiting = entries + self._waiting
            self._failed(error)
        else:
            self._failure = None

    async def close(self) -> None:
        """Writes what waits, then closes the file."""
        if self._flushing is not None:
            self._flushing.cancel()
        if self._waiting:
            await self.flush()
        if self._database is not None:
            await asyncio.to_thread(self._database.close)

    async def _write(self, entries: Sequence[Entry]) -> None:
        database = self._database
        if database is None:
            database = await asyncio.to_thread(self.open)
        written = database.submit(lambda connection: _insert(connection, entries))
        await asyncio.shield(asyncio.wrap_future(written))  # a caller that leaves must not take others' entries along

    def _enqueue(self, entry: Entry) -> None:
        if len(self._waiting) >= MAX_WAITING:
            raise ResourceExhausted("the access log is behind: try again later")
        self._waiting.append(entry)
        self._ensure_flushing()

    def _failed(self, error: MonshinError) -> None:
        self._failure = error
        self._ensure_flushing()

    def _unavailable(self) -> Unavailable:
        return Unavailable("the access log cannot be written: the call was not done")

    def _ensure_flushing(self) -> None:
        if self._flushing is None:
            self._flushing = asyncio.get_running_loop().create_task(self._flush_soon())

    async def _flush_soon(self) -> None:
        try:
            while self._waiting or self._failure is not None:
                await asyncio.sleep(FLUSH_INTERVAL_S)
                await self.flush()
        finally:
            self._flushing = None


def _event(name: str, attributes: Mapping[str, Scalar | Sequence[str]]) -> Entry:
    return Entry("event", name, attributes=json.dumps(attributes, sort_keys=True), time=time.time())


def _insert(connection: apsw.Connection, entries: Sequence[Entry]) -> None:
    # Many rows a statement: apsw gives the interpreter lock away at each one, and the event loop fights for it.
    rows = [_row(entry) for entry in entries]
    whole = len(rows) - len(rows) % _CHUNK
    for start in range(0, whole, _CHUNK):
        connection.execute(_INSERT_CHUNK, tuple(chain.from_iterable(rows[start : start + _CHUNK])))
    connection.executemany(_INSERT, rows[whole:])


def _row(entry: Entry) -> tuple[str | float, ...]:
    return (
        entry.time, entry.kind, entry.caller, _to_json(entry.roles), entry.name, _to_json(entry.resources),
        entry.decision, entry.outcome, entry.trace_id, entry.attributes,
    )  # fmt: skip


@lru_cache(1024)
def _to_json(names: tuple[str, ...]) -> str:
    return json.dumps(names, ensure_ascii=False)


def _entry(row: tuple[object, ...]) -> Entry:
    sequence, when, kind, caller, roles, name, resources, decision, outcome, trace_id, attributes = row
    return Entry(
        kind=str(kind), name=str(name), caller=str(caller), roles=tuple(json.loads(str(roles))),
        resources=tuple(json.loads(str(resources))), decision=str(decision), outcome=str(outcome),
        trace_id=str(trace_id), attributes=str(attributes), time=float(str(when)), sequence=int(str(sequence)),
    )  # fmt: skip
