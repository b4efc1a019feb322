"""Loads a folder's transformer and tokenizer with the library transformers; slow to import, so only when needed."""

import logging
from pathlib import Path
from typing import Any

import tokenizers
import torch
import transformers
from monshin_kit.errors import FailedPrecondition

from monshin_embed.backends.pooled import PooledEncoder
from monshin_embed.backends.torch_encoder import TorchEncoder
from monshin_embed.core.fingerprint import Pooling


def load_encoder(folder: Path, pooling: Pooling, *, attention: str = "sdpa") -> PooledEncoder:
    """The folder's model in float32.

    attention: transformers' implementation. Raises FailedPrecondition if the architecture is unknown or needs code
    of the model's author, or if the weights do not fill it.
    """
    _quiet()
    try:
        transformer, report = transformers.AutoModel.from_pretrained(
            folder,
            local_files_only=True,
            use_safetensors=True,
            trust_remote_code=False,
            dtype=torch.float32,
            attn_implementation=attention,
            output_loading_info=True,
        )
    except (ValueError, OSError, KeyError) as error:
        raise FailedPrecondition(f"transformers cannot load {folder}: {type(error).__name__}") from error
    # A pooler is a head that we do not use; anything else missing would have been filled with random numbers.
    missing = [name for name in report["missing_keys"] if not name.startswith("pooler.")]
    if missing or report["mismatched_keys"]:
        raise FailedPrecondition(f"the weights in {folder} do not fill the model: {sorted(missing)[:3]} are missing")
    return PooledEncoder(transformer, pooling)


def load_torch(folder: Path, pooling: Pooling, device: str, threads: int) -> TorchEncoder:
    """The folder's model, ready to compute in torch; `threads` holds for the whole process."""
    torch.set_num_threads(threads)
    return TorchEncoder(load_encoder(folder, pooling), device)


def load_fast_tokenizer(folder: Path) -> tokenizers.Tokenizer:
    """The folder's tokenizer, from whichever form it has. Raises FailedPrecondition if it cannot be a fast one."""
    _quiet()
    try:
        tokenizer: Any = transformers.AutoTokenizer.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False
        )
        return tokenizers.Tokenizer.from_str(tokenizer.backend_tokenizer.to_str())
    except (ValueError, OSError, KeyError, AttributeError) as error:
        raise FailedPrecondition(f"{folder} has no tokenizer that can be made fast: {type(error).__name__}") from error


def _quiet() -> None:
    logging.getLogger("transformers").setLevel(logging.ERROR)
    transformers.logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # transformers does not annotate it
