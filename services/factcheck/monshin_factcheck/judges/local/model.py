"""Gemma 3 with a low-rank adapter on its upper layers and a three-way head, over batches without padding.

Written out instead of taken from transformers, because packs of unequal length laid end to end waste nothing,
the last layer needs only the last token of each claim, and frozen weights may compute in bfloat16.
"""

import math
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from monshin_factcheck.judges.local.base import Base, Shape
from monshin_factcheck.judges.local.packing import Batch

FIRST_ADAPTED_LAYER = 6
RANK = 16
# Added as W x + ADAPTER_SCALE B A x.
ADAPTER_SCALE = 2.0
# Final hidden states have a length of about 8 sqrt(hidden); the head was made for unit scale.
HEAD_DIVISOR = 8.0
CLASSES = 3
_GROUPS = {
    "self_attn.qkv": ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
    "self_attn.o": ("self_attn.o_proj",),
    "mlp.gate_up": ("mlp.gate_proj", "mlp.up_proj"),
    "mlp.down": ("mlp.down_proj",),
}


class Adapter(nn.Module):
    """The trained part: A (rank × in) and B (out × rank) for every matrix of the upper layers, and the head.

    Parameters are fp32 and named as in the file: `layers.6.self_attn.q_proj.A`, `head.weight`.
    """

    def __init__(self, shape: Shape, first_layer: int = FIRST_ADAPTED_LAYER, rank: int = RANK, seed: int = 0) -> None:
        super().__init__()
        self.first_layer = first_layer
        rng = torch.Generator().manual_seed(seed)
        self._tensors = nn.ParameterDict()
        for layer in range(first_layer, shape.layers):
            for matrix, (out, inside) in matrix_sizes(shape).items():
                name = f"layers.{layer}.{matrix}"
                start = torch.randn(rank, inside, generator=rng) / math.sqrt(inside)
                self._tensors[_key(f"{name}.A")] = nn.Parameter(start)
                self._tensors[_key(f"{name}.B")] = nn.Parameter(torch.zeros(out, rank))
        head = torch.randn(CLASSES, shape.hidden, generator=rng) / math.sqrt(shape.hidden)
        self._tensors[_key("head.weight")] = nn.Parameter(head)
        self._tensors[_key("head.bias")] = nn.Parameter(torch.zeros(CLASSES))

    def __getitem__(self, name: str) -> Tensor:
        tensor: Tensor = self._tensors[_key(name)]
        return tensor

    def tensors(self) -> dict[str, Tensor]:
        """Detached copies by name."""
        return {_name(key): value.detach().clone() for key, value in self._tensors.items()}

    def load(self, tensors: dict[str, Tensor]) -> None:
        """Takes over `tensors`; names and sizes must be exactly those of this adapter."""
        wanted = {_name(key): tuple(value.shape) for key, value in self._tensors.items()}
        given = {name: tuple(value.shape) for name, value in tensors.items()}
        if wanted != given:
            odd = sorted(set(wanted.items()) ^ set(given.items()))
            raise ValueError(f"the file has other tensors than this adapter, first: {odd[:2]}")
        with torch.no_grad():
            for name, value in tensors.items():
                self[name].copy_(value)


class Judge(nn.Module):
    """Base and adapter together. `dtype` is what matrices multiply in; sums, norms and the head stay fp32.

    is_merged: the adapter is added to the matrices once, which is faster; it can then not be trained.
    """

    def __init__(
        self, base: Base, adapter: Adapter, dtype: torch.dtype = torch.float32, *, is_merged: bool = False
    ) -> None:
        super().__init__()
        self.shape = base.shape
        self.adapter = adapter
        self._adapted_from = base.shape.layers if is_merged else adapter.first_layer
        self._dtype = dtype
        self._embedding = base.weights["embed_tokens.weight"]
        self._norms = {name: 1 + weight for name, weight in base.weights.items() if name.endswith("norm.weight")}
        self._matrices = {
            f"layers.{layer}.{group}": torch.cat(
                [self._matrix(base, f"layers.{layer}.{one}", layer, is_merged) for one in parts]
            ).to(dtype)
            for layer in range(base.shape.layers)
            for group, parts in _GROUPS.items()
        }

    def forward(self, batch: Batch) -> Tensor:
        """Logits of shape (claims, 3), in the order of `batch.ends`."""
        return self.upper(batch, self.lower(batch))

    @torch.no_grad()
    def lower(self, batch: Batch) -> Tensor:
        """States before the first adapted layer, fp32 (tokens, hidden); training never changes them."""
        states = functional.embedding(batch.tokens, self._embedding) * math.sqrt(self.shape.hidden)
        for layer in range(self.adapter.first_layer):
            states = self._layer(layer, states, batch, None)
        return states

    def upper(self, batch: Batch, states: Tensor) -> Tensor:
        """Logits (claims, 3) from what `lower` gave."""
        last = self.shape.layers - 1
        for layer in range(self.adapter.first_layer, last):
            states = self._layer(layer, states, batch, None)
        states = self._layer(last, states, batch, batch.ends)
        states = self._norm("norm", states) / HEAD_DIVISOR
        return functional.linear(states, self.adapter["head.weight"], self.adapter["head.bias"])

    @torch.no_grad()
    def _matrix(self, base: Base, name: str, layer: int, is_merged: bool) -> Tensor:
        frozen = base.weights[f"{name}.weight"]
        if not is_merged or layer < self.adapter.first_layer:
            return frozen
        return frozen + ADAPTER_SCALE * self.adapter[f"{name}.B"] @ self.adapter[f"{name}.A"]

    def _layer(self, layer: int, states: Tensor, batch: Batch, rows: Tensor | None) -> Tensor:
        """One layer; with `rows` only those tokens go on, having looked at all."""
        name = f"layers.{layer}"
        heard = self._attention(layer, self._norm(f"{name}.input_layernorm", states), batch, rows)
        if rows is not None:
            states = states[rows]
        states = states + self._norm(f"{name}.post_attention_layernorm", heard)
        inner = self._linear(layer, "mlp.gate_up", self._norm(f"{name}.pre_feedforward_layernorm", states))
        gate, up = torch.split(inner, self.shape.inner, dim=-1)
        inner = self._linear(layer, "mlp.down", functional.gelu(gate, approximate="tanh") * up)
        return states + self._norm(f"{name}.post_feedforward_layernorm", inner)

    def _attention(self, layer: int, states: Tensor, batch: Batch, rows: Tensor | None) -> Tensor:
        shape, width = self.shape, self.shape.head_width
        mixed = self._linear(layer, "self_attn.qkv", states)
        query, key, value = torch.split(mixed, [shape.heads * width, width, width], dim=-1)
        turn = _rotation(batch.positions, width, shape.rotary_bases[layer])
        name = f"layers.{layer}.self_attn"
        key = _rotated(self._norm(f"{name}.k_norm", key), *turn).to(self._dtype)
        query = self._norm(f"{name}.q_norm", query.view(-1, shape.heads, width))
        query = _rotated(query, *(part[:, None] for part in turn)).to(self._dtype)
        heard: list[Tensor] = []
        for (start, end), mask in zip(batch.bounds, batch.masks, strict=True):
            kept = torch.arange(start, end) if rows is None else rows[(rows >= start) & (rows < end)]
            asked = query[kept].transpose(0, 1)
            scores = (asked.flatten(0, 1) @ key[start:end].T).view(shape.heads, len(kept), -1)
            scores = (scores.float() / math.sqrt(width)).masked_fill(~mask[kept - start], -torch.inf)
            weights = scores.softmax(-1).to(self._dtype)
            seen = (weights.flatten(0, 1) @ value[start:end]).view(shape.heads, len(kept), -1)
            heard.append(seen.transpose(0, 1).flatten(1))
        return self._linear(layer, "self_attn.o", torch.cat(heard))

    def _linear(self, layer: int, group: str, states: Tensor) -> Tensor:
        """The frozen matrices of a group side by side, and what the adapter adds to each."""
        states = states.to(self._dtype)
        frozen = functional.linear(states, self._matrices[f"layers.{layer}.{group}"])
        if layer < self._adapted_from:
            return frozen
        names = [f"layers.{layer}.{part}" for part in _GROUPS[group]]
        down = torch.cat([self.adapter[f"{name}.A"] for name in names]).to(self._dtype)
        blocks: Tensor = torch.block_diag(*(self.adapter[f"{name}.B"] for name in names))  # type: ignore[no-untyped-call]
        return frozen + functional.linear(functional.linear(states, down), blocks.to(self._dtype) * ADAPTER_SCALE)

    def _norm(self, name: str, states: Tensor) -> Tensor:
        return functional.rms_norm(states.float(), states.shape[-1:], self._norms[f"{name}.weight"], self.shape.epsilon)


def matrix_sizes(shape: Shape) -> dict[str, tuple[int, int]]:
    """(out, in) of every matrix of a layer, by name."""
    queries = shape.heads * shape.head_width
    return {
        "self_attn.q_proj": (queries, shape.hidden),
        "self_attn.k_proj": (shape.head_width, shape.hidden),
        "self_attn.v_proj": (shape.head_width, shape.hidden),
        "self_attn.o_proj": (shape.hidden, queries),
        "mlp.gate_proj": (shape.inner, shape.hidden),
        "mlp.up_proj": (shape.inner, shape.hidden),
        "mlp.down_proj": (shape.hidden, shape.inner),
    }


def load_adapter(file: Path, shape: Shape) -> Adapter:
    """The adapter in a safetensors file, fp16 or fp32."""
    adapter = Adapter(shape)
    adapter.load({name: tensor.float() for name, tensor in load_file(file).items()})
    return adapter


def _rotation(positions: Tensor, width: int, base: float) -> tuple[Tensor, Tensor]:
    frequencies = base ** (-torch.arange(0, width, 2, dtype=torch.float32) / width)
    angles = (positions[:, None] * frequencies).repeat(1, 2)
    return angles.cos(), angles.sin()


def _rotated(states: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    first, second = states.chunk(2, dim=-1)
    return states * cosine + torch.cat((-second, first), dim=-1) * sine


def _key(name: str) -> str:
    # Names of a ParameterDict may not hold points.
    return name.replace(".", ":")


def _name(key: str) -> str:
    return key.replace(":", ".")
