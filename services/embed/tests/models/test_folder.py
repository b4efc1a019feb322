"""What a model's folder says of itself, and what is refused."""

import hashlib
import json
from pathlib import Path

import pytest
from monshin_embed.core.fingerprint import Pooling
from monshin_embed.core.request import Prefixes
from monshin_embed.models.folder import ModelFolder
from monshin_kit.errors import FailedPrecondition


def folder(path: Path, **files: object) -> ModelFolder:
    """A folder of JSON files; `__` in a name stands for `/`. A config.json is added if none is given."""
    for name, content in {"config": {"model_type": "bert"}, **files}.items():
        file = path / (name.replace("__", "/") + ".json")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(content))
    return ModelFolder(path)


@pytest.mark.parametrize(
    ("modes", "pooling"),
    [
        ({}, Pooling.MEAN),
        ({"pooling_mode_mean_tokens": True, "pooling_mode_cls_token": False}, Pooling.MEAN),
        ({"pooling_mode_cls_token": True, "include_prompt": True}, Pooling.CLS),
    ],
)
def test_pooling_is_as_the_model_says_else_the_mean(tmp_path: Path, modes: object, pooling: Pooling) -> None:
    assert folder(tmp_path, **{"1_Pooling__config": modes}).pooling() is pooling


def test_another_pooling_is_refused_rather_than_replaced(tmp_path: Path) -> None:
    with pytest.raises(FailedPrecondition, match="pooling_mode_max_tokens"):
        folder(tmp_path, **{"1_Pooling__config": {"pooling_mode_max_tokens": True}}).pooling()


def test_a_module_that_would_be_left_out_is_refused(tmp_path: Path) -> None:
    modules = [{"type": f"sentence_transformers.models.{name}"} for name in ("Transformer", "Pooling", "Dense")]
    with pytest.raises(FailedPrecondition, match="Dense"):
        folder(tmp_path, modules=modules)


@pytest.mark.parametrize(
    ("prompts", "prefixes"),
    [
        (None, Prefixes("query: ", "passage: ")),
        ({"query": "検索クエリ: ", "document": "検索文書: "}, Prefixes("検索クエリ: ", "検索文書: ")),
        ({"query": "Represent: "}, Prefixes("Represent: ", "")),
    ],
)
def test_prefixes_are_the_models_prompts_else_those_of_e5(tmp_path: Path, prompts: object, prefixes: Prefixes) -> None:
    made = folder(tmp_path, config_sentence_transformers={"prompts": prompts})
    assert made.prefixes() == prefixes


@pytest.mark.parametrize(
    ("files", "limit"),
    [
        ({"config": {"model_type": "bert", "max_position_embeddings": 512}}, 512),
        ({"config": {"model_type": "xlm-roberta", "max_position_embeddings": 514, "pad_token_id": 1}}, 512),
        ({"config": {"max_position_embeddings": 8192}, "tokenizer_config": {"model_max_length": 512}}, 512),
        ({"config": {"max_position_embeddings": 512}, "sentence_bert_config": {"max_seq_length": 128}}, 128),
        ({"config": {"max_position_embeddings": 512}, "tokenizer_config": {"model_max_length": 10**30}}, 512),
    ],
)
def test_the_limit_is_the_least_of_what_the_files_allow(tmp_path: Path, files: dict[str, object], limit: int) -> None:
    assert folder(tmp_path, **files).max_tokens() == limit


def test_a_model_without_a_limit_asks_for_the_setting(tmp_path: Path) -> None:
    with pytest.raises(FailedPrecondition, match="MONSHIN_EMBED_MAX_TOKENS"):
        folder(tmp_path).max_tokens()


def test_weights_are_known_by_their_hash_in_one_file_or_several(tmp_path: Path) -> None:
    made = folder(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"one")
    assert made.weights_sha256() == hashlib.sha256(b"one").hexdigest()
    (tmp_path / "model-2.safetensors").write_bytes(b"two")
    both = made.weights_sha256()
    (tmp_path / "model-2.safetensors").write_bytes(b"three")
    assert made.weights_sha256() != both


def test_weights_that_could_run_code_are_refused(tmp_path: Path) -> None:
    (tmp_path / "pytorch_model.bin").write_bytes(b"pickle")
    with pytest.raises(FailedPrecondition, match="no safetensors file"):
        folder(tmp_path).weights_sha256()


@pytest.mark.parametrize(
    ("card", "licence"),
    [
        ("---\nlicense:\n- llama3.1\n- gemma\nlanguage: ja\n---\n# Card\n", "llama3.1+gemma"),
        ("---\nlicense: mit\n---\n", "mit"),
        ("---\nlanguage: ja\n---\n", "unknown"),
        ("# no front matter", "unknown"),
        (None, "unknown"),
    ],
)
def test_licence_tags_come_from_the_model_card(tmp_path: Path, card: str | None, licence: str) -> None:
    made = folder(tmp_path)
    if card is not None:
        (tmp_path / "README.md").write_text(card)
    assert made.licence() == licence


@pytest.mark.parametrize("content", [None, "{"])
def test_a_folder_without_a_readable_configuration_is_refused(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "config.json").write_text(content)
    with pytest.raises(FailedPrecondition, match=r"config\.json"):
        ModelFolder(tmp_path)
