"""The labelled pairs: items of factcheck-train with easy claims added, split by item, and the development sets."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from monshin_factcheck.core.text.sentences import split_sentences
from monshin_factcheck.judges.local.canonical import canonical

# One item of ten is held out. By item: claims of one passage on both sides would be learnt by heart.
HELD_OUT_OF = 10
# Two sentences with this share of common bigrams say the same fact, turned or not.
SAME_FACT = 0.3


class Label(IntEnum):
    """What a passage says about a claim; the value is the row of the head."""

    SUPPORTED = 0
    CONTRADICTED = 1
    NEITHER = 2


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim with its label under the passage and under the mirror; None: not asked there."""

    text: str
    label: Label | None
    mirror_label: Label | None
    kind: str

    @property
    def turns(self) -> bool:
        """Supported by one of the two texts and contradicted by the other."""
        return {self.label, self.mirror_label} == {Label.SUPPORTED, Label.CONTRADICTED}


@dataclass(frozen=True, slots=True)
class Item:
    """A passage, its mirror (the facts turned) and the claims about them; all texts are canonical.

    `claims` are written by hand, `easy` are made: sentences of both texts and a claim of another item.
    """

    id: str
    style: str
    passage: str
    mirror: str
    claims: tuple[Claim, ...]
    easy: tuple[Claim, ...]

    @property
    def source(self) -> str:
        """The file it came from, such as `long-3`."""
        return self.id.rsplit("-", 1)[0]

    @property
    def is_held_out(self) -> bool:
        """Kept out of training, by a hash of the id: adding items moves no other item across."""
        return int(hashlib.sha256(self.id.encode()).hexdigest(), 16) % HELD_OUT_OF == 0


@dataclass(frozen=True, slots=True)
class Split:
    """Items to train on, items to measure on, and the SHA-256 of the files they came from."""

    train: tuple[Item, ...]
    held_out: tuple[Item, ...]
    sha256: str


@dataclass(frozen=True, slots=True)
class Pair:
    """One claim and one passage of a development set."""

    group: str
    kind: str
    passage: str
    claim: str
    label: Label


def load_items(folder: Path) -> Split:
    """All items of `folder`/*.jsonl in the order of file name and line."""
    files = sorted(folder.glob("*.jsonl"))
    if not files:
        raise FileNotFoundError(f"{folder} holds no *.jsonl: it must be the folder factcheck-train")
    sha256 = hashlib.sha256()
    items: list[Item] = []
    for file in files:
        content = file.read_bytes()
        sha256.update(file.name.encode() + b"\0" + content)
        items.extend(_with_foreign([_item(json.loads(line)) for line in content.decode().splitlines()]))
    doubled = [name for name, times in Counter(item.id for item in items).items() if times > 1]
    if doubled:
        raise ValueError(f"ids must be unique, these are not: {doubled[:5]}")
    train = tuple(item for item in items if not item.is_held_out)
    return Split(train, tuple(item for item in items if item.is_held_out), sha256.hexdigest())


def load_pairs(file: Path) -> list[Pair]:
    """The claims of factcheck-dev/claims.jsonl that name their passage.

    The others are to be judged against all passages of their set: they measure retrieval too, and are left out here.
    """
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    return [
        Pair(row["set"], row["kind"], canonical(row["passage"]), canonical(row["claim"]), _label(row["label"]))
        for row in rows
        if row["passage"] is not None
    ]


def _item(row: dict[str, object]) -> Item:
    claims = row["claims"]
    assert isinstance(claims, list)
    passage, mirror = canonical(str(row["passage"])), canonical(str(row["mirror"]))
    return Item(
        id=str(row["id"]),
        style=str(row["style"]),
        passage=passage,
        mirror=mirror,
        claims=tuple(
            Claim(canonical(one["claim"]), _label(one["label"]), _label(one["mirror_label"]), one["kind"])
            for one in claims
        ),
        easy=easy_claims(passage, mirror),
    )


def easy_claims(passage: str, mirror: str) -> tuple[Claim, ...]:
    """The sentences of both texts as claims, and what each text says about them.

    A sentence is supported by its own text. The other text contradicts it if it has a sentence on the same fact
    (each the other's nearest by common bigrams), supports it if it holds it word for word, and is not asked otherwise:
    without a counterpart nobody knows whether it is contradicted or unsaid.
    """
    own, other = _sentences(passage), _sentences(mirror)
    return (
        *(Claim(text, Label.SUPPORTED, _elsewhere(text, own, other), "sentence") for text in own),
        *(Claim(text, _elsewhere(text, other, own), Label.SUPPORTED, "mirror-sentence") for text in other),
    )


def _sentences(text: str) -> list[str]:
    return [span.of(text) for span in split_sentences(text)]


def _elsewhere(sentence: str, siblings: Sequence[str], others: Sequence[str]) -> Label | None:
    if sentence in others:
        return Label.SUPPORTED
    nearest = max(others, key=lambda other: _overlap(sentence, other))
    if _overlap(sentence, nearest) < SAME_FACT or nearest in siblings:
        return None
    back = max(siblings, key=lambda sibling: _overlap(sibling, nearest))
    return Label.CONTRADICTED if back == sentence else None


def _overlap(first: str, second: str) -> float:
    """Dice coefficient of the bigrams, in [0, 1]."""
    one, two = _bigrams(first), _bigrams(second)
    return 2 * (one & two).total() / max(1, one.total() + two.total())


def _bigrams(text: str) -> Counter[str]:
    return Counter(text[at : at + 2] for at in range(len(text) - 1))


def _with_foreign(items: list[Item]) -> list[Item]:
    """Each item with a claim of another item on the same side of the split: nothing of it is said here."""
    found: list[Item] = []
    for at, item in enumerate(items):
        others = [other for other in items[at + 1 :] + items[:at] if other.is_held_out == item.is_held_out]
        if others:
            # Far enough away that neighbours on one topic do not meet.
            text = others[len(others) // 2].claims[0].text
            foreign = Claim(text, Label.NEITHER, Label.NEITHER, "foreign")
            item = Item(item.id, item.style, item.passage, item.mirror, item.claims, (*item.easy, foreign))
        found.append(item)
    return found


def _label(letter: object) -> Label:
    return {"S": Label.SUPPORTED, "C": Label.CONTRADICTED, "N": Label.NEITHER}[str(letter)]
