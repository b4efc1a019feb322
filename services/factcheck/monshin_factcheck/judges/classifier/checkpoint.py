"""A sequence classifier from a folder or the hub: safetensors only, no code of its own, a head that was trained."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from huggingface_hub import snapshot_download
from huggingface_hub.errors import HFValidationError
from monshin_kit.errors import FailedPrecondition
from safetensors import SafetensorError
from transformers import AutoModelForSequenceClassification, AutoTokenizer

_FILES = ("*.json", "*.safetensors", "*.txt", "*.model")
# Models that say nothing sensible of their length read this much.
_USUAL_TOKENS = 512


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """model: in eval mode, fp32. labels: of its classes, in their order. max_tokens: of text, claim and marks together.

    revision: SHA-256 over all files that decide its answers.
    """

    model: Any
    tokenizer: Any
    labels: tuple[str, ...]
    max_tokens: int
    revision: str


def load_checkpoint(name: str, threads: int) -> Checkpoint:
    """name: a folder, or a hub's name with an optional `@revision`; HF_HUB_OFFLINE is respected.

    Raises FailedPrecondition that names what is missing or cannot be trusted.
    """
    torch.set_num_threads(threads)
    folder = _folder(name)
    if not any(folder.glob("model*.safetensors")):
        raise FailedPrecondition(
            f"{name} holds no model.safetensors: weights in other formats are refused, since loading them can run code"
        )
    try:
        model, info = AutoModelForSequenceClassification.from_pretrained(
            folder,
            trust_remote_code=False,
            use_safetensors=True,
            local_files_only=True,
            output_loading_info=True,
            dtype=torch.float32,
        )
        tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
    except (OSError, ValueError, KeyError, ImportError, SafetensorError) as error:
        raise FailedPrecondition(
            f"{name} is no sequence classifier that transformers knows without code of the model's own"
        ) from error
    if info["missing_keys"]:
        first = sorted(info["missing_keys"])[0]
        raise FailedPrecondition(f"{name} was not trained as a classifier: {first} is not in its weights")
    labels = model.config.id2label
    return Checkpoint(
        model.eval(),
        tokenizer,
        tuple(str(labels[place]) for place in range(model.config.num_labels)),
        _max_tokens(model.config, tokenizer),
        _revision(folder),
    )


def _folder(name: str) -> Path:
    if Path(name).is_dir():
        return Path(name)
    repository, _, revision = name.partition("@")
    try:
        return Path(snapshot_download(repository, revision=revision or None, allow_patterns=list(_FILES)))
    except (OSError, HFValidationError) as error:
        raise FailedPrecondition(f"{name} is neither a folder nor a model that the hub or its cache has") from error


def _max_tokens(config: Any, tokenizer: Any) -> int:
    positions = int(getattr(config, "max_position_embeddings", 0) or _USUAL_TOKENS)
    # RoBERTa and its kin number positions from behind the padding token.
    if "roberta" in str(getattr(config, "model_type", "")):
        positions -= int(config.pad_token_id) + 1
    told = int(min(getattr(tokenizer, "model_max_length", _USUAL_TOKENS), 1_000_000))
    return min(positions, told, _USUAL_TOKENS)


def _revision(folder: Path) -> str:
    sha256 = hashlib.sha256()
    for file in sorted(file for pattern in _FILES for file in folder.glob(pattern)):
        with file.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
        sha256.update(json.dumps([file.name, digest]).encode())
    return sha256.hexdigest()
