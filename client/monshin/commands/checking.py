"""Checks many claims so that one bad claim does not take the others along."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace

import grpc
from monshin_protos.factcheck.v1 import factcheck_pb2

from monshin.client import CHUNK_CLAIMS, Client
from monshin.formats import BadLine, ClaimLine
from monshin.results import ClaimResult

# What one claim can bring about: not accepted, larger than a message, or more than the server can do.
_OF_ONE_CLAIM = (
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.INTERNAL,
)

Ended = Callable[[factcheck_pb2.Summary], None]


@dataclass(frozen=True, slots=True)
class Manner:
    """How claims are checked. store, model: as in Client.check_claims."""

    corpus: str = ""
    store: bool = False
    model: str = ""

    @property
    def is_named(self) -> bool:
        """Whether somebody will look for the result."""
        return self.store or bool(self.model)


async def results_of(
    client: Client, lines: Sequence[ClaimLine | BadLine], manner: Manner, ended: Ended
) -> AsyncIterator[ClaimResult]:
    """One result a line, in order. ended: called with the summary of each chunk."""
    for start in range(0, len(lines), CHUNK_CLAIMS):
        chunk = lines[start : start + CHUNK_CLAIMS]
        good = [line for line in chunk if isinstance(line, ClaimLine)]
        checked = iter(await _checked(client, good, manner, ended))
        for line in chunk:
            if isinstance(line, BadLine):
                yield ClaimResult.failed(line.id, "", f"line {line.number}: {line.problem}")
            else:
                yield next(checked)


async def _checked(client: Client, good: list[ClaimLine], manner: Manner, ended: Ended) -> list[ClaimResult]:
    """One result a claim; where the chunk fails for one bad claim, the others are still checked."""
    if not good:
        return []
    missing: dict[str, str] = {}
    try:
        checked = client.check_claims(
            good, corpus=manner.corpus, store=manner.store, model=manner.model, not_run=missing.update, ended=ended
        )
        results = [result async for result in checked]
        return [replace(result, not_run=missing) for result in results]
    except grpc.aio.AioRpcError as error:
        if error.code() not in _OF_ONE_CLAIM:
            raise
        if len(good) == 1:
            return [ClaimResult.failed(good[0].id, good[0].claim, f"claim {good[0].id!r}: {error.details()}")]
    half = len(good) // 2
    first = await _checked(client, good[:half], manner, ended)
    return [*first, *await _checked(client, good[half:], manner, ended)]
