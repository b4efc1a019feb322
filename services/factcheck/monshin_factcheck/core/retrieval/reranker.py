"""A model that reads claim and passage together, and orders anew what a search found by measures of each alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Candidate:
    """A claim, and a passage that was found for it, with the title of its document."""

    claim: str
    passage: str


class Reranker(Protocol):
    """Implementations compute, with state of their own: callers run them in one thread, off the event loop."""

    @property
    def revision(self) -> str:
        """Hash of what decides its scores."""
        ...

    def read(self, candidates: Sequence[Candidate], /) -> Sequence[float]:
        """How much each passage bears on its claim, for it or against it: finite, on any scale, larger is more."""
        ...
