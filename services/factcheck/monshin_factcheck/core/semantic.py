"""Judges that read: texts and claims in, probabilities and the words they rest on out. Rules name; these understand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from monshin_kit.errors import MonshinError

from monshin_factcheck.core.aliases.table import AliasTable
from monshin_factcheck.core.evidence import Passage, Probabilities
from monshin_factcheck.core.text.spans import Span


@dataclass(frozen=True, slots=True)
class Reading:
    """A claim to be judged by `context`, a stretch of one document. passages: those of the claim that lie in it.

    body: where in `context` the document's own text begins; a title stands before it. start: where that place lies
    in the document. aliases: names of the corpus's own, if it has any.
    """

    claim: str
    context: str
    passages: tuple[Passage, ...]
    body: int = 0
    start: int = 0
    aliases: AliasTable | None = None

    def in_document(self, span: Span) -> Span:
        """A stretch of `context` that ends behind `body` as one of the document, without what it has of the title."""
        return Span(max(span.start, self.body) - self.body + self.start, span.end - self.body + self.start)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a judge says of one reading. span: the words of the context that it rests on, or all of it."""

    probabilities: Probabilities
    span: Span

    def is_about(self, reading: Reading) -> bool:
        """Whether `span` has words of the reading's document; an answer for which it has not is worth nothing."""
        return len(self.span) > 0 and reading.body < self.span.end <= len(reading.context)


class Worthless(MonshinError):
    """A judge answered with what cannot be used: no JSON, a verdict nobody asked for, words that nobody wrote."""

    code = "INTERNAL"
    default_reason = "WORTHLESS_ANSWER"


class TooLong(MonshinError):
    """A claim or its context is longer than the model reads: half of it is not judged."""

    code = "OUT_OF_RANGE"
    default_reason = "READING_TOO_LONG"


def is_silence(answer: Answer | MonshinError) -> bool:
    """Whether nothing came back: one that is worthless, or a refusal of what is too long, shows the judge at work."""
    return isinstance(answer, MonshinError) and not isinstance(answer, Worthless | TooLong)


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

    def read(self, readings: Sequence[Reading]) -> Sequence[Answer | MonshinError]:
        """One answer a reading, in their order, or why there is none.

        Readings of one context may cost little more than one.
        """
        ...
