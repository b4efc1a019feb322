"""One model thread that turns waiting texts into rows, batch by batch."""

import logging
import random
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future

import numpy as np
from monshin_kit.errors import DeadlineExceeded, ResourceExhausted, Unavailable

from monshin_embed.core.batch import BatchShape, Encoder, Rows, pad
from monshin_embed.core.fair_queue import FairQueue, Limits
from monshin_embed.core.meter import Meter
from monshin_embed.core.request import Requester
from monshin_embed.core.ticket import Ticket, WaitingText
from monshin_embed.core.tokenizer import TokenIds

_log = logging.getLogger(__name__)

# Only when the model was busy a moment ago: then callers come in numbers, and a fuller batch repays the wait.
_WINDOW_S = 0.002
_RETRY_AFTER_S = (0.05, 30.0)


class Scheduler:
    """Accepts tokenised texts up to a limit and answers with their rows.

    No row is lost or swapped: each request gets exactly its rows or one error. Work whose caller has gone
    (cancelled future, deadline over on `clock`) leaves the queue without being computed.
    """

    def __init__(
        self,
        encoder: Encoder,
        shape: BatchShape,
        limits: Limits,
        *,
        pad_id: int,
        meter: Meter,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._encoder = encoder
        self._shape = shape
        self._pad_id = pad_id
        self._meter = meter
        self._clock = clock
        self._queue = FairQueue(limits)
        self._changed = threading.Condition()
        self._is_closed = False
        self._tokens_per_s = 0.0
        self._thread = threading.Thread(target=self._work, name="model", daemon=True)
        self._thread.start()

    def check_room(self, texts: int, requester: Requester) -> None:
        """Raises ResourceExhausted if so many texts more would be refused whatever their length, before any work."""
        with self._changed:
            self._refuse_if_full(0, texts, requester)

    def submit(self, texts: Sequence[TokenIds], requester: Requester) -> Future[Rows]:
        """The rows of these texts, at least one, float32 of shape (texts, dim); cancel the future to give up.

        Raises ResourceExhausted with the time after which a retry is worth it, DeadlineExceeded if it is too late
        already, Unavailable while stopping.
        """
        assert texts, "a ticket without texts would never be done"
        ticket = Ticket(texts, requester)
        if ticket.is_dead(self._clock()):
            raise DeadlineExceeded("the deadline passed before the texts were computed")
        with self._changed:
            if self._is_closed:
                raise Unavailable("the service is stopping")
            self._refuse_if_full(ticket.tokens, len(texts), requester)
            self._queue.put(ticket)
            self._meter.queued(self._queue.tokens)
            self._changed.notify()
        ticket.future.add_done_callback(lambda future: self._forget(ticket) if future.cancelled() else None)
        return ticket.future

    def close(self) -> None:
        """Ends the model thread after its batch; what still waits is answered with Unavailable."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()
        self._thread.join()
        with self._changed:
            left = self._queue.drain()
        for ticket in left:
            ticket.fail(Unavailable("the service is stopping"))

    def _refuse_if_full(self, tokens: int, texts: int, requester: Requester) -> None:
        if not self._queue.has_room(tokens, texts, requester):
            waiting_tokens, waiting_texts = self._queue.waiting(requester.priority)
            raise ResourceExhausted(
                f"{waiting_tokens} tokens in {waiting_texts} texts wait already: try again later",
                self._retry_after_s(waiting_tokens),
            )

    def _retry_after_s(self, waiting_tokens: int) -> float:
        if not self._tokens_per_s:
            return 1.0
        soonest, latest = _RETRY_AFTER_S
        # Half of the queue gone is room for most requests; spread, so that those refused do not come back together.
        half_gone_s = waiting_tokens / self._tokens_per_s / 2
        return min(max(half_gone_s * random.uniform(0.5, 1.5), soonest), latest)

    def _forget(self, ticket: Ticket) -> None:
        with self._changed:
            self._queue.discard(ticket)
            self._meter.queued(self._queue.tokens)

    def _work(self) -> None:
        is_busy = False
        while True:
            with self._changed:
                if is_busy and self._queue.texts:
                    self._changed.wait_for(self._fills_a_batch, _WINDOW_S)
                while not self._queue.texts and not self._is_closed:
                    is_busy = False
                    self._changed.wait()
                if self._is_closed:
                    return
                taken = self._queue.take(self._shape, self._clock())
                self._meter.queued(self._queue.tokens)
            for ticket in taken.dead:
                ticket.fail(DeadlineExceeded("the deadline passed before the texts were computed"))
            if taken.batch:
                self._compute(taken.batch)
                is_busy = True

    def _fills_a_batch(self) -> bool:
        return self._is_closed or self._queue.tokens >= self._shape.padded_tokens

    def _compute(self, texts: list[WaitingText]) -> None:
        started = time.perf_counter()
        batch = pad([text.ids for text in texts], self._pad_id)
        try:
            rows = self._encoder.encode(batch)
            if not np.isfinite(rows).all():
                raise ArithmeticError("the model gave a row that is not finite")
        except Exception as error:  # noqa: BLE001  # belongs to the callers, whatever it is; the thread goes on
            _log.error("a batch failed", extra={"count": len(texts), "error_type": type(error).__name__})
            for ticket in {text.ticket: None for text in texts}:
                ticket.fail(error)
                self._forget(ticket)
            return
        self._measure(batch.token_ids.size, time.perf_counter() - started)
        self._meter.computed(len(texts), sum(text.length for text in texts), batch.token_ids.size)
        for text, vector in zip(texts, rows, strict=True):
            text.ticket.fill(text.row, vector)

    def _measure(self, padded_tokens: int, seconds: float) -> None:
        rate = padded_tokens / max(seconds, 1e-6)
        self._tokens_per_s = 0.9 * self._tokens_per_s + 0.1 * rate if self._tokens_per_s else rate
