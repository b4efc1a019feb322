"""Events that a corpus owes the outbox: noted with the change that they tell of, so that a crash loses none."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import apsw
from monshin_kit.outbox import Scalar


@dataclass(frozen=True, slots=True)
class OwedEvent:
    """attributes: ids, hashes, numbers; never text."""

    sequence: int
    name: str
    attributes: Mapping[str, Scalar]


def owe(connection: apsw.Connection, name: str, attributes: Mapping[str, Scalar]) -> None:
    """Within the transaction of the change."""
    connection.execute("INSERT INTO owed_events (name, attributes) VALUES (?,?)", (name, json.dumps(attributes)))


def events(connection: apsw.Connection) -> list[OwedEvent]:
    """The oldest first."""
    rows = connection.execute("SELECT sequence, name, attributes FROM owed_events ORDER BY sequence").fetchall()
    return [OwedEvent(int(str(sequence)), str(name), json.loads(str(value))) for sequence, name, value in rows]


def strike(connection: apsw.Connection, sequence: int) -> None:
    """Says that the outbox has it."""
    connection.execute("DELETE FROM owed_events WHERE sequence=?", (sequence,))
