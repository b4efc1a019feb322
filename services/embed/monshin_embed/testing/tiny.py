"""Small real models for tests and benchmarks: made in milliseconds, the same for the same seed."""

import json
from pathlib import Path
from typing import Literal

import numpy as np
import tokenizers
from tokenizers import normalizers, pre_tokenizers, processors

from monshin_embed.core.batch import Batch, Rows
from monshin_embed.core.fingerprint import Pooling

Family = Literal["bert", "xlm-roberta"]

TINY_MAX_TOKENS = 48
_SPECIAL = ("[CLS]", "[PAD]", "[SEP]", "[UNK]")  # numbered as those of XLM-RoBERTa
_CHARACTERS = "".join(map(chr, [*range(33, 127), *range(0x3041, 0x3097), *range(0x30A1, 0x30FB)])) + "胸痛薬量熱心臓血"


class BagEncoder:
    """An Encoder of one layer: a row is the mean of its tokens' vectors, each turned by its position.

    Real in what counts for a scheduler: rows differ for different texts and orders, and ignore padding.
    """

    def __init__(self, dim: int = 16, tokens: int = 512, seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        self._tokens = rng.normal(size=(tokens, dim))
        self._positions = rng.normal(size=(tokens, dim))

    def encode(self, batch: Batch) -> Rows:
        """As Encoder."""
        positions = self._positions[: batch.token_ids.shape[1]]
        hidden = np.tanh(self._tokens[batch.token_ids % len(self._tokens)] + positions)
        mean = (hidden * batch.attention_mask[..., None]).sum(axis=1) / batch.attention_mask.sum(axis=1)[:, None]
        rows: Rows = (mean / np.linalg.norm(mean, axis=1, keepdims=True)).astype(np.float32)
        return rows


def write_tiny_bert(folder: Path, *, family: Family = "bert", pooling: Pooling = Pooling.MEAN, seed: int = 0) -> Path:
    """An encoder of 2 layers and 32 numbers with random weights and a tokenizer of single characters, as files."""
    import torch
    import transformers

    torch.manual_seed(seed)
    tokenizer = _tiny_tokenizer()
    config = transformers.AutoConfig.for_model(
        family,
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=TINY_MAX_TOKENS + (2 if family == "xlm-roberta" else 0),
        pad_token_id=1,
        initializer_range=0.5,
    )
    model = transformers.AutoModel.from_config(config)  # type: ignore[no-untyped-call]  # not annotated
    model.save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    _write(folder / "tokenizer_config.json", {"tokenizer_class": "PreTrainedTokenizerFast", "pad_token": "[PAD]"})
    mode = {Pooling.MEAN: "pooling_mode_mean_tokens", Pooling.CLS: "pooling_mode_cls_token"}[pooling]
    _write(folder / "1_Pooling" / "config.json", {"word_embedding_dimension": 32, mode: True})
    return folder


def _tiny_tokenizer() -> tokenizers.Tokenizer:
    pieces = [*_SPECIAL, *_CHARACTERS, *(f"##{character}" for character in _CHARACTERS)]
    vocabulary = {piece: number for number, piece in enumerate(pieces)}
    model = tokenizers.models.WordPiece(vocabulary, unk_token="[UNK]", max_input_chars_per_word=2_000_000)
    tokenizer = tokenizers.Tokenizer(model)
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=False)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        special_tokens=[(piece, vocabulary[piece]) for piece in ("[CLS]", "[SEP]")],
    )
    tokenizer.add_special_tokens(list(_SPECIAL))
    return tokenizer


def _write(path: Path, content: dict[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
