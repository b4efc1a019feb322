"""What a mutation did, remembered under its request id in its own transaction."""

import json
from dataclasses import asdict, dataclass

import apsw
from monshin_kit import requests


@dataclass(frozen=True, slots=True)
class RequestKey:
    """Who asked for what: a repeated `request_id` of the same caller and method gets the first answer again.

    digest: of the request; the same id with another digest is refused. An empty request_id is not remembered.
    """

    method: str
    request_id: str
    caller: str
    digest: bytes

    def recall(self, connection: apsw.Connection) -> bytes | None:
        """The first answer, or None. Raises InvalidInput if the id was used for another request."""
        return requests.recall(connection, self.method, self.request_id, self.caller, self.digest)

    def record(self, connection: apsw.Connection, answer: bytes) -> None:
        """Remembers the answer for 24 hours."""
        requests.record(connection, self.method, self.request_id, self.caller, self.digest, answer)


@dataclass(frozen=True, slots=True)
class Receipt:
    """sequence: number of the last mutation, this one included. The rest counts points."""

    sequence: int
    inserted: int = 0
    replaced: int = 0
    deleted: int = 0

    def encode(self) -> bytes:
        """For the request table."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def decode(cls, answer: bytes) -> "Receipt":
        """Of `encode`d bytes."""
        return cls(**json.loads(answer))
