"""Judges that read: pairs of a text and a claim in, probabilities out. Rules name; these understand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from monshin_factcheck.core.evidence import Passage, Probabilities


@dataclass(frozen=True, slots=True)
class Reading:
    """A claim to be judged by `context`, a stretch of one document. passages: those of the claim that lie in it."""

    claim: str
    context: str
    passages: tuple[Passage, ...]


class SemanticJudge(Protocol):
    """A model that says what a text says about a claim.

    Implementations compute, with state of their own: callers run them in one thread, off the event loop.
    """

    @property
    def name(self) -> str:
        """The word for it in `judges_run`."""
        ...

    @property
    def revision(self) -> str:
        """Hash of what decides its answers; a calibration holds for one revision."""
        ...

    def read(self, readings: Sequence[Reading]) -> list[Probabilities]:
        """One answer a reading, in their order. Readings of one context cost little more than one."""
        ...
