"""One request's texts on their way through the queue, and the future that its caller waits for."""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monshin_embed.core.batch import Rows
from monshin_embed.core.request import Requester
from monshin_embed.core.tokenizer import TokenIds


@dataclass(frozen=True, slots=True, eq=False)
class WaitingText:
    """A text in the queue: whose it is, and which row of the answer it becomes."""

    ticket: "Ticket"
    row: int
    ids: TokenIds

    @property
    def length(self) -> int:
        """Its tokens."""
        return len(self.ids)


class Ticket:
    """Collects the rows of a request as batches come back, in whichever order.

    `future` gives them all, row i for text i. Cancelling it makes the ticket dead: what still waits is dropped.
    """

    def __init__(self, texts: Sequence[TokenIds], requester: Requester) -> None:
        self.requester = requester
        self.future: Future[Rows] = Future()
        self.texts = tuple(WaitingText(self, row, ids) for row, ids in enumerate(texts))
        self.tokens = sum(text.length for text in self.texts)
        self._rows: list[NDArray[np.float32] | None] = [None] * len(texts)
        self._missing = len(texts)

    def is_dead(self, now_s: float) -> bool:
        """Whether nobody waits for the answer any more."""
        return self.future.done() or now_s >= self.requester.deadline_s

    def fill(self, row: int, vector: NDArray[np.float32]) -> None:
        """Takes one text's vector; the last one resolves the future."""
        assert self._rows[row] is None, "a row was computed twice"
        self._rows[row] = vector
        self._missing -= 1
        if not self._missing and self.future.set_running_or_notify_cancel():
            self.future.set_result(np.stack([vector for vector in self._rows if vector is not None]))

    def fail(self, error: Exception) -> None:
        """Answers with an error; a ticket that has its answer already keeps it."""
        if not self.future.done() and self.future.set_running_or_notify_cancel():
            self.future.set_exception(error)
