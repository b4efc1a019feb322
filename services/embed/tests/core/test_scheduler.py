"""Rows come back whole and in place; what nobody waits for is not computed; a full queue says so."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from monshin_embed.core.batch import Batch, BatchShape, Rows, pad
from monshin_embed.core.lane import QueueLimits
from monshin_embed.core.meter import Tally
from monshin_embed.core.request import Priority, Requester
from monshin_embed.core.scheduler import Scheduler
from monshin_embed.core.tokenizer import TokenIds
from monshin_embed.testing import BagEncoder
from monshin_kit.errors import DeadlineExceeded, ResourceExhausted, Unavailable

ROOMY = QueueLimits(tokens=10**6, texts=10**6)
ME = Requester("me")
WAIT_S = 30  # against a hang only


class HeldEncoder:
    """The small encoder, held back until `release`; remembers what it was given."""

    def __init__(self) -> None:
        self.seen: list[list[int]] = []
        self.release = threading.Event()
        self.started = threading.Event()
        self._encoder = BagEncoder()

    def encode(self, batch: Batch) -> Rows:
        """As Encoder."""
        self.seen += [row[mask == 1].tolist() for row, mask in zip(*_arrays(batch), strict=True)]
        self.started.set()
        assert self.release.wait(WAIT_S)
        return self._encoder.encode(batch)


class JumpingClock:
    """Time that passes only when told."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@contextmanager
def running(
    encoder: HeldEncoder | BagEncoder, *, limits: QueueLimits = ROOMY, clock: JumpingClock | None = None
) -> Iterator[tuple[Scheduler, Tally]]:
    tally = Tally()
    shape = BatchShape(padded_tokens=64)
    scheduler = Scheduler(
        encoder, shape, dict.fromkeys(Priority, limits), pad_id=0, meter=tally, clock=clock or JumpingClock()
    )
    try:
        yield scheduler, tally
    finally:
        if isinstance(encoder, HeldEncoder):
            encoder.release.set()
        scheduler.close()


def text(*ids: int) -> TokenIds:
    return np.array(ids, dtype=np.int64)


def occupy(scheduler: Scheduler, encoder: HeldEncoder) -> Future[Rows]:
    """Keeps the model thread busy with one text until the encoder is released."""
    first = scheduler.submit([text(1)], ME)
    assert encoder.started.wait(WAIT_S)
    return first


requests = st.lists(
    st.tuples(
        st.lists(st.lists(st.integers(1, 500), min_size=1, max_size=70), min_size=1, max_size=6),
        st.sampled_from("abc"),
        st.sampled_from(Priority),
    ),
    min_size=1,
    max_size=10,
)


@settings(deadline=None, max_examples=60)
@given(requests=requests)
def test_no_row_is_lost_or_swapped_whoever_asks_at_the_same_time(
    requests: list[tuple[list[list[int]], str, Priority]],
) -> None:
    """Each row equals the row of its text computed alone."""
    alone = BagEncoder()
    with running(BagEncoder()) as (scheduler, tally), ThreadPoolExecutor(4) as callers:

        def ask(request: tuple[list[list[int]], str, Priority]) -> Rows:
            texts, caller, priority = request
            return scheduler.submit([text(*ids) for ids in texts], Requester(caller, priority)).result(WAIT_S)

        answers = list(callers.map(ask, requests))
    for (texts, _, _), rows in zip(requests, answers, strict=True):
        expected = np.concatenate([alone.encode(pad([text(*ids)], 0)) for ids in texts])
        np.testing.assert_allclose(rows, expected, atol=1e-6)
    assert tally.texts == sum(len(texts) for texts, _, _ in requests)
    assert tally.waiting_tokens == 0


def test_cancelled_work_is_not_computed_and_gives_its_room_back() -> None:
    encoder = HeldEncoder()
    with running(encoder, limits=QueueLimits(tokens=10, texts=10, caller_share=1.0)) as (scheduler, tally):
        occupy(scheduler, encoder)
        abandoned = scheduler.submit([text(*range(100, 110))], ME)
        assert abandoned.cancel()
        assert tally.waiting_tokens == 0
        wanted = scheduler.submit([text(*range(200, 210))], ME)
        encoder.release.set()
        wanted.result(WAIT_S)
    assert encoder.seen == [[1], list(range(200, 210))]


def test_work_past_its_deadline_is_not_computed() -> None:
    encoder, clock = HeldEncoder(), JumpingClock()
    with running(encoder, clock=clock) as (scheduler, _):
        occupy(scheduler, encoder)
        late = scheduler.submit([text(7, 7)], Requester("me", deadline_s=5.0))
        clock.now_s = 5.0
        encoder.release.set()
        with pytest.raises(DeadlineExceeded):
            late.result(WAIT_S)
    assert encoder.seen == [[1]]


def test_a_request_that_comes_too_late_is_refused() -> None:
    clock = JumpingClock()
    clock.now_s = 5.0
    with running(BagEncoder(), clock=clock) as (scheduler, _), pytest.raises(DeadlineExceeded):
        scheduler.submit([text(1)], Requester("me", deadline_s=5.0))


def test_a_full_queue_refuses_and_says_when_to_come_back() -> None:
    encoder = HeldEncoder()
    with running(encoder, limits=QueueLimits(tokens=10, texts=10, caller_share=1.0)) as (scheduler, _):
        occupy(scheduler, encoder)
        scheduler.submit([text(*range(9))], ME)
        with pytest.raises(ResourceExhausted, match="9 tokens in 1 texts wait") as refused:
            scheduler.submit([text(1, 2)], ME)
        assert refused.value.retry_after_s > 0
        with pytest.raises(ResourceExhausted):
            scheduler.check_room(10, ME)


def test_a_failing_batch_fails_its_own_requests_only() -> None:
    class Fragile(BagEncoder):
        def encode(self, batch: Batch) -> Rows:
            if (batch.token_ids == 13).any():
                raise MemoryError("out of memory")
            return super().encode(batch)

    with running(Fragile()) as (scheduler, tally):
        unlucky = scheduler.submit([text(13), text(*range(20, 60))], ME)
        with pytest.raises(MemoryError):
            unlucky.result(WAIT_S)
        assert scheduler.submit([text(1, 2, 3)], ME).result(WAIT_S).shape == (1, 16)
    assert tally.waiting_tokens == 0


def test_a_row_that_is_not_finite_is_an_error_and_not_an_answer() -> None:
    class Overflowing(BagEncoder):
        def encode(self, batch: Batch) -> Rows:
            return np.full_like(super().encode(batch), np.nan)

    with running(Overflowing()) as (scheduler, _), pytest.raises(ArithmeticError):
        scheduler.submit([text(1)], ME).result(WAIT_S)


def test_closing_answers_everybody_who_still_waits() -> None:
    encoder = HeldEncoder()
    with running(encoder) as (scheduler, _):
        first = occupy(scheduler, encoder)
        waiting = [scheduler.submit([text(5, 6)], ME) for _ in range(3)]
        closing = threading.Thread(target=scheduler.close)
        closing.start()
        encoder.release.set()
        closing.join(WAIT_S)
        _, left = wait([first, *waiting], WAIT_S)
        assert not left
        assert first.result().shape == (1, 16)
        errors = [future.exception() for future in waiting]
        assert all(isinstance(error, Unavailable) for error in errors)
        with pytest.raises(Unavailable):
            scheduler.submit([text(1)], ME)


def test_padding_stays_within_the_length_ratio() -> None:
    rng = np.random.default_rng(0)
    lengths = np.clip(rng.lognormal(3, 1, 300), 2, 200).astype(int)
    encoder = HeldEncoder()
    with running(encoder) as (scheduler, tally):
        occupy(scheduler, encoder)
        waiting = scheduler.submit([np.full(length, 5) for length in lengths], ME)
        encoder.release.set()
        waiting.result(WAIT_S)
    assert tally.padded_tokens <= 1.25 * tally.tokens


def _arrays(batch: Batch) -> tuple[TokenIds, TokenIds]:
    return batch.token_ids, batch.attention_mask
