"""Items as token ids, and the sheets made of them: one text of an item with the claims chosen for one visit."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from monshin_factcheck.judges.local.packing import BEGIN, CLAIM, PASSAGE, Pack
from tokenizers import Tokenizer

from training.data import Claim, Item, Label

# Easy claims are many and soon learnt: a visit sees some of them, and all that people wrote.
SENTENCE_SHARE = 0.4
FOREIGN_SHARE = 0.25


class Side(IntEnum):
    """Which text of an item."""

    PASSAGE = 0
    MIRROR = 1


@dataclass(frozen=True, slots=True)
class EncodedItem:
    """`passages` are the tokens of both texts, `claims` those of the written claims, then of the easy ones."""

    item: Item
    passages: tuple[tuple[int, ...], tuple[int, ...]]
    claims: tuple[tuple[int, ...], ...]

    def claim(self, index: int) -> Claim:
        """The claim of these tokens."""
        return (*self.item.claims, *self.item.easy)[index]

    def label(self, index: int, side: Side) -> Label | None:
        """What the text on `side` says about claim `index`; None: not asked."""
        claim = self.claim(index)
        return claim.label if side is Side.PASSAGE else claim.mirror_label


@dataclass(frozen=True, slots=True)
class Sheet:
    """One text of an item and some of its claims, all of which have a label there."""

    encoded: EncodedItem
    side: Side
    chosen: tuple[int, ...]

    @property
    def pack(self) -> Pack:
        """Its tokens."""
        return Pack(self.encoded.passages[self.side], tuple(self.encoded.claims[index] for index in self.chosen))

    @property
    def labels(self) -> list[Label]:
        """One a claim."""
        labels = [self.encoded.label(index, self.side) for index in self.chosen]
        return [label for label in labels if label is not None]


def encode(items: Iterable[Item], tokenizer: Tokenizer) -> list[EncodedItem]:
    """Token ids of all texts, in the prompt of the judge."""
    return [
        EncodedItem(
            item,
            (passage_tokens(item.passage, tokenizer), passage_tokens(item.mirror, tokenizer)),
            tuple(claim_tokens(claim.text, tokenizer) for claim in (*item.claims, *item.easy)),
        )
        for item in items
    ]


def passage_tokens(passage: str, tokenizer: Tokenizer) -> tuple[int, ...]:
    """`資料：…` after the beginning-of-sequence token."""
    return (BEGIN, *tokenizer.encode(PASSAGE.format(passage), add_special_tokens=False).ids)


def claim_tokens(claim: str, tokenizer: Tokenizer) -> tuple[int, ...]:
    """`主張：…判定：` as it follows a passage."""
    return tuple(tokenizer.encode(CLAIM.format(claim), add_special_tokens=False).ids)


def written_sheets(encoded: EncodedItem) -> tuple[Sheet, Sheet]:
    """Both texts with the claims that people wrote, for measuring."""
    chosen = tuple(range(len(encoded.item.claims)))
    return Sheet(encoded, Side.PASSAGE, chosen), Sheet(encoded, Side.MIRROR, chosen)


def visit_sheets(encoded: EncodedItem, rng: random.Random) -> tuple[Sheet, Sheet]:
    """Both texts with all written claims and some easy ones, for training."""
    written = len(encoded.item.claims)
    chosen = list(range(written))
    for index in range(written, len(encoded.claims)):
        share = FOREIGN_SHARE if encoded.claim(index).kind == "foreign" else SENTENCE_SHARE
        if rng.random() < share:
            chosen.append(index)
    passage, mirror = (
        Sheet(encoded, side, tuple(index for index in chosen if encoded.label(index, side) is not None))
        for side in Side
    )
    return passage, mirror


def visit_order(count: int, seed: int, epoch: int) -> list[int]:
    """A permutation of range(count) that depends on nothing but its arguments."""
    order = list(range(count))
    random.Random(f"order {seed} {epoch}").shuffle(order)
    return order


def step_items(items: Sequence[EncodedItem], step: int, size: int, seed: int) -> list[tuple[Sheet, Sheet]]:
    """What step `step` (from 0) reads: no state, so that a run cut anywhere goes on as if it had not been.

    An epoch is as many whole steps as the items fill; the few left over differ from epoch to epoch.
    """
    epoch, within = divmod(step, len(items) // size)
    order = visit_order(len(items), seed, epoch)[within * size : (within + 1) * size]
    return [
        visit_sheets(items[index], random.Random(f"visit {seed} {epoch} {items[index].item.id}")) for index in order
    ]
