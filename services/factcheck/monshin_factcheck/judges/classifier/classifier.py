"""A classifier asked about texts and claims: in windows, in small batches, and sentence by sentence for the words."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from monshin_factcheck.core.semantic import Reading, TooLong
from monshin_factcheck.core.text.sentences import split_sentences
from monshin_factcheck.core.text.spans import Span
from monshin_factcheck.judges.classifier.checkpoint import Checkpoint
from monshin_factcheck.judges.classifier.windows import batches, windows

# Padded tokens of a batch: on a CPU small batches of like length win (research on embed: 3.7 times naive batches).
_BUDGET = 512
# A claim may have so much of the room; a longer one is not read.
_CLAIM_SHARE = 0.5

Row = tuple[float, ...]
_Pair = tuple[str, str]


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
        self._checkpoint = checkpoint
        self._marks = int(checkpoint.tokenizer.num_special_tokens_to_add(pair=True))

    def views(self, readings: Sequence[Reading]) -> list[Views | TooLong]:
        """One a reading, in their order; a pair that comes up twice is computed once."""
        plans = [self._plan(reading) for reading in readings]
        pairs = list(dict.fromkeys(pair for plan in plans if isinstance(plan, _Plan) for pair in plan.pairs))
        logits = dict(zip(pairs, self._logits(pairs), strict=True))
        return [plan.views(logits) if isinstance(plan, _Plan) else plan for plan in plans]

    def _plan(self, reading: Reading) -> "_Plan | TooLong":
        room = self._checkpoint.max_tokens - self._marks - self._length(reading.claim)
        if room < (self._checkpoint.max_tokens - self._marks) * (1 - _CLAIM_SHARE):
            return TooLong("the claim takes more than half of what the model reads at once")
        sentences = [span for span in split_sentences(reading.context) if span.end > reading.body]
        sentences = sentences or [Span(0, len(reading.context))]
        sentences[0] = Span(0, sentences[0].end)
        lengths = [self._length(span.of(reading.context)) for span in sentences]
        if max(lengths) > room:
            return TooLong("a sentence of the text does not fit beside the claim")
        return _Plan(reading.context, reading.claim, tuple(windows(sentences, lengths, room)), tuple(sentences))

    def _length(self, text: str) -> int:
        return len(self._checkpoint.tokenizer(text, add_special_tokens=False)["input_ids"])

    def _logits(self, pairs: Sequence[_Pair]) -> list[Row]:
        lengths = [self._length(text) + self._length(claim) + self._marks for text, claim in pairs]
        found: dict[int, Row] = {}
        for batch in batches(lengths, _BUDGET):
            rows = self._forward([pairs[place] for place in batch])
            found.update(zip(batch, (tuple(row) for row in rows.tolist()), strict=True))
        return [found[place] for place in range(len(pairs))]

    @torch.inference_mode()
    def _forward(self, pairs: Sequence[_Pair]) -> Tensor:
        encoded = self._checkpoint.tokenizer(
            [text for text, _ in pairs],
            [claim for _, claim in pairs],
            truncation="only_first",
            max_length=self._checkpoint.max_tokens,
            padding=True,
            return_tensors="pt",
        )
        logits: Tensor = self._checkpoint.model(**encoded).logits
        return logits.float()


@dataclass(frozen=True, slots=True)
class _Plan:
    context: str
    claim: str
    windows: tuple[Span, ...]
    sentences: tuple[Span, ...]

    @property
    def pairs(self) -> list[_Pair]:
        return [self._pair(span) for span in (*self.windows, *self._alone)]

    def views(self, logits: dict[_Pair, Row]) -> Views:
        return Views(
            tuple(Seen(span, logits[self._pair(span)]) for span in self.windows),
            tuple(Seen(span, logits[self._pair(span)]) for span in self._alone),
        )

    @property
    def _alone(self) -> tuple[Span, ...]:
        return self.sentences if len(self.sentences) > 1 else ()

    def _pair(self, span: Span) -> _Pair:
        return span.of(self.context), self.claim
