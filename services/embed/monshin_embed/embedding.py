"""One request from its texts to its vectors, off the event loop wherever it computes."""

import asyncio

from monshin_kit.executor import Executor

from monshin_embed.core.model import Embeddings, Model
from monshin_embed.core.request import EmbedRequest, Kind, Requester
from monshin_embed.core.tokenizer import Pieces


class Embedding:
    """Tokenises in kit's executor, computes in the model's thread.

    Cancelling a call (its caller has gone, or its deadline is over) takes its texts out of the queue.
    """

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    async def embed(self, model: Model, request: EmbedRequest, requester: Requester) -> Embeddings:
        """Raises ResourceExhausted at once if the queue is full, InvalidInput for a text that is too long."""
        model.check_room(len(request.texts), requester)
        plan = await self._executor.run(model.plan, request)
        computed = await asyncio.wrap_future(model.submit(plan, requester))
        return model.complete(plan, computed)

    async def tokenise(self, model: Model, texts: tuple[str, ...], kind: Kind) -> tuple[Pieces, ...]:
        """How each text is split."""
        return await self._executor.run(model.pieces, texts, kind)
