"""Labelled claims for factcheck's benchmarks, and the statistics they are told by."""

import json
import random
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Development data are no part of the repository: they lie beside it (demo/README.md tells of those that are).
DATA = Path(__file__).parents[3] / "shared" / "data"
# Enough for two digits; more would only smooth the last one.
_RESAMPLES = 400


@dataclass(frozen=True, slots=True)
class Labelled:
    """A claim with the texts that are to judge it. label: S, C or N. item: claims of one item stay together."""

    claim: str
    texts: tuple[str, ...]
    label: str
    item: str


def development() -> dict[str, list[Labelled]]:
    """The sets of factcheck-dev by name; a claim without a passage is judged against all passages of its set."""
    sets: dict[str, list[Labelled]] = {}
    rows = _lines(DATA / "factcheck-dev" / "claims.jsonl")
    for name in dict.fromkeys(str(row["set"]) for row in rows):
        own = [row for row in rows if row["set"] == name]
        every = tuple(dict.fromkeys(str(row["passage"]) for row in own if row["passage"]))
        sets[name] = [
            Labelled(row["claim"], (passage,) if passage else every, row["label"], passage or row["id"])
            for row in own
            for passage in [row["passage"]]
        ]
    return sets


def training(name: str, items: int, seed: int = 0) -> list[Labelled]:
    """So many items of a training file, drawn at random, under their passage and under its mirror."""
    rows = _lines(DATA / "factcheck-train" / f"{name}.jsonl")
    random.Random(seed).shuffle(rows)
    return [
        Labelled(claim["claim"], (row[side],), claim[label], row["id"])
        for row in rows[:items]
        for side, label in (("passage", "label"), ("mirror", "mirror_label"))
        for claim in row["claims"]
    ]


def all_passages() -> list[tuple[str, list[str]]]:
    """Every passage of the training files, never its false mirror, with the claims it supports."""
    return [
        (row["passage"], [claim["claim"] for claim in row["claims"] if claim["label"] == "S"])
        for path in sorted((DATA / "factcheck-train").glob("*.jsonl"))
        for row in _lines(path)
    ]


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """How often a positive scores above a negative, ties half; 0.5 where one side is empty."""
    if not positive or not negative:
        return 0.5
    ranked = sorted(negative)
    total = sum((bisect_left(ranked, score) + bisect_right(ranked, score)) / 2 for score in positive)
    return total / (len(positive) * len(negative))


def interval(items: Sequence[str], statistic: Callable[[Sequence[int]], float], seed: int = 0) -> tuple[float, float]:
    """The 95 % bootstrap interval of a statistic of row numbers; whole items are drawn: their claims hang together."""
    rows_of: dict[str, list[int]] = {}
    for row, item in enumerate(items):
        rows_of.setdefault(item, []).append(row)
    groups, rng = list(rows_of.values()), random.Random(seed)
    drawn = sorted(
        statistic([row for group in rng.choices(groups, k=len(groups)) for row in group]) for _ in range(_RESAMPLES)
    )
    return drawn[int(0.025 * _RESAMPLES)], drawn[int(0.975 * _RESAMPLES) - 1]


def _lines(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        raise SystemExit(f"{path} is missing: make bench-factcheck needs the development data beside the repository")
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
