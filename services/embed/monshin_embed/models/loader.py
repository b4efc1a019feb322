"""From settings to a served model: find it, choose how to compute, load, check."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar, assert_never

import tokenizers
from monshin_kit.errors import InvalidInput

from monshin_embed.core.batch import BatchShape, Encoder, pad
from monshin_embed.core.cache import RowCache
from monshin_embed.core.fair_queue import QueueLimits
from monshin_embed.core.fingerprint import Fingerprint, Pooling, Precision
from monshin_embed.core.meter import Meter
from monshin_embed.core.model import Model, ModelCard
from monshin_embed.core.registry import Registry
from monshin_embed.core.request import Kind, Prefixes
from monshin_embed.core.scheduler import Scheduler
from monshin_embed.core.tokenizer import Tokenizer
from monshin_embed.models import source
from monshin_embed.models.artefacts import Artefacts
from monshin_embed.models.folder import ModelFolder
from monshin_embed.models.onnx_files import OnnxFiles
from monshin_embed.settings import EmbedSettings

_AUTO = "auto"
_BATCH_TOKENS = {"cpu": 512, "cuda": 16_384}  # a CPU pays for padding, a GPU for small batches
_NVIDIA_DRIVER = Path("/proc/driver/nvidia/version")

Choice = TypeVar("Choice", bound=StrEnum)


class Backend(StrEnum):
    """What computes."""

    TORCH = "torch"
    ONNX = "onnx"
    ONNX_INT8 = "onnx-int8"


class Device(StrEnum):
    """Where."""

    CPU = "cpu"
    CUDA = "cuda"


@dataclass(frozen=True, slots=True)
class Loaded:
    """An encoder with what is true of its vectors."""

    encoder: Encoder
    backend: Backend
    device: Device
    precision: Precision


def load_models(settings: EmbedSettings, cache_dir: Path, meter: Callable[[str], Meter]) -> Registry:
    """All models of the settings; slow the first time, when they are converted.

    meter: gives the meter of a model's name. Raises MonshinError that says which setting or file is wrong.
    """
    cache = RowCache(settings.cache_rows)
    artefacts = Artefacts(cache_dir)
    names = (settings.model, *settings.more_models)
    return Registry([_load_model(name, settings, artefacts, cache, meter) for name in names])


def _load_model(
    identifier: str, settings: EmbedSettings, artefacts: Artefacts, cache: RowCache, meter: Callable[[str], Meter]
) -> Model:
    found = source.find(identifier, settings.revision, artefacts)
    tokenizer = _tokenizer(found.folder, settings)
    pooling = _choice("pooling", settings.pooling, Pooling) or found.folder.pooling()
    files = OnnxFiles(artefacts, found.folder.path, found.weights_sha256, pooling, tokenizer)
    loaded = _load_encoder(files, settings)
    fingerprint = Fingerprint(
        model=found.id,
        revision=found.revision,
        weights_sha256=found.weights_sha256,
        pooling=pooling,
        precision=loaded.precision,
        dim=_dim(loaded.encoder, tokenizer),
    )
    card = ModelCard(
        name=found.resource_name,
        fingerprint=fingerprint,
        backend=loaded.backend,
        device=loaded.device,
        max_tokens=tokenizer.max_tokens,
        prefixes=tokenizer.prefixes,
        licence=found.licence if settings.licence == _AUTO else settings.licence,
    )
    model_meter = meter(card.name)
    scheduler = Scheduler(
        loaded.encoder,
        BatchShape(settings.batch_tokens or _BATCH_TOKENS[loaded.device]),
        QueueLimits(settings.queue_tokens, settings.queue_texts),
        pad_id=tokenizer.pad_id,
        meter=model_meter,
    )
    return Model(card, tokenizer, scheduler, cache, model_meter)


def _dim(encoder: Encoder, tokenizer: Tokenizer) -> int:
    (text,) = tokenizer.read(("熱",), Kind.RAW)
    return int(encoder.encode(pad([text.ids], tokenizer.pad_id)).shape[1])


def _tokenizer(folder: ModelFolder, settings: EmbedSettings) -> Tokenizer:
    own = folder.prefixes()
    prefixes = Prefixes(
        own.query if settings.query_prefix == _AUTO else settings.query_prefix,
        own.passage if settings.passage_prefix == _AUTO else settings.passage_prefix,
    )
    return Tokenizer(
        _fast_tokenizer(folder.path),
        prefixes,
        max_tokens=settings.max_tokens or folder.max_tokens(),
        pad_id=int(folder.config.get("pad_token_id") or 0),
    )


def _fast_tokenizer(folder: Path) -> tokenizers.Tokenizer:
    if (file := folder / "tokenizer.json").exists():
        return tokenizers.Tokenizer.from_file(str(file))
    from monshin_embed.models.transformer import load_fast_tokenizer

    return load_fast_tokenizer(folder)


def _load_encoder(files: OnnxFiles, settings: EmbedSettings) -> Loaded:
    device = _device(settings)
    backend = _choice("backend", settings.backend, Backend) or (
        Backend.TORCH if device is Device.CUDA else Backend.ONNX
    )
    match backend:
        case Backend.TORCH:
            from monshin_embed.models.transformer import load_torch

            precision = Precision.BFLOAT16 if device is Device.CUDA else Precision.FLOAT32
            encoder = load_torch(files.folder, files.pooling, device, settings.threads)
            return Loaded(encoder, backend, device, precision)
        case Backend.ONNX:
            return Loaded(files.float32(settings.threads), backend, Device.CPU, Precision.FLOAT32)
        case Backend.ONNX_INT8:
            return Loaded(files.int8(settings.threads), backend, Device.CPU, Precision.INT8)
        case _:
            assert_never(backend)


def _device(settings: EmbedSettings) -> Device:
    wanted = _choice("device", settings.device, Device)
    if wanted is Device.CPU or (wanted is None and settings.backend.startswith("onnx")):
        return Device.CPU
    # Asking torch costs its import, two seconds: without a driver the answer is known.
    has_gpu = _NVIDIA_DRIVER.exists() and _torch_sees_gpu()
    if wanted is Device.CUDA and (not has_gpu or settings.backend.startswith("onnx")):
        raise InvalidInput("MONSHIN_EMBED_DEVICE is cuda: this needs an NVIDIA GPU and the backend torch or auto")
    return Device.CUDA if has_gpu else Device.CPU


def _torch_sees_gpu() -> bool:
    import torch

    return torch.cuda.is_available()


def _choice(name: str, value: str, choices: type[Choice]) -> Choice | None:
    if value == _AUTO:
        return None
    try:
        return choices(value)
    except ValueError:
        allowed = ", ".join(choices)
        raise InvalidInput(f"MONSHIN_EMBED_{name.upper()} is {value!r}: it must be auto, {allowed}") from None
