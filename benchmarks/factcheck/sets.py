"""Labelled claims for factcheck's benchmarks."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Development data are no part of the repository: they lie beside it (demo/README.md tells of those that are).
DATA = Path(__file__).parents[3] / "shared" / "data"


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


def _lines(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        raise SystemExit(f"{path} is missing: make bench-factcheck needs the development data beside the repository")
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
