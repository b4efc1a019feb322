"""Who comes next, with whom, and who must wait outside."""

import math
from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from monshin_embed.core.batch import BatchShape
from monshin_embed.core.fair_queue import FairQueue
from monshin_embed.core.lane import QueueLimits
from monshin_embed.core.request import Priority, Requester
from monshin_embed.core.ticket import Ticket, WaitingText

SHAPE = BatchShape(padded_tokens=128, length_ratio=1.25)
ROOMY = QueueLimits(tokens=10**6, texts=10**6)


def ticket(
    *lengths: int, caller: str = "a", priority: Priority = Priority.INTERACTIVE, deadline_s: float = math.inf
) -> Ticket:
    texts = [np.full(length, 7, np.int64) for length in lengths]
    return Ticket(texts, Requester(caller, priority, deadline_s))


def queue_of(*tickets: Ticket, limits: QueueLimits = ROOMY) -> FairQueue:
    queue = FairQueue(dict.fromkeys(Priority, limits))
    for one in tickets:
        queue.put(one)
    return queue


def take_all(queue: FairQueue) -> list[list[WaitingText]]:
    batches = []
    while batch := queue.take(SHAPE, 0.0).batch:
        batches.append(batch)
    return batches


tickets = st.lists(
    st.tuples(
        st.lists(st.integers(1, 300), min_size=1, max_size=8),
        st.sampled_from("abc"),
        st.sampled_from(list(Priority)),
        st.booleans(),
    ),
    max_size=12,
)


@given(specs=tickets)
def test_every_living_text_is_taken_once_and_the_counts_end_at_zero(
    specs: list[tuple[list[int], str, Priority, bool]],
) -> None:
    made = [(ticket(*lengths, caller=caller, priority=priority), gone) for lengths, caller, priority, gone in specs]
    queue = queue_of(*(one for one, _ in made))
    for one, gone in made:
        if gone:
            one.future.cancel()
            queue.discard(one)
    assert queue.tokens == sum(one.tokens for one, gone in made if not gone)
    taken = Counter(text for batch in take_all(queue) for text in batch)
    assert taken == Counter(text for one, gone in made if not gone for text in one.texts)
    assert (queue.tokens, queue.texts) == (0, 0)


@given(specs=tickets)
def test_a_batch_keeps_its_bounds_and_mixes_no_priorities(specs: list[tuple[list[int], str, Priority, bool]]) -> None:
    queue = queue_of(*(ticket(*lengths, caller=caller, priority=priority) for lengths, caller, priority, _ in specs))
    for batch in take_all(queue):
        lengths = [text.length for text in batch]
        assert len(batch) == 1 or max(lengths) * len(batch) <= SHAPE.padded_tokens
        assert max(lengths) <= min(lengths) * SHAPE.length_ratio
        assert len({text.ticket.requester.priority for text in batch}) == 1


def test_a_batch_is_filled_with_the_texts_most_alike_up_to_the_ratio() -> None:
    queue = queue_of(ticket(20, 90, 24, 21, 25, 20, 19))
    assert sorted(text.length for text in queue.take(SHAPE, 0.0).batch) == [19, 20, 20, 21]


def test_an_interactive_text_is_next_although_an_import_came_first() -> None:
    queue = queue_of(ticket(*[20] * 50, priority=Priority.BULK))
    queue.take(SHAPE, 0.0)
    question = ticket(9)
    queue.put(question)
    assert [text.ticket for text in queue.take(SHAPE, 0.0).batch] == [question]


def test_an_import_gets_a_ninth_of_the_work_while_people_keep_asking() -> None:
    queue = queue_of(ticket(*[16] * 2000, priority=Priority.BULK), ticket(*[16] * 2000, caller="person"))
    first = [text.ticket.requester.priority for _ in range(180) for text in queue.take(SHAPE, 0.0).batch]
    assert first.count(Priority.BULK) / len(first) == 1 / 9


def test_a_caller_with_little_does_not_wait_behind_one_with_much() -> None:
    queue = queue_of(ticket(*[20] * 500, caller="heavy"))
    for _ in range(3):
        queue.take(SHAPE, 0.0)
    light = ticket(60, 61, 40, caller="light")
    queue.put(light)
    soon = [text for _ in range(4) for text in queue.take(SHAPE, 0.0).batch]
    assert set(light.texts) <= set(soon)


def test_callers_with_equal_need_get_equal_shares() -> None:
    queue = queue_of(ticket(*[20] * 300, caller="a"), ticket(*[40] * 300, caller="b"))
    tokens = Counter[str]()
    for _ in range(60):
        for text in queue.take(SHAPE, 0.0).batch:
            tokens[text.ticket.requester.caller] += text.length
    assert abs(tokens["a"] - tokens["b"]) <= 2 * SHAPE.padded_tokens


def test_having_been_idle_earns_nothing() -> None:
    """Otherwise a caller who returns after an hour would lock out all others for as long."""
    queue = queue_of(ticket(*[20] * 400, caller="steady"), ticket(50, caller="rare"))
    for _ in range(40):
        queue.take(SHAPE, 0.0)
    queue.put(ticket(*[50] * 100, caller="rare"))
    callers = [queue.take(SHAPE, 0.0).batch[0].ticket.requester.caller for _ in range(10)]
    assert callers.count("steady") >= 4


def test_the_queue_is_full_in_tokens_and_in_texts_alike() -> None:
    queue = queue_of(ticket(30, 30, caller="a"), limits=QueueLimits(tokens=100, texts=4, caller_share=1.0))
    assert queue.has_room(40, 1, Requester("b"))
    assert not queue.has_room(41, 1, Requester("b"))
    assert not queue.has_room(3, 3, Requester("b"))


def test_one_caller_holds_half_of_the_queue_at_most() -> None:
    queue = queue_of(ticket(40, caller="a"), limits=QueueLimits(tokens=100, texts=10))
    assert not queue.has_room(20, 1, Requester("a"))
    assert queue.has_room(20, 1, Requester("b"))


def test_a_request_greater_than_the_whole_queue_is_let_in_when_nothing_waits() -> None:
    """Otherwise it would be refused for ever, although it breaks no rule of the API."""
    limits = QueueLimits(tokens=100, texts=10)
    assert queue_of(limits=limits).has_room(5000, 200, Requester("a"))
    assert not queue_of(ticket(10, caller="b"), limits=limits).has_room(5000, 200, Requester("a"))


def test_an_import_that_fills_its_queue_takes_no_place_from_a_person() -> None:
    queue = queue_of(ticket(90, priority=Priority.BULK), limits=QueueLimits(tokens=100, texts=10))
    assert queue.has_room(50, 1, Requester("person"))
    assert not queue.has_room(50, 1, Requester("person", Priority.BULK))


def test_work_past_its_deadline_leaves_without_being_taken() -> None:
    late, alive = ticket(20, 20, deadline_s=5.0), ticket(20)
    queue = queue_of(late, alive)
    taken = queue.take(SHAPE, now_s=5.0)
    assert [text.ticket for text in taken.batch] == [alive]
    assert taken.dead == [late]
    assert queue.texts == 0


def test_draining_gives_each_waiting_ticket_once() -> None:
    waiting = [ticket(3, 4), ticket(5, priority=Priority.BULK)]
    queue = queue_of(*waiting)
    assert set(queue.drain()) == set(waiting)
    assert queue.tokens == 0
