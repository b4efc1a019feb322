"""The labelled claims that the joining of judges is fitted on: with their own passages, and with others that search
finds as well."""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from monshin_factcheck.core.retrieval.lexical import LexicalIndex
from monshin_factcheck.core.retrieval.terms import Terms
from monshin_factcheck.core.text.words import Analyser

from services.factcheck.tools.training_items import (
    NEITHER,
    files_of,
    is_held_out,
    label_of,
    number_of,
    pairs_of,
    read_items,
)

DEV, HELD_OUT = "factcheck-dev", "factcheck-train, held out"
# One of the so many best strangers is taken: the very best would at times say what the claim's own passage says.
_STRANGERS = 3
# The text that the label was given for, as a source of the request; the same, as search finds it; and another one that
# search finds too, which says neither.
GIVEN, FOUND, STRANGER = "given", "found", "strangers"


@dataclass(frozen=True, slots=True)
class Row:
    """A labelled claim beside a text; label: 0 supported, 1 contradicted, 2 neither.

    item: rows of one item are never on both sides of a fit. kind: what makes the label so, as its writer put it.
    way: how a check came by the text.
    """

    claim: str
    text: str
    label: int
    item: str
    source: str
    kind: str = ""
    way: str = GIVEN

    @property
    def is_found(self) -> bool:
        """Whether search chose the text."""
        return self.way != GIVEN


def labelled(data: Path, items: int, strangers: int) -> list[Row]:
    """Claims of the development set and of `items` held-out items, given and found; and beside strangers all claims of
    that set and `strangers` of these.

    Of factcheck-train only the tenth of the items is used on which the adapter of `local` was not trained.
    """
    every, _ = read_items(files_of(data / "factcheck-train"))
    hard = list(_held_out(every, items))
    real = list(development(data / "factcheck-dev"))
    beside = {row.claim: row for row in hard}
    chosen = random.Random(1).sample(sorted(beside), min(strangers, len(beside)))
    asked = [*(beside[claim] for claim in chosen), *{row.claim: row for row in real}.values()]
    given = [*hard, *real]
    found = (replace(row, way=FOUND) for row in given)
    return [*given, *found, *_strange(asked, every)]


def held_out(folder: Path, limit: int) -> Iterator[Row]:
    """Claims of so many held-out items under passage and mirror; drawn at random, the same each time."""
    every, _ = read_items(files_of(folder))
    yield from _held_out(every, limit)


def development(folder: Path) -> Iterator[Row]:
    """The claims of factcheck-dev that have a passage."""
    for line in (folder / "claims.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        if row["passage"]:
            yield Row(row["claim"], row["passage"], label_of(row["label"]), row["passage"], DEV, row["kind"])


def _held_out(every: Sequence[dict], limit: int) -> Iterator[Row]:
    items = [item for item in every if is_held_out(item)]
    random.Random(0).shuffle(items)
    for item in items[:limit]:
        for pair in pairs_of(item):
            yield Row(pair.claim, pair.text, pair.label, item["id"], HELD_OUT, pair.kind)


def _strange(asked: Sequence[Row], every: Sequence[dict]) -> Iterator[Row]:
    """Each claim beside a passage of another item that shares words with it."""
    terms = Terms(Analyser())
    passages = [item["passage"] for item in every]
    index = LexicalIndex([terms.of(text) for text in passages])
    for row in asked:
        found = index.search(terms.of(row.claim), _STRANGERS + 1)
        others = [place for place in found if every[place]["id"] != row.item and passages[place] != row.text]
        if others:
            place = others[number_of(row.claim) % min(_STRANGERS, len(others))]
            yield Row(row.claim, passages[place], NEITHER, row.item, row.source, row.kind, STRANGER)
