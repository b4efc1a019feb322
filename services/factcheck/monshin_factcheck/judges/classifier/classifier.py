"""A classifier asked about texts and claims: in windows, and sentence by sentence for the words."""

from collections.abc import Sequence
from dataclasses import dataclass

from monshin_factcheck.core.semantic import Reading, TooLong
from monshin_factcheck.core.text.sentences import split_sentences
from monshin_factcheck.core.text.spans import Span
from monshin_factcheck.judges.classifier.checkpoint import Checkpoint
from monshin_factcheck.judges.classifier.pairs import Pair, PairReader, Row
from monshin_factcheck.judges.classifier.windows import windows


@dataclass(frozen=True, slots=True)
class Seen:
    """A stretch of a reading's context with the logits of its classes."""

    span: Span
    logits: Row


@dataclass(frozen=True, slots=True)
class Views:
    """windows: stretches that together hold the whole context. sentences: alone; empty where there is only one."""

    windows: tuple[Seen, ...]
    sentences: tuple[Seen, ...]


class Classifier:
    """Premise is the text, hypothesis the claim."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self._pairs = PairReader(checkpoint, cuts="only_first")

    def views(self, readings: Sequence[Reading]) -> list[Views | TooLong]:
        """One a reading, in their order; a pair that comes up twice is computed once."""
        plans = [self._plan(reading) for reading in readings]
        logits = self._pairs.logits([pair for plan in plans if isinstance(plan, _Plan) for pair in plan.pairs])
        return [plan.views(logits) if isinstance(plan, _Plan) else plan for plan in plans]

    def _plan(self, reading: Reading) -> "_Plan | TooLong":
        if not self._pairs.leaves_room(reading.claim):
            return TooLong("the claim takes more than half of what the model reads at once")
        sentences = [span for span in split_sentences(reading.context) if span.end > reading.body]
        sentences = sentences or [Span(0, len(reading.context))]
        sentences[0] = Span(0, sentences[0].end)
        lengths = [self._pairs.length(span.of(reading.context)) for span in sentences]
        room = self._pairs.room(reading.claim)
        if max(lengths) > room:
            return TooLong("a sentence of the text does not fit beside the claim")
        return _Plan(reading.context, reading.claim, tuple(windows(sentences, lengths, room)), tuple(sentences))


@dataclass(frozen=True, slots=True)
class _Plan:
    context: str
    claim: str
    windows: tuple[Span, ...]
    sentences: tuple[Span, ...]

    @property
    def pairs(self) -> list[Pair]:
        return [self._pair(span) for span in (*self.windows, *self._alone)]

    def views(self, logits: dict[Pair, Row]) -> Views:
        return Views(
            tuple(Seen(span, logits[self._pair(span)]) for span in self.windows),
            tuple(Seen(span, logits[self._pair(span)]) for span in self._alone),
        )

    @property
    def _alone(self) -> tuple[Span, ...]:
        return self.sentences if len(self.sentences) > 1 else ()

    def _pair(self, span: Span) -> Pair:
        return span.of(self.context), self.claim
