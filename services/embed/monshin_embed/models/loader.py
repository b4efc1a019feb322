"""From settings to a served model: find it, choose how to compute, load, check."""

from collections.abc import Callable
from pathlib import Path

import tokenizers
from monshin_kit.artefacts import Artefacts

from monshin_embed.core.batch import BatchShape, Encoder, pad
from monshin_embed.core.cache import RowCache
from monshin_embed.core.fingerprint import Fingerprint, Pooling
from monshin_embed.core.lane import QueueLimits
from monshin_embed.core.meter import Meter
from monshin_embed.core.model import Model, ModelCard
from monshin_embed.core.registry import Registry
from monshin_embed.core.request import Kind, Prefixes, Priority
from monshin_embed.core.scheduler import Scheduler
from monshin_embed.core.tokenizer import Tokenizer
from monshin_embed.models import source
from monshin_embed.models.choice import choice, load_encoder
from monshin_embed.models.folder import ModelFolder
from monshin_embed.models.onnx_files import OnnxFiles
from monshin_embed.settings import AUTO, EmbedSettings

# A CPU pays for padding (256 was the fastest of 128 to 2048, measured), a GPU for small batches.
_BATCH_TOKENS = {"cpu": 256, "cuda": 16_384}


def load_models(settings: EmbedSettings, cache_dir: Path, meter: Callable[[str], Meter]) -> Registry:
    """All models of the settings; slow the first time, when they are converted.

    meter: gives the meter of a model's name. Raises MonshinError that says which setting or file is wrong.
    """
    cache = RowCache(settings.cache_rows)
    artefacts = Artefacts(cache_dir)
    names = (settings.model, *settings.more_models)
    return Registry([_load_model(name, settings, artefacts, cache, meter) for name in names])


def model_files(found: source.Source, settings: EmbedSettings, artefacts: Artefacts) -> OnnxFiles:
    """The files of a model that was found, with the tokenizer and the pooling that the settings or the model say."""
    pooling = choice("pooling", settings.pooling, Pooling) or found.folder.pooling()
    tokenizer = _tokenizer(found.folder, settings)
    return OnnxFiles(artefacts, found.folder.path, found.weights_sha256, pooling, tokenizer)


def _load_model(
    identifier: str, settings: EmbedSettings, artefacts: Artefacts, cache: RowCache, meter: Callable[[str], Meter]
) -> Model:
    found = source.find(identifier, settings.revision, artefacts)
    files = model_files(found, settings, artefacts)
    tokenizer = files.tokenizer
    loaded = load_encoder(files, settings)
    fingerprint = Fingerprint(
        model=found.id,
        revision=found.revision,
        weights_sha256=found.weights_sha256,
        pooling=files.pooling,
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
        licence=found.licence if settings.licence == AUTO else settings.licence,
    )
    model_meter = meter(card.name)
    scheduler = Scheduler(
        loaded.encoder,
        BatchShape(settings.batch_tokens or _BATCH_TOKENS[loaded.device]),
        {
            Priority.INTERACTIVE: QueueLimits(settings.queue_tokens, settings.queue_texts),
            Priority.BULK: QueueLimits(settings.bulk_queue_tokens, settings.bulk_queue_texts),
        },
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
        own.query if settings.query_prefix == AUTO else settings.query_prefix,
        own.passage if settings.passage_prefix == AUTO else settings.passage_prefix,
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
