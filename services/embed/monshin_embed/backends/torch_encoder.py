"""Runs a model in torch: float32 on the CPU, bfloat16 on a GPU."""

import numpy as np
import torch

from monshin_embed.backends.pooled import PooledEncoder
from monshin_embed.core.batch import Batch, Rows


class TorchEncoder:
    """An Encoder. device: `cpu` or `cuda`."""

    def __init__(self, module: PooledEncoder, device: str) -> None:
        self._device = torch.device(device)
        dtype = torch.bfloat16 if device == "cuda" else torch.float32
        self._module = module.to(device=self._device, dtype=dtype).eval()

    def encode(self, batch: Batch) -> Rows:
        """As Encoder."""
        with torch.inference_mode():
            token_ids = torch.from_numpy(batch.token_ids).to(self._device)
            attention_mask = torch.from_numpy(batch.attention_mask).to(self._device)
            rows: Rows = self._module(token_ids, attention_mask).cpu().numpy().astype(np.float32, copy=False)
        return rows
