"""Search by words among 50,000 passages and more, names of diseases as distractors and as a table of names.

Words alone: embedding the distractors takes the better part of an hour on two cores (README, "Figures").
"""

import gzip
import json
import random
from collections.abc import Callable, Iterator, Sequence
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from monshin_factcheck.core.retrieval.lexical import LexicalIndex
from monshin_factcheck.core.retrieval.terms import Terms
from monshin_factcheck.core.text.words import Analyser
from monshin_factcheck.names.standard import standard_names
from monshin_kit.artefacts import Artefacts

from benchmarks.factcheck_sets import DATA
from benchmarks.report import Result

K = 5
_FOUND = 32
_TARGET = 0.97


def measure(queries_limit: int, distractors_limit: int) -> Iterator[Result]:
    """recall@5 of the passage that a training claim was written for, by label; queries drawn over all files."""
    passages, claims = _training()
    distractors = _names()[:distractors_limit]
    random.Random(5).shuffle(claims)
    plain = Terms(Analyser())
    with TemporaryDirectory() as folder:
        table = standard_names(Artefacts(Path(folder)))
    named = plain if table is None else plain.knowing(table)
    for label in "SC":
        chosen = [(claim, place) for claim, place, its in claims if its == label][:queries_limit]
        about = f"{label}, {len(chosen)} queries, {len(passages) + len(distractors)} passages"
        index = LexicalIndex([plain.of(text) for text in (*passages, *distractors)])
        before = _recall(chosen, lambda claim, index=index: index.search(plain.of(claim), _FOUND))
        index = LexicalIndex([named.of(text) for text in (*passages, *distractors)])
        names = _recall(chosen, lambda claim, index=index: index.search(named.of(claim), _FOUND))
        yield Result(f"recall@5 by words, {about}", names, None, "", _TARGET, "", "higher")
        yield Result(f"recall@5 by words, names of diseases, {about}", names, before, "without", 1, "", "higher")


def _recall(chosen: Sequence[tuple[str, int]], search: Callable[[str], list[int]]) -> float:
    return sum(place in search(claim)[:K] for claim, place in chosen) / len(chosen)


def _training() -> tuple[list[str], list[tuple[str, int, str]]]:
    """Passages, and claims as (text, place of its passage, label)."""
    passages: list[str] = []
    claims: list[tuple[str, int, str]] = []
    for path in sorted((DATA / "factcheck-train").glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            row = json.loads(line)
            claims += [(claim["claim"], len(passages), claim["label"]) for claim in row["claims"]]
            passages.append(row["passage"])
    return passages, claims


def _names() -> list[str]:
    """Names and index words of diseases, each once: they share words with medical claims and answer none."""
    diseases = (row["name"] for row in _read("byomei_id2disease").values())
    return list(dict.fromkeys((*diseases, *_read("index_word2icd"))))


def _read(name: str) -> dict[str, Any]:
    data = resources.files("icd10") / "data" / f"{name}.json.gz"
    found: dict[str, Any] = json.loads(gzip.decompress(data.read_bytes()))
    return found
