"""`python -m monshin_embed`: the embed service."""

import asyncio
import sys
from pathlib import Path

from monshin_kit.server import Runtime, run
from monshin_kit.settings import load

from monshin_embed.core.registry import Registry
from monshin_embed.embedding import Embedding
from monshin_embed.metrics import PrometheusMeter
from monshin_embed.servicer import EmbedServicer
from monshin_embed.settings import EmbedSettings

SERVICE = "monshin.embed.v1.EmbedService"
PORT = 50051


async def start(runtime: Runtime) -> None:
    """Loads the models and connects the servicer."""
    settings = load(EmbedSettings)
    models = await runtime.executor.run(_load_models, settings, runtime)

    async def close() -> None:
        await asyncio.to_thread(models.close)

    runtime.on_stop(close)
    runtime.serve(SERVICE, EmbedServicer(models, Embedding(runtime.executor), settings.stream_requests))


def _load_models(settings: EmbedSettings, runtime: Runtime) -> Registry:
    # Seconds to import; meanwhile the port answers.
    from monshin_embed.models.loader import load_models

    cache_dir = runtime.cache_dir / "embed" if settings.cache_dir == Path() else settings.cache_dir
    return load_models(settings, cache_dir, PrometheusMeter)


if __name__ == "__main__":
    sys.setswitchinterval(0.0005)  # the loop waits this long, not 5 ms, for a thread that tokenises or fills a batch
    run("embed", start, services=[SERVICE], port=PORT)
