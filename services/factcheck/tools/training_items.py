"""The items of factcheck-train as pairs of a claim and a text with a label; which items no fit may see."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from services.factcheck.training.data import HELD_OUT_OF

SUPPORTED, CONTRADICTED, NEITHER = range(3)


@dataclass(frozen=True, slots=True)
class Pair:
    """A labelled claim and its text; label: 0 supported, 1 contradicted, 2 neither. kind: of its writer."""

    claim: str
    text: str
    label: int
    kind: str


def read_items(files: Iterable[Path]) -> tuple[list[dict], str]:
    """The items of these files in their order, and the SHA-256 of the files' contents one after another."""
    sha256, items = hashlib.sha256(), list[dict]()
    for file in files:
        content = file.read_bytes()
        sha256.update(content)
        items += map(json.loads, content.decode().splitlines())
    return items, sha256.hexdigest()


def files_of(folder: Path) -> list[Path]:
    """All of the set, by name."""
    return sorted(folder.glob("*.jsonl"))


def is_held_out(item: dict) -> bool:
    """Whether it is of the tenth of which the adapter of `local` and the odds of `alignment` have learnt nothing."""
    return number_of(item["id"]) % HELD_OUT_OF == 0


def pairs_of(item: dict) -> Iterator[Pair]:
    """Each claim under the passage, then each under its mirror."""
    for side, label in (("passage", "label"), ("mirror", "mirror_label")):
        for claim in item["claims"]:
            yield Pair(claim["claim"], item[side], label_of(claim[label]), claim["kind"])


def label_of(letter: str) -> int:
    """S, C or N as a number."""
    return "SCN".index(letter)


def number_of(text: str) -> int:
    """A number that is drawn by a text, the same each time."""
    return int(hashlib.sha256(text.encode()).hexdigest(), 16)
