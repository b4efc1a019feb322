"""A model's meter for Prometheus."""

from monshin_kit import telemetry

_QUEUE_TOKENS = telemetry.gauge("embed_queue_tokens", "Tokens that wait for the model", ["model"])
_BATCH_TEXTS = telemetry.histogram(
    "embed_batch_texts", "Texts in a batch", ["model"], buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256)
)
_PADDING_RATIO = telemetry.histogram(
    "embed_padding_ratio",
    "Tokens of a batch with padding, divided by those without",
    ["model"],
    buckets=(1, 1.02, 1.05, 1.1, 1.15, 1.2, 1.25, 1.5, 2),
)
_TOKENS = telemetry.counter("embed_tokens", "Tokens computed, without padding", ["model"])
_CACHE_LOOKUPS = telemetry.counter("embed_cache_lookups", "Texts looked up in the cache", ["model", "result"])


class PrometheusMeter:
    """A Meter. model: the label that tells models apart."""

    def __init__(self, model: str) -> None:
        self._queue_tokens = _QUEUE_TOKENS.labels(model)
        self._batch_texts = _BATCH_TEXTS.labels(model)
        self._padding_ratio = _PADDING_RATIO.labels(model)
        self._tokens = _TOKENS.labels(model)
        self._hits = _CACHE_LOOKUPS.labels(model, "hit")
        self._misses = _CACHE_LOOKUPS.labels(model, "miss")

    def queued(self, tokens: int) -> None:
        """As Meter."""
        self._queue_tokens.set(tokens)

    def computed(self, texts: int, tokens: int, padded_tokens: int) -> None:
        """As Meter."""
        self._batch_texts.observe(texts)
        self._padding_ratio.observe(padded_tokens / tokens)
        self._tokens.inc(tokens)

    def looked_up(self, hits: int, misses: int) -> None:
        """As Meter."""
        self._hits.inc(hits)
        self._misses.inc(misses)
