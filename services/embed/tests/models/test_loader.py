"""Any transformers folder, with each backend, gives the vectors that transformers gives."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
import torch
import transformers
from monshin_embed.core.fingerprint import Pooling, Precision
from monshin_embed.core.meter import Tally
from monshin_embed.core.model import Model
from monshin_embed.core.registry import Registry
from monshin_embed.core.request import EmbedRequest, Kind, Requester, Truncation
from monshin_embed.models.loader import load_models
from monshin_embed.settings import EmbedSettings
from monshin_embed.testing import TINY_MAX_TOKENS, Family, write_tiny_bert
from monshin_kit.errors import FailedPrecondition, InvalidInput

TEXTS = ("胸痛", "abc def", "薬" * 30, "a b c d e f g h", "熱")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


def load(settings: EmbedSettings, cache: Path) -> Registry:
    return load_models(settings, cache, lambda name: Tally())


def embed(model: Model, texts: tuple[str, ...] = TEXTS, kind: Kind = Kind.QUERY) -> np.ndarray:
    plan = model.plan(EmbedRequest(texts, kind, Truncation.END))
    return model.complete(plan, model.submit(plan, Requester("me")).result(60)).rows


def by_transformers(folder: Path, pooling: Pooling, prefix: str) -> np.ndarray:
    """The oracle: one text at a time, pooled in numpy."""
    model = transformers.AutoModel.from_pretrained(folder).eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    rows = []
    for text in TEXTS:
        encoded = tokenizer(prefix + text, return_tensors="pt", truncation=True, max_length=TINY_MAX_TOKENS)
        with torch.inference_mode():
            hidden = model(input_ids=encoded["input_ids"]).last_hidden_state[0].numpy()
        row = hidden.mean(axis=0) if pooling is Pooling.MEAN else hidden[0]
        rows.append(row / np.linalg.norm(row))
    return np.stack(rows)


@pytest.mark.parametrize(("family", "pooling"), [("bert", Pooling.CLS), ("xlm-roberta", Pooling.MEAN)])
@pytest.mark.parametrize("backend", ["torch", pytest.param("onnx", marks=pytest.mark.slow)])
def test_a_local_folder_gives_the_vectors_of_transformers(
    tmp_path: Path, cache: Path, backend: str, family: Family, pooling: Pooling
) -> None:
    folder = write_tiny_bert(tmp_path / "tiny", family=family, pooling=pooling, seed=3)
    models = load(EmbedSettings(model=str(folder), backend=backend), cache)
    card = models.get("models/tiny").card
    assert (card.fingerprint.pooling, card.fingerprint.dim, card.max_tokens) == (pooling, 32, TINY_MAX_TOKENS)
    cosines = (embed(models.get("")) * by_transformers(folder, pooling, "query: ")).sum(axis=1)
    assert cosines.min() >= 0.99999
    models.close()


@pytest.fixture(scope="module")
def int8(tiny_bert: Path, cache: Path) -> Iterator[Model]:
    models = load(EmbedSettings(model=str(tiny_bert), backend="onnx-int8"), cache)
    yield models.get("")
    models.close()


def test_int8_is_near_to_float32_and_says_what_it_is(tiny_bert: Path, int8: Model) -> None:
    cosines = (embed(int8) * by_transformers(tiny_bert, Pooling.MEAN, "query: ")).sum(axis=1)
    assert cosines.mean() >= 0.99
    assert int8.card.backend == "onnx-int8"
    assert int8.card.fingerprint.precision is Precision.INT8


def test_torch_and_onnx_in_float32_share_a_fingerprint_and_int8_does_not(
    tiny_bert: Path, cache: Path, int8: Model
) -> None:
    digests = []
    for backend in ("torch", "onnx"):
        models = load(EmbedSettings(model=str(tiny_bert), backend=backend), cache)
        digests.append(models.get("").card.fingerprint.digest)
        models.close()
    assert digests[0] == digests[1] != int8.card.fingerprint.digest


def test_int8_that_misses_its_original_is_refused_at_load(tiny_bert: Path, cache: Path, int8: Model) -> None:
    """Hazard: vectors that look like vectors, but rank wrongly; no later step would notice."""
    (folder,) = cache.glob("*onnx-int8*")
    damaged = cache / "damaged"
    shutil.copytree(folder, damaged / folder.name)
    probes = damaged / folder.name / "probes.npy"
    np.save(probes, np.roll(np.load(probes), 1, axis=0))
    (damaged / folder.name / "manifest.json").write_text("{}")
    with pytest.raises(FailedPrecondition, match="differs from its original") as refused:
        load(EmbedSettings(model=str(tiny_bert), backend="onnx-int8"), damaged)
    assert refused.value.reason == "SELF_CHECK_FAILED"


def test_settings_win_over_what_the_model_says(tiny_bert: Path, cache: Path) -> None:
    settings = EmbedSettings(
        model=str(tiny_bert), backend="torch", pooling="cls", query_prefix="問い：", passage_prefix="", max_tokens=20
    )
    models = load(replace(settings, licence="cc-by-4.0"), cache)
    card = models.get("").card
    assert (card.fingerprint.pooling, card.max_tokens, card.licence) == (Pooling.CLS, 20, "cc-by-4.0")
    assert (card.prefixes.query, card.prefixes.passage) == ("問い：", "")
    models.close()


def test_two_models_are_served_side_by_side(tmp_path: Path, tiny_bert: Path, cache: Path) -> None:
    other = write_tiny_bert(tmp_path / "other", seed=9)
    models = load(EmbedSettings(model=str(tiny_bert), more_models=(str(other),), backend="torch"), cache)
    assert [model.card.name for model in models] == ["models/tiny-bert", "models/other"]
    assert not np.allclose(embed(models.get("models/other")), embed(models.get("models/tiny-bert")))
    models.close()


def test_weights_that_do_not_fill_the_model_are_refused(tmp_path: Path, cache: Path) -> None:
    """transformers would fill the gap with random numbers and go on."""
    folder = write_tiny_bert(tmp_path / "holey")
    weights = safetensors.numpy.load_file(folder / "model.safetensors")
    del weights["encoder.layer.0.output.dense.weight"]
    safetensors.numpy.save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(FailedPrecondition, match=r"encoder\.layer\.0\.output\.dense\.weight"):
        load(EmbedSettings(model=str(folder), backend="torch"), cache)


def test_a_model_that_brings_code_is_refused(tmp_path: Path, cache: Path) -> None:
    folder = write_tiny_bert(tmp_path / "custom")
    (folder / "config.json").write_text(
        '{"model_type": "own", "auto_map": {"AutoModel": "evil.Model"}, "max_position_embeddings": 9}'
    )
    (folder / "evil.py").write_text("raise SystemExit('code of the model ran')")
    with pytest.raises(FailedPrecondition, match="transformers cannot load"):
        load(EmbedSettings(model=str(folder), backend="torch"), cache)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (EmbedSettings(backend="tensorrt"), "MONSHIN_EMBED_BACKEND is 'tensorrt': it must be auto, torch, onnx"),
        (EmbedSettings(pooling="max"), "MONSHIN_EMBED_POOLING is 'max'"),
        (EmbedSettings(device="cuda", backend="onnx"), "needs an NVIDIA GPU"),
    ],
)
def test_a_wrong_setting_is_named_with_what_is_allowed(
    tiny_bert: Path, cache: Path, settings: EmbedSettings, words: str
) -> None:
    with pytest.raises(InvalidInput, match=words):
        load(replace(settings, model=str(tiny_bert)), cache)
