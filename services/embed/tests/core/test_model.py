"""A model's plan → submit → complete, and what its cache changes: nothing but the cost."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import tokenizers
from hypothesis import given, settings
from hypothesis import strategies as st
from monshin_embed.core.batch import BatchShape
from monshin_embed.core.cache import RowCache
from monshin_embed.core.fingerprint import Fingerprint, Pooling, Precision
from monshin_embed.core.lane import QueueLimits
from monshin_embed.core.meter import Tally
from monshin_embed.core.model import Embeddings, Model, ModelCard
from monshin_embed.core.registry import Registry
from monshin_embed.core.request import EmbedRequest, Kind, Prefixes, Priority, Requester, Truncation
from monshin_embed.core.scheduler import Scheduler
from monshin_embed.core.tokenizer import Tokenizer
from monshin_embed.testing import BagEncoder
from monshin_kit.errors import InvalidInput, NotFound

LIMIT = 24
LONG = "あ" * 40


def make(tiny_bert: Path, *, cached: int, name: str = "models/bag") -> tuple[Model, Tally]:
    tally = Tally()
    backend = tokenizers.Tokenizer.from_file(str(tiny_bert / "tokenizer.json"))
    tokenizer = Tokenizer(backend, Prefixes(), max_tokens=LIMIT, pad_id=0)
    limits = dict.fromkeys(Priority, QueueLimits(tokens=10**6, texts=10**6))
    scheduler = Scheduler(BagEncoder(), BatchShape(128), limits, pad_id=0, meter=tally)
    fingerprint = Fingerprint("bag", "1", "0" * 64, Pooling.MEAN, Precision.FLOAT32, 16)
    card = ModelCard(name, fingerprint, "torch", "cpu", LIMIT, Prefixes(), "mit")
    return Model(card, tokenizer, scheduler, RowCache(cached), tally), tally


@pytest.fixture(scope="module")
def cached(tiny_bert: Path) -> Iterator[tuple[Model, Tally]]:
    model, tally = make(tiny_bert, cached=50)
    yield model, tally
    model.close()


@pytest.fixture(scope="module")
def uncached(tiny_bert: Path) -> Iterator[tuple[Model, Tally]]:
    model, tally = make(tiny_bert, cached=0)
    yield model, tally
    model.close()


def embed(model: Model, *texts: str, kind: Kind = Kind.QUERY, truncation: Truncation = Truncation.END) -> Embeddings:
    plan = model.plan(EmbedRequest(texts, kind, truncation))
    return model.complete(plan, model.submit(plan, Requester("me")).result(30))


texts = st.lists(st.text(alphabet="胸痛薬ab ", min_size=1, max_size=30), min_size=1, max_size=8)


@settings(deadline=None)
@given(texts=texts, kind=st.sampled_from(Kind))
def test_with_and_without_cache_the_answer_is_the_same(
    cached: tuple[Model, Tally], uncached: tuple[Model, Tally], texts: list[str], kind: Kind
) -> None:
    with_cache, without = embed(cached[0], *texts, kind=kind), embed(uncached[0], *texts, kind=kind)
    np.testing.assert_allclose(with_cache.rows, without.rows, atol=1e-6)
    assert with_cache.reports == without.reports


def test_a_repeated_text_is_not_computed_again(tiny_bert: Path) -> None:
    model, tally = make(tiny_bert, cached=10)
    embed(model, "胸痛", "薬")
    embed(model, "薬", "胸痛", "薬")
    model.close()
    assert (tally.hits, tally.misses, tally.texts) == (3, 2, 2)


def test_a_cut_text_is_flagged_with_the_tokens_it_lost_also_from_the_cache(cached: tuple[Model, Tally]) -> None:
    reports = [embed(cached[0], "短い", LONG, kind=Kind.RAW).reports for _ in range(2)]
    assert reports[0] == reports[1]
    assert [(report.token_count, report.dropped) for report in reports[0]] == [(4, 0), (LIMIT, 40 + 2 - LIMIT)]


def test_a_text_that_is_too_long_is_named_with_its_tokens_and_the_limit_also_from_the_cache(
    cached: tuple[Model, Tally],
) -> None:
    """A row that an earlier call cut and cached must not slip through a call that forbids cutting."""
    embed(cached[0], LONG, kind=Kind.RAW)
    for long in (LONG, LONG + "い"):
        with pytest.raises(InvalidInput, match=rf"has {len(long) + 2} tokens, the model reads {LIMIT}") as refused:
            cached[0].plan(EmbedRequest(("短い", long), Kind.RAW, Truncation.ERROR))
        assert [violation.field for violation in refused.value.violations] == ["texts[1]"]
        assert "あ" not in str(refused.value)


def test_the_first_model_is_the_default_and_an_unknown_one_is_not_found(tiny_bert: Path) -> None:
    first, second = (make(tiny_bert, cached=0, name=f"models/{name}")[0] for name in "ab")
    registry = Registry([first, second])
    assert registry.get("") is first
    assert registry.get("models/b") is second
    with pytest.raises(NotFound, match="models/c"):
        registry.get("models/c")
    registry.close()


def test_two_models_of_one_name_are_refused(tiny_bert: Path) -> None:
    models = [make(tiny_bert, cached=0)[0] for _ in range(2)]
    with pytest.raises(InvalidInput, match="one name"):
        Registry(models)
    for model in models:
        model.close()
