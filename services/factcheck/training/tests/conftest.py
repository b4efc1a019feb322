"""A Gemma of toy size with random weights, and items to train it on."""

import sys
from pathlib import Path

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parents[2]))

from monshin_factcheck.judges.local.base import Base, Shape
from monshin_factcheck.judges.local.model import matrix_sizes
from training.data import Claim, Item, Label
from training.sheets import EncodedItem

TOY = Shape(
    layers=4, hidden=32, heads=4, head_width=8, inner=64, epsilon=1e-6, rotary_bases=(10000.0, 1e6, 10000.0, 1e6)
)
_WORDS = 50


@pytest.fixture(scope="session")
def base() -> Base:
    """Four layers, 50 words."""
    rng = torch.Generator().manual_seed(1)

    def random(*size: int) -> torch.Tensor:
        return torch.randn(size, generator=rng) / size[-1] ** 0.5

    weights = {"embed_tokens.weight": random(_WORDS, TOY.hidden), "norm.weight": 0.1 * random(TOY.hidden)}
    for layer in range(TOY.layers):
        name = f"layers.{layer}"
        for matrix, size in matrix_sizes(TOY).items():
            weights[f"{name}.{matrix}.weight"] = random(*size)
        for norm in ("self_attn.q_norm", "self_attn.k_norm"):
            weights[f"{name}.{norm}.weight"] = 0.1 * random(TOY.head_width)
        for place in ("input", "post_attention", "pre_feedforward", "post_feedforward"):
            weights[f"{name}.{place}_layernorm.weight"] = 0.1 * random(TOY.hidden)
    return Base(TOY, weights)


@pytest.fixture(scope="session")
def items() -> list[EncodedItem]:
    """Seven items whose tokens are random; two claims written, one of them turning, and two easy ones."""
    rng = torch.Generator().manual_seed(2)

    def tokens(length: int) -> tuple[int, ...]:
        return tuple(torch.randint(3, _WORDS, (length,), generator=rng).tolist())

    claims = (
        Claim("a", Label.SUPPORTED, Label.CONTRADICTED, "para"),
        Claim("b", Label.NEITHER, Label.NEITHER, "unsaid"),
    )
    easy = (
        Claim("c", Label.SUPPORTED, None, "sentence"),
        Claim("d", Label.NEITHER, Label.NEITHER, "foreign"),
    )
    return [
        EncodedItem(
            Item(f"toy-{number}", "toy", "", "", claims, easy),
            ((2, *tokens(5 + number)), (2, *tokens(6))),
            tuple(tokens(2 + number % 3) for _ in range(4)),
        )
        for number in range(7)
    ]
