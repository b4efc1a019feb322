"""The waiting texts of one priority: whose turn is it, what fits into its batch, who must wait outside."""

import math
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field

from monshin_embed.core.batch import BatchShape
from monshin_embed.core.ticket import WaitingText

_Texts = OrderedDict[WaitingText, None]  # an ordered set: first in, first out, and any text leaves in O(1)


@dataclass(frozen=True, slots=True)
class QueueLimits:
    """How much of one priority may wait. caller_share: of both limits, what one caller may hold."""

    tokens: int
    texts: int
    caller_share: float = 0.5

    def of_caller(self) -> "QueueLimits":
        """What one caller may hold."""
        share = self.caller_share
        return QueueLimits(math.ceil(self.tokens * share), math.ceil(self.texts * share), 1.0)


@dataclass(slots=True)
class Held:
    """How much waits of somebody."""

    tokens: int = 0
    texts: int = 0

    def may_grow(self, tokens: int, texts: int, limits: QueueLimits) -> bool:
        """Whether so much more is within the limits, or nothing is held yet."""
        fits = self.tokens + tokens <= limits.tokens and self.texts + texts <= limits.texts
        return fits or not self.texts

    def add(self, text: WaitingText) -> None:
        """One text more."""
        self.tokens += text.length
        self.texts += 1

    def remove(self, text: WaitingText) -> None:
        """One text less."""
        self.tokens -= text.length
        self.texts -= 1


class Lane:
    """Texts by caller and by length.

    Each caller has a virtual clock that its texts' tokens push forward; whose clock is furthest behind comes next,
    and a caller who returns starts at the clock of the work in progress. weight, clock: for the turns between lanes.
    """

    def __init__(self, limits: QueueLimits, weight: float) -> None:
        self.weight = weight
        self.clock = 0.0
        self.held = Held()
        self._limits = limits
        self._turns: dict[str, _Turn] = {}
        self._by_length: dict[int, _Texts] = {}
        self._turn_clock = 0.0

    def has_room(self, tokens: int, texts: int, caller: str) -> bool:
        """Whether so much more of this caller may wait.

        A request greater than a whole limit is let in when nothing else is held: it could never be answered otherwise.
        """
        turn = self._turns.get(caller)
        mine = turn.held if turn is not None else Held()
        return self.held.may_grow(tokens, texts, self._limits) and mine.may_grow(
            tokens, texts, self._limits.of_caller()
        )

    def add(self, text: WaitingText) -> None:
        """Lets a text wait behind its caller's others."""
        turn = self._turns.setdefault(text.ticket.requester.caller, _Turn(self._turn_clock))
        turn.texts[text] = None
        self._by_length.setdefault(text.length, OrderedDict())[text] = None
        for held in (self.held, turn.held):
            held.add(text)

    def remove(self, text: WaitingText) -> None:
        """Takes a waiting text out."""
        caller, like = text.ticket.requester.caller, self._by_length[text.length]
        turn = self._turns[caller]
        for held in (self.held, turn.held):
            held.remove(text)
        del turn.texts[text], like[text]
        if not turn.texts:
            del self._turns[caller]
        if not like:
            del self._by_length[text.length]

    def compute(self, text: WaitingText) -> None:
        """Takes a text out and lets its caller pay for it."""
        turn = self._turns[text.ticket.requester.caller]
        self.remove(text)
        turn.clock += text.length

    def holds(self, text: WaitingText) -> bool:
        """Whether the text waits here."""
        return text in self._by_length.get(text.length, ())

    def texts(self) -> Iterator[WaitingText]:
        """All that wait."""
        for turn in self._turns.values():
            yield from turn.texts

    def next(self) -> WaitingText:
        """The oldest text of the caller that got least; the lane must hold one."""
        turn = min(self._turns.values(), key=lambda turn: turn.clock)
        self._turn_clock = max(self._turn_clock, turn.clock)
        return next(iter(turn.texts))

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


@dataclass(slots=True)
class _Turn:
    clock: float
    texts: _Texts = field(default_factory=OrderedDict)
    held: Held = field(default_factory=Held)
