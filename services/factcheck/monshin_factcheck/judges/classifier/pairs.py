"""A classifier asked about pairs of texts, in small batches."""

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor

from monshin_factcheck.judges.classifier.checkpoint import Checkpoint
from monshin_factcheck.judges.classifier.windows import batches

# Padded tokens of a batch: on a CPU small batches of like length win (research on embed: 3.7 times naive batches).
_BUDGET = 512
# A claim may have so much of the room.
_CLAIM_SHARE = 0.5

Row = tuple[float, ...]
Pair = tuple[str, str]


class PairReader:
    """cuts: which of the two texts loses its end where both do not fit."""

    def __init__(self, checkpoint: Checkpoint, cuts: Literal["only_first", "only_second"]) -> None:
        self._checkpoint = checkpoint
        self._cuts = cuts
        self._marks = int(checkpoint.tokenizer.num_special_tokens_to_add(pair=True))
        self._limit = int((checkpoint.max_tokens - self._marks) * _CLAIM_SHARE)

    def leaves_room(self, claim: str) -> bool:
        """Whether a claim takes at most half of what is read at once."""
        return self.length(claim) <= self._limit

    def shortened(self, claim: str) -> str:
        """As much of a claim as leaves room for the text."""
        encoded = self._checkpoint.tokenizer(claim, add_special_tokens=False, return_offsets_mapping=True)
        offsets = encoded["offset_mapping"]
        return claim if len(offsets) <= self._limit else claim[: offsets[self._limit - 1][1]]

    def length(self, text: str) -> int:
        """In tokens."""
        return len(self._checkpoint.tokenizer(text, add_special_tokens=False)["input_ids"])

    def room(self, claim: str) -> int:
        """Tokens that are left beside a claim; at least one."""
        return max(self._checkpoint.max_tokens - self._marks - self.length(claim), 1)

    def logits(self, pairs: Sequence[Pair]) -> dict[Pair, Row]:
        """Of each class; a pair that comes up twice is computed once."""
        unique = list(dict.fromkeys(pairs))
        lengths = [self.length(one) + self.length(other) + self._marks for one, other in unique]
        found: dict[Pair, Row] = {}
        for batch in batches(lengths, _BUDGET):
            own = [unique[place] for place in batch]
            found.update(zip(own, (tuple(row) for row in self._forward(own).tolist()), strict=True))
        return found

    @torch.inference_mode()
    def _forward(self, pairs: Sequence[Pair]) -> Tensor:
        encoded = self._checkpoint.tokenizer(
            [one for one, _ in pairs],
            [other for _, other in pairs],
            truncation=self._cuts,
            max_length=self._checkpoint.max_tokens,
            padding=True,
            return_tensors="pt",
        )
        logits: Tensor = self._checkpoint.model(**encoded).logits
        return logits.float()
