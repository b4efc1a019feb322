"""Texts that wait for the model: bounded, shared fairly between callers, taken out in batches of like length.

Fairness is start-time fair queueing (Goyal, Vin and Cheng 1996, doi:10.1145/248157.248171): each party has a virtual
clock that its computed tokens push forward, slower for a greater weight; whoever is furthest behind comes next, and
a party that returns starts at the clock of the work in progress, so that idling earns nothing. It is used twice:
between the two priorities by padded tokens (what a batch costs), and between the callers of a priority.
A batch holds one priority only, so an interactive text never waits for bulk texts in its own batch.
"""

import math
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field

from monshin_embed.core.batch import BatchShape
from monshin_embed.core.request import Priority
from monshin_embed.core.ticket import Ticket, WaitingText

# While both priorities have work, bulk gets one ninth of the computing time: never starved, hardly felt.
_WEIGHTS = {Priority.INTERACTIVE: 8.0, Priority.BULK: 1.0}

_Texts = OrderedDict[WaitingText, None]  # an ordered set: first in, first out, and any text leaves in O(1)


@dataclass(frozen=True, slots=True)
class QueueLimits:
    """How much may wait. caller_share: of both limits, what one caller may hold."""

    tokens: int
    texts: int
    caller_share: float = 0.5


@dataclass(frozen=True, slots=True)
class Taken:
    """A batch for the model, and the tickets that were found dead on the way and left the queue."""

    batch: list[WaitingText]
    dead: list[Ticket]


class FairQueue:
    """Not thread-safe: its scheduler holds a lock."""

    def __init__(self, limits: QueueLimits) -> None:
        self._limits = limits
        self._share = _share(limits)
        self._lanes = {priority: _Lane(weight) for priority, weight in _WEIGHTS.items()}
        self._clock = 0.0
        self._total = _Held()
        self._held: dict[str, _Held] = {}

    @property
    def tokens(self) -> int:
        """How many tokens wait."""
        return self._total.tokens

    @property
    def texts(self) -> int:
        """How many texts wait."""
        return self._total.texts

    def has_room(self, tokens: int, texts: int, caller: str) -> bool:
        """Whether so much more of this caller may wait.

        A request greater than a whole limit is let in when nothing else is held: it could never be answered otherwise.
        """
        mine = self._held.get(caller, _Held())
        return self._total.may_grow(tokens, texts, self._limits) and mine.may_grow(tokens, texts, self._share)

    def put(self, ticket: Ticket) -> None:
        """Lets all texts of a ticket wait."""
        lane = self._lanes[ticket.requester.priority]
        if not lane.callers:
            lane.clock = max(lane.clock, self._clock)
        for text in ticket.texts:
            lane.add(text)
            self._total.add(text)
            self._held.setdefault(ticket.requester.caller, _Held()).add(text)

    def take(self, shape: BatchShape, now_s: float) -> Taken:
        """Removes the next batch; it is empty only if nobody alive waits."""
        dead: list[Ticket] = []
        while lanes := [lane for lane in self._lanes.values() if lane.callers]:
            lane = min(lanes, key=lambda lane: lane.clock)
            seed = lane.next()
            if seed.ticket.is_dead(now_s):
                dead.append(seed.ticket)
                self.discard(seed.ticket)
                continue
            batch = [seed, *lane.mates(seed, shape, now_s)]
            for text in batch:
                self._remove(text)
                lane.charge(text)
            self._clock = lane.clock
            lane.clock += len(batch) * max(text.length for text in batch) / lane.weight
            return Taken(batch, dead)
        return Taken([], dead)

    def discard(self, ticket: Ticket) -> None:
        """Removes what still waits of a ticket."""
        lane = self._lanes[ticket.requester.priority]
        for text in ticket.texts:
            if lane.holds(text):
                self._remove(text)

    def drain(self) -> list[Ticket]:
        """Empties the queue; gives the tickets that waited, each once."""
        tickets = {text.ticket: None for lane in self._lanes.values() for text in lane.texts()}
        for ticket in tickets:
            self.discard(ticket)
        return list(tickets)

    def _remove(self, text: WaitingText) -> None:
        caller = text.ticket.requester.caller
        self._lanes[text.ticket.requester.priority].remove(text)
        self._total.remove(text)
        self._held[caller].remove(text)
        if not self._held[caller].texts:
            del self._held[caller]


def _share(limits: QueueLimits) -> QueueLimits:
    share = limits.caller_share
    return QueueLimits(math.ceil(limits.tokens * share), math.ceil(limits.texts * share))


@dataclass(slots=True)
class _Held:
    tokens: int = 0
    texts: int = 0

    def may_grow(self, tokens: int, texts: int, limits: QueueLimits) -> bool:
        fits = self.tokens + tokens <= limits.tokens and self.texts + texts <= limits.texts
        return fits or not self.texts

    def add(self, text: WaitingText) -> None:
        self.tokens += text.length
        self.texts += 1

    def remove(self, text: WaitingText) -> None:
        self.tokens -= text.length
        self.texts -= 1


@dataclass(slots=True)
class _Turn:
    clock: float
    texts: _Texts = field(default_factory=OrderedDict)


class _Lane:
    """The texts of one priority, by caller (whose turn is it?) and by length (what fits into its batch?)."""

    def __init__(self, weight: float) -> None:
        self.weight = weight
        self.clock = 0.0
        self.callers: dict[str, _Turn] = {}
        self._by_length: dict[int, _Texts] = {}
        self._turn_clock = 0.0

    def add(self, text: WaitingText) -> None:
        turn = self.callers.setdefault(text.ticket.requester.caller, _Turn(self._turn_clock))
        turn.texts[text] = None
        self._by_length.setdefault(text.length, OrderedDict())[text] = None

    def remove(self, text: WaitingText) -> None:
        caller, like = text.ticket.requester.caller, self._by_length[text.length]
        del self.callers[caller].texts[text]
        if not self.callers[caller].texts:
            del self.callers[caller]
        del like[text]
        if not like:
            del self._by_length[text.length]

    def holds(self, text: WaitingText) -> bool:
        return text in self._by_length.get(text.length, ())

    def texts(self) -> Iterator[WaitingText]:
        for turn in self.callers.values():
            yield from turn.texts

    def next(self) -> WaitingText:
        """The oldest text of the caller that got least."""
        turn = min(self.callers.values(), key=lambda turn: turn.clock)
        self._turn_clock = max(self._turn_clock, turn.clock)
        return next(iter(turn.texts))

    def charge(self, text: WaitingText) -> None:
        turn = self.callers.get(text.ticket.requester.caller)
        if turn is not None:
            turn.clock += text.length

    def mates(self, seed: WaitingText, shape: BatchShape, now_s: float) -> list[WaitingText]:
        """Texts that may share the seed's batch, the most alike in length first, the oldest first among these."""
        mates: list[WaitingText] = []
        shortest = longest = seed.length
        for length in self._lengths_near(seed.length, shape.length_ratio):
            widest = max(longest, length)
            if widest > min(shortest, length) * shape.length_ratio:
                continue
            for text in self._by_length[length]:
                if widest * (len(mates) + 2) > shape.padded_tokens:
                    break
                if text is not seed and not text.ticket.is_dead(now_s):
                    mates.append(text)
                    shortest, longest = min(shortest, length), widest
        return mates

    def _lengths_near(self, length: int, ratio: float) -> list[int]:
        window = range(math.ceil(length / ratio), math.floor(length * ratio) + 1)
        return sorted((near for near in window if near in self._by_length), key=lambda near: abs(near - length))
