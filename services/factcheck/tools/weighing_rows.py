"""The labelled claims that the joining of judges is fitted on: with their own passages, and with others that search
finds as well."""

import hashlib
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from monshin_factcheck.core.retrieval.lexical import LexicalIndex
from monshin_factcheck.core.retrieval.terms import Terms
from monshin_factcheck.core.text.words import Analyser

HELD_OUT_OF = 10
DEV, HELD_OUT = "factcheck-dev", "factcheck-train, held out"
# One of the so many best strangers is taken: the very best would at times say what the claim's own passage says.
_STRANGERS = 3
SUPPORTED, CONTRADICTED, NEITHER = range(3)
# The text that the label was given for, as a source of the request; the same, as search finds it; and another one that
# search finds too, which says neither.
GIVEN, FOUND, STRANGER = "given", "found", "strangers"


@dataclass(frozen=True, slots=True)
class Row:
    """A labelled claim beside a text; label: 0 supported, 1 contradicted, 2 neither.

    item: rows of one item are never on both sides of a fit. kind: how a check came by the text.
    """

    claim: str
    text: str
    label: int
    item: str
    source: str
    kind: str = GIVEN

    @property
    def is_found(self) -> bool:
        """Whether search chose the text."""
        return self.kind != GIVEN

    @property
    def key(self) -> str:
        """Of claim and text."""
        return hashlib.sha256(f"{self.claim}\0{self.text}".encode()).hexdigest()


def labelled(data: Path, items: int, strangers: int) -> list[Row]:
    """Claims of the development set and of `items` held-out items, given and found; and beside strangers all claims of
    that set and `strangers` of these.

    Of factcheck-train only the tenth of the items is used on which the adapter of `local` was not trained.
    """
    every = [
        json.loads(line)
        for path in sorted((data / "factcheck-train").glob("*.jsonl"))
        for line in path.read_text("utf-8").splitlines()
    ]
    held_out = list(_held_out(every, items))
    development = list(_development(data / "factcheck-dev"))
    beside = {row.claim: row for row in held_out}
    chosen = random.Random(1).sample(sorted(beside), min(strangers, len(beside)))
    asked = [*(beside[claim] for claim in chosen), *{row.claim: row for row in development}.values()]
    given = [*held_out, *development]
    return [*given, *(replace(row, kind=FOUND) for row in given), *_strange(asked, every)]


def _held_out(every: Sequence[dict], limit: int) -> Iterator[Row]:
    """Drawn at random, the same each time."""
    items = [item for item in every if _number(item["id"]) % HELD_OUT_OF == 0]
    random.Random(0).shuffle(items)
    for item in items[:limit]:
        for side, label in (("passage", "label"), ("mirror", "mirror_label")):
            for claim in item["claims"]:
                yield Row(claim["claim"], item[side], "SCN".index(claim[label]), item["id"], HELD_OUT)


def _development(folder: Path) -> Iterator[Row]:
    for line in (folder / "claims.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        if row["passage"]:
            yield Row(row["claim"], row["passage"], "SCN".index(row["label"]), row["passage"], DEV)


def _strange(asked: Sequence[Row], every: Sequence[dict]) -> Iterator[Row]:
    """Each claim beside a passage of another item that shares words with it."""
    terms = Terms(Analyser())
    passages = [item["passage"] for item in every]
    index = LexicalIndex([terms.of(text) for text in passages])
    for row in asked:
        found = index.search(terms.of(row.claim), _STRANGERS + 1)
        others = [place for place in found if every[place]["id"] != row.item and passages[place] != row.text]
        if others:
            place = others[_number(row.claim) % min(_STRANGERS, len(others))]
            yield Row(row.claim, passages[place], NEITHER, row.item, row.source, STRANGER)


def _number(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest(), 16)
