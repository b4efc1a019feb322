"""A transformers encoder with pooling and normalisation: the one module that torch runs and ONNX is exported from."""

from typing import Any, assert_never

import torch
from torch import Tensor

from monshin_embed.core.fingerprint import Pooling


class PooledEncoder(torch.nn.Module):
    """Token ids to rows of length 1.

    transformer: called with input_ids and attention_mask, gives `last_hidden_state`. Pooling and normalisation are
    computed in float32 whatever the transformer computes in.
    """

    def __init__(self, transformer: Any, pooling: Pooling) -> None:
        super().__init__()
        self.transformer = transformer
        self.pooling = pooling

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Both int64 of shape (texts, tokens); the result is float32 of shape (texts, dim)."""
        hidden = self.transformer(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        pooled = pool(hidden.float(), attention_mask, self.pooling)
        return torch.nn.functional.normalize(pooled, dim=1)


def pool(hidden: Tensor, attention_mask: Tensor, pooling: Pooling) -> Tensor:
    """One vector a text: the mean of its tokens without padding, or its first token.

    hidden: float of shape (texts, tokens, dim). attention_mask: 1 on tokens, at least one a text.
    """
    match pooling:
        case Pooling.MEAN:
            weights = attention_mask.unsqueeze(-1).to(hidden.dtype)
            return (hidden * weights).sum(dim=1) / weights.sum(dim=1)
        case Pooling.CLS:
            return hidden[:, 0]
        case _:
            assert_never(pooling)
