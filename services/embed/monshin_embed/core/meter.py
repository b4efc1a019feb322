"""What an operator wants to see of a model at work."""

from dataclasses import dataclass
from typing import Protocol


class Meter(Protocol):
    """Told of each event; called from several threads."""

    def queued(self, tokens: int) -> None:
        """So many tokens wait now."""
        ...

    def computed(self, texts: int, tokens: int, padded_tokens: int) -> None:
        """A batch is done; padded_tokens ≥ tokens counts the padding too."""
        ...

    def looked_up(self, hits: int, misses: int) -> None:
        """So many texts of a request were in the cache, so many were not."""
        ...


@dataclass(slots=True)
class Tally:
    """A meter that only counts, in memory."""

    waiting_tokens: int = 0
    batches: int = 0
    texts: int = 0
    tokens: int = 0
    padded_tokens: int = 0
    hits: int = 0
    misses: int = 0

    def queued(self, tokens: int) -> None:
        """As Meter."""
        self.waiting_tokens = tokens

    def computed(self, texts: int, tokens: int, padded_tokens: int) -> None:
        """As Meter."""
        self.batches += 1
        self.texts += texts
        self.tokens += tokens
        self.padded_tokens += padded_tokens

    def looked_up(self, hits: int, misses: int) -> None:
        """As Meter."""
        self.hits += hits
        self.misses += misses
