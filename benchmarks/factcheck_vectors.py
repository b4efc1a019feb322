"""embed's own model, in process, with its vectors kept between runs."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from monshin_embed.core.meter import Tally
from monshin_embed.core.request import EmbedRequest, Kind, Priority, Requester, Truncation
from monshin_embed.embedding import Embedding
from monshin_embed.models.loader import load_models
from monshin_embed.settings import EmbedSettings
from monshin_kit.executor import Executor

CACHE = Path(__file__).parents[1] / ".cache"
BATCH = 32

Matrix = np.ndarray[Any, np.dtype[np.float32]]
# Texts, at most BATCH, and how they will be used → unit vectors, float32 of shape (texts, dim).
Embeds = Callable[[Sequence[str], Kind], Awaitable[Matrix]]


def vectors(texts: Sequence[str], kind: Kind) -> Matrix:
    """Unit vectors, float32 of shape (texts, dim); computed once, then read from `.cache/factcheck`."""
    name = hashlib.sha256(f"{kind}\n{chr(0).join(texts)}".encode()).hexdigest()[:16]
    kept = CACHE / "factcheck" / f"{name}.npy"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        np.save(kept, asyncio.run(_computed(texts, kind)))
    found: Matrix = np.load(kept, allow_pickle=False)
    return found


@contextmanager
def embedding() -> Iterator[Embeds]:
    """The model itself, loaded for the block: what it is called with is computed each time."""
    # int8 takes a third of the time at a cosine of 0.99: no ranking here hangs on the rest.
    settings = EmbedSettings(cache_rows=0, backend="onnx-int8")
    models = load_models(settings, CACHE / "embed", lambda name: Tally())
    executor = Executor()
    computing = Embedding(executor)

    async def embedded(texts: Sequence[str], kind: Kind) -> Matrix:
        request = EmbedRequest(tuple(texts), kind, Truncation.END)
        found = await computing.embed(models.get(""), request, Requester("bench", Priority.BULK))
        return found.rows.astype(np.float32)

    try:
        yield embedded
    finally:
        models.close()
        executor.close()


async def _computed(texts: Sequence[str], kind: Kind) -> Matrix:
    with embedding() as embedded:
        return np.concatenate([await embedded(texts[at : at + BATCH], kind) for at in range(0, len(texts), BATCH)])
