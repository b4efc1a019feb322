"""A passage and all its claims in one sequence, and several such sequences in one batch without padding."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

# Every layer but three of gemma3-270m looks back 512 positions; up to there it sees all.
MAX_POSITIONS = 512
# Of gemma3's vocabulary.
BEGIN = 2
PASSAGE = "資料：{}"
CLAIM = "\n主張：{}\n判定："


@dataclass(frozen=True, slots=True)
class Pack:
    """Token ids of a passage (with the beginning-of-sequence token) and of each claim.

    A claim sees the passage and itself; its positions go on after the passage, as if it were the only one.
    """

    passage: tuple[int, ...]
    claims: tuple[tuple[int, ...], ...]

    def __post_init__(self) -> None:
        if not self.passage or not self.claims or not all(self.claims):
            raise ValueError("a pack needs a passage and at least one claim, none of them empty")
        if self.length_of_longest > MAX_POSITIONS:
            raise ValueError(f"passage and claim have {self.length_of_longest} tokens, at most {MAX_POSITIONS} fit")

    @property
    def length_of_longest(self) -> int:
        """Tokens of the passage and its longest claim."""
        return len(self.passage) + max(map(len, self.claims))

    @property
    def segments(self) -> tuple[tuple[int, ...], ...]:
        """The passage, then the claims."""
        return (self.passage, *self.claims)


@dataclass(frozen=True, slots=True)
class Batch:
    """Packs laid end to end, `tokens` in all.

    tokens, positions: int64 (tokens,). bounds: (start, end) of each pack. masks: bool (length, length) of each pack,
    True where the row may look at the column. ends: int64 (claims,), the last token of every claim, pack by pack.
    """

    tokens: Tensor
    positions: Tensor
    bounds: tuple[tuple[int, int], ...]
    masks: tuple[Tensor, ...]
    ends: Tensor


def lay_out(packs: Sequence[Pack]) -> Batch:
    """One batch of `packs`, in their order.

    >>> batch = lay_out([Pack((2, 5), ((7,), (8, 9)))])
    >>> batch.tokens.tolist(), batch.positions.tolist(), batch.ends.tolist()
    ([2, 5, 7, 8, 9], [0, 1, 2, 2, 3], [2, 4])
    >>> batch.masks[0].int()[3].tolist()
    [1, 1, 0, 1, 0]
    """
    tokens: list[int] = []
    positions: list[int] = []
    bounds: list[tuple[int, int]] = []
    ends: list[int] = []
    for pack in packs:
        start, after = len(tokens), len(pack.passage)
        tokens.extend(pack.passage)
        positions.extend(range(after))
        for claim in pack.claims:
            tokens.extend(claim)
            positions.extend(range(after, after + len(claim)))
            ends.append(len(tokens) - 1)
        bounds.append((start, len(tokens)))
    return Batch(
        torch.tensor(tokens),
        torch.tensor(positions),
        tuple(bounds),
        tuple(_mask(pack) for pack in packs),
        torch.tensor(ends),
    )


def _mask(pack: Pack) -> Tensor:
    lengths = torch.tensor([len(segment) for segment in pack.segments])
    segment = torch.repeat_interleave(torch.arange(len(lengths)), lengths)
    is_seen = (segment[None, :] == 0) | (segment[None, :] == segment[:, None])
    return is_seen & torch.ones_like(is_seen).tril()
