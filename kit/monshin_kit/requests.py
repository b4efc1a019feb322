"""`request_id`: a mutation repeated within 24 hours gets its first answer again and changes nothing.

Both functions run inside the mutation's own transaction, so that an id is remembered exactly if its effect is.
"""

import hashlib
import time
from dataclasses import dataclass
from typing import Protocol

import apsw

from monshin_kit.auth import current_caller
from monshin_kit.errors import InvalidInput

RETENTION_S = 24 * 3600

SCHEMA = """
CREATE TABLE requests (
  method TEXT NOT NULL, caller TEXT NOT NULL, request_id TEXT NOT NULL,
  digest BLOB NOT NULL, response BLOB NOT NULL, time REAL NOT NULL,
  PRIMARY KEY (method, caller, request_id)
) WITHOUT ROWID;
CREATE INDEX requests_by_time ON requests (time);
"""


def digest(request: bytes) -> bytes:
    """What makes two requests the same: SHA-256 of the serialised message."""
    return hashlib.sha256(request).digest()


def recall(
    connection: apsw.Connection, method: str, request_id: str, caller: str, request_digest: bytes
) -> bytes | None:
    """The first answer to this id, or None if it is new or empty.

    Raises InvalidInput if the same caller used the id for another request of this method.
    """
    if not request_id:
        return None
    row = connection.execute(
        "SELECT digest, response FROM requests WHERE method=? AND caller=? AND request_id=? AND time>?",
        (method, caller, request_id, time.time() - RETENTION_S),
    ).fetchone()
    if row is None:
        return None
    if row[0] != request_digest:
        raise InvalidInput(
            "request_id was used for another request: make a new one", field="request_id", reason="REQUEST_ID_REUSED"
        )
    return bytes(row[1])


def record(
    connection: apsw.Connection, method: str, request_id: str, caller: str, request_digest: bytes, response: bytes
) -> None:
    """Remembers the answer; forgets those older than 24 hours."""
    if not request_id:
        return
    now = time.time()
    connection.execute("DELETE FROM requests WHERE time<=?", (now - RETENTION_S,))
    connection.execute(
        "INSERT OR REPLACE INTO requests VALUES (?,?,?,?,?,?)",
        (method, caller, request_id, request_digest, response, now),
    )


@dataclass(frozen=True, slots=True)
class RequestKey:
    """What a repeated request is known by; made where the request is parsed, used inside the transaction.

    digest: of the request; the same id with another digest is refused. An empty request_id is not remembered.
    """

    method: str
    request_id: str
    caller: str
    digest: bytes

    def recall(self, connection: apsw.Connection) -> bytes | None:
        """The first answer, or None. Raises InvalidInput if the id was used for another request."""
        return recall(connection, self.method, self.request_id, self.caller, self.digest)

    def record(self, connection: apsw.Connection, answer: bytes) -> None:
        """Remembers the answer for 24 hours."""
        record(connection, self.method, self.request_id, self.caller, self.digest, answer)


NOT_REMEMBERED = RequestKey("", "", "", b"")  # of mutations that nobody asked for


class Mutation(Protocol):
    """A request message that changes something."""

    request_id: str

    def SerializeToString(self, *, deterministic: bool = ...) -> bytes:
        """As protobuf's."""
        ...


def key_of(method: str, request: Mutation) -> RequestKey:
    """The key of the running call's request; the digest is computed only where it will be needed."""
    if not request.request_id:
        return RequestKey(method, "", "", b"")
    return RequestKey(
        method, request.request_id, current_caller().subject, digest(request.SerializeToString(deterministic=True))
    )
