"""Texts that wait for the model: bounded, shared fairly, taken out in batches of like length.

Fairness is start-time fair queueing (Goyal, Vin and Cheng 1996, doi:10.1145/248157.248171): each party has a virtual
clock that its computed tokens push forward, slower for a greater weight; whoever is furthest behind comes next, and
a party that returns starts at the clock of the work in progress, so that idling earns nothing. It is used twice:
here between the two priorities by padded tokens (what a batch costs), and in each lane between its callers.
A batch holds one priority only, so an interactive text never waits for bulk texts in its own batch; and each priority
has limits of its own, so an import that fills its queue takes no place from a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from monshin_embed.core.batch import BatchShape
from monshin_embed.core.lane import Lane, QueueLimits
from monshin_embed.core.request import Priority, Requester
from monshin_embed.core.ticket import Ticket, WaitingText

# While both priorities have work, bulk gets one ninth of the computing time: never starved, hardly felt.
_WEIGHTS = {Priority.INTERACTIVE: 8.0, Priority.BULK: 1.0}

Limits = Mapping[Priority, QueueLimits]


@dataclass(frozen=True, slots=True)
class Taken:
    """A batch for the model, and the tickets that were found dead on the way and left the queue."""

    batch: list[WaitingText]
    dead: list[Ticket]


class FairQueue:
    """Not thread-safe: its scheduler holds a lock. limits: one for each priority."""

    def __init__(self, limits: Limits) -> None:
        self._lanes = {priority: Lane(limits[priority], weight) for priority, weight in _WEIGHTS.items()}
        self._clock = 0.0

    @property
    def tokens(self) -> int:
        """How many tokens wait."""
        return sum(lane.held.tokens for lane in self._lanes.values())

    @property
    def texts(self) -> int:
        """How many texts wait."""
        return sum(lane.held.texts for lane in self._lanes.values())

    def waiting(self, priority: Priority) -> tuple[int, int]:
        """How many tokens and texts of this priority wait."""
        held = self._lanes[priority].held
        return held.tokens, held.texts

    def has_room(self, tokens: int, texts: int, requester: Requester) -> bool:
        """Whether so much more may wait, as Lane.has_room."""
        return self._lanes[requester.priority].has_room(tokens, texts, requester.caller)

    def put(self, ticket: Ticket) -> None:
        """Lets all texts of a ticket wait."""
        lane = self._lanes[ticket.requester.priority]
        if not lane.held.texts:
            lane.clock = max(lane.clock, self._clock)
        for text in ticket.texts:
            lane.add(text)

    def take(self, shape: BatchShape, now_s: float) -> Taken:
        """Removes the next batch; it is empty only if nobody alive waits."""
        dead: list[Ticket] = []
        while lanes := [lane for lane in self._lanes.values() if lane.held.texts]:
            lane = min(lanes, key=lambda lane: lane.clock)
            seed = lane.next()
            if seed.ticket.is_dead(now_s):
                dead.append(seed.ticket)
                self.discard(seed.ticket)
                continue
            batch = [seed, *lane.mates(seed, shape, now_s)]
            for text in batch:
                lane.compute(text)
            self._clock = lane.clock
            lane.clock += len(batch) * max(text.length for text in batch) / lane.weight
            return Taken(batch, dead)
        return Taken([], dead)

    def discard(self, ticket: Ticket) -> None:
        """Removes what still waits of a ticket."""
        lane = self._lanes[ticket.requester.priority]
        for text in ticket.texts:
            if lane.holds(text):
                lane.remove(text)

    def drain(self) -> list[Ticket]:
        """Empties the queue; gives the tickets that waited, each once."""
        tickets = {text.ticket: None for lane in self._lanes.values() for text in lane.texts()}
        for ticket in tickets:
            self.discard(ticket)
        return list(tickets)
