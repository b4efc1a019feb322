"""A served model: tokenizer, cache and scheduler behind one plan → submit → complete."""

from concurrent.futures import Future
from dataclasses import dataclass

import numpy as np
from monshin_kit.errors import InvalidInput, Violation

from monshin_embed.core.batch import Rows
from monshin_embed.core.cache import Row, RowCache, RowKey
from monshin_embed.core.fingerprint import Fingerprint
from monshin_embed.core.meter import Meter
from monshin_embed.core.request import EmbedRequest, Kind, Prefixes, Requester, Truncation, check_texts
from monshin_embed.core.scheduler import Scheduler
from monshin_embed.core.tokenizer import Pieces, TokenisedText, Tokenizer

_MAX_NAMED = 20  # texts that one error lists


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What is told about a model.

    name: `models/{id}`. backend: `torch`, `onnx` or `onnx-int8`. device: `cpu` or `cuda`. licence: tags joined by `+`.
    """

    name: str
    fingerprint: Fingerprint
    backend: str
    device: str
    max_tokens: int
    prefixes: Prefixes
    licence: str


@dataclass(frozen=True, slots=True)
class Report:
    """What the model read of one text: tokens read, prefix and special tokens included, and tokens cut off the end."""

    token_count: int
    dropped: int


@dataclass(frozen=True, slots=True, eq=False)
class Embeddings:
    """rows: float32 of shape (texts, dim), each of length 1. One report a row."""

    rows: Rows
    reports: tuple[Report, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """A request with what the cache holds of it already, and the tokens of the texts still to be computed."""

    keys: tuple[RowKey, ...]
    found: dict[int, Row]
    missing: dict[int, TokenisedText]


class Model:
    """Thread-safe. `plan` and `pieces` compute and belong into a worker thread; the others return at once."""

    def __init__(
        self, card: ModelCard, tokenizer: Tokenizer, scheduler: Scheduler, cache: RowCache, meter: Meter
    ) -> None:
        self.card = card
        self._tokenizer = tokenizer
        self._scheduler = scheduler
        self._cache = cache
        self._meter = meter
        self._digest = card.fingerprint.digest

    def check_room(self, texts: int, requester: Requester) -> None:
        """Raises ResourceExhausted if the queue is full, before any work is spent on the request."""
        self._scheduler.check_room(texts, requester)

    def plan(self, request: EmbedRequest) -> Plan:
        """Looks up what is known, tokenises the rest.

        Raises InvalidInput that names the texts which are too long, if the request wants no truncation.
        """
        keys = tuple(RowKey.of(self._digest, request.kind, text) for text in request.texts)
        found = {i: row for i, key in enumerate(keys) if (row := self._cache.get(key)) is not None}
        self._meter.looked_up(len(found), len(keys) - len(found))
        unknown = [i for i in range(len(keys)) if i not in found]
        tokenised = self._tokenizer.read([request.texts[i] for i in unknown], request.kind)
        plan = Plan(keys, found, dict(zip(unknown, tokenised, strict=True)))
        if request.truncation is Truncation.ERROR:
            self._refuse_truncated(plan)
        return plan

    def submit(self, plan: Plan, requester: Requester) -> Future[Rows]:
        """Queues what is missing; the future gives these rows in the plan's order. Errors as Scheduler.submit."""
        if not plan.missing:
            return self._nothing()
        return self._scheduler.submit([text.ids for text in plan.missing.values()], requester)

    def complete(self, plan: Plan, computed: Rows) -> Embeddings:
        """Puts found and computed rows in the request's order, and keeps the new ones."""
        rows = dict(plan.found)
        for (i, text), vector in zip(plan.missing.items(), computed, strict=True):
            rows[i] = Row(vector.copy(), len(text.ids), text.dropped)
            self._cache.put(plan.keys[i], rows[i])
        ordered = [rows[i] for i in range(len(plan.keys))]
        reports = tuple(Report(row.token_count, row.dropped) for row in ordered)
        return Embeddings(np.stack([row.vector for row in ordered]), reports)

    def pieces(self, texts: tuple[str, ...], kind: Kind) -> tuple[Pieces, ...]:
        """How each text is split, uncut. Raises InvalidInput if they have more tokens than one answer should carry."""
        check_texts(texts)
        return self._tokenizer.pieces(texts, kind)

    def close(self) -> None:
        """Ends the model thread."""
        self._scheduler.close()

    def _nothing(self) -> Future[Rows]:
        future: Future[Rows] = Future()
        future.set_result(np.empty((0, self.card.fingerprint.dim), dtype=np.float32))
        return future

    def _refuse_truncated(self, plan: Plan) -> None:
        lengths = {i: (row.token_count, row.dropped) for i, row in plan.found.items()}
        lengths |= {i: (len(text.ids), text.dropped) for i, text in plan.missing.items()}
        broken = [
            Violation(
                f"texts[{i}]",
                f"has {read + dropped} tokens, the model reads {self.card.max_tokens}: "
                "shorten it, or ask for truncation END",
                "TEXT_TOO_LONG",
            )
            for i, (read, dropped) in sorted(lengths.items())
            if dropped
        ]
        if broken:
            raise InvalidInput.of(broken[:_MAX_NAMED])
