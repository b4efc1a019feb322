"""What a mutation did, remembered under its request id in its own transaction."""

import json
from dataclasses import asdict, dataclass


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
