"""Fits the weights of `core/rules/probability.py`: `python services/factcheck/tools/fit_rules.py FOLDER`.

FOLDER: factcheck-train. Prints them with the hash of what they were fitted on; nothing is written.
Softmax regression by plain gradient descent.
"""

import hashlib
import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from monshin_factcheck.core.rules.alignment import Alignment, align
from monshin_factcheck.core.rules.findings import RuleFinding
from monshin_factcheck.core.rules.judge import findings
from monshin_factcheck.core.rules.probability import WEIGHTS, features
from monshin_factcheck.core.rules.statement import Reader
from monshin_factcheck.core.text.sentences import split_sentences
from monshin_factcheck.core.text.words import Analyser

FILES = ("short-2", "short-4", "short-5", "short-7", "long-2", "long-3", "long-4", "long-6")
ITEMS = 60
STEPS = 3000
L2 = 1e-3


def main(folder: Path) -> None:
    """Prints the table."""
    reader, sha256 = Reader(Analyser()), hashlib.sha256()
    rows, labels = [], []
    for name in FILES:
        source = (folder / f"{name}.jsonl").read_bytes()
        sha256.update(source)
        for claim, passage, label in _pairs(source):
            alignment, found = _best(reader, claim, passage)
            seen = features(alignment, found)
            rows.append([seen[feature] for feature in WEIGHTS])
            labels.append("SCN".index(label))
    weights = _fit(np.array(rows), np.eye(3)[labels])
    sys.stdout.write(f"# {len(rows)} pairs, SHA-256 of the files {sha256.hexdigest()[:16]}\n")
    for feature, row in zip(WEIGHTS, weights - weights.mean(1, keepdims=True), strict=True):
        sys.stdout.write(f'    "{feature}": ({row[0]:.2f}, {row[1]:.2f}, {row[2]:.2f}),\n')


def _pairs(source: bytes) -> Iterator[tuple[str, str, str]]:
    items = [json.loads(line) for line in source.decode().splitlines()]
    random.Random(0).shuffle(items)
    for item in items[:ITEMS]:
        for text, label in (("passage", "label"), ("mirror", "mirror_label")):
            for claim in item["claims"]:
                yield claim["claim"], item[text], claim[label]


def _best(reader: Reader, claim: str, passage: str) -> tuple[Alignment, list[RuleFinding]]:
    """The sentence that accounts for most of the claim, as the decision takes it."""
    statement = reader.read(claim)
    sentences = [span.of(passage) for span in split_sentences(passage)]
    alignments = [
        align(statement, reader.read(sentence), [reader.read(before)] if before else [])
        for before, sentence in zip(["", *sentences], sentences, strict=False)
    ]
    best = max(alignments, key=lambda alignment: alignment.coverage)
    return best, findings(best)


def _fit(rows: np.ndarray, targets: np.ndarray) -> np.ndarray:
    weights = np.zeros((rows.shape[1], 3))
    for _ in range(STEPS):
        scores = np.exp(rows @ weights - (rows @ weights).max(1, keepdims=True))
        odds = scores / scores.sum(1, keepdims=True)
        weights -= rows.T @ (odds - targets) / len(rows) + L2 * weights
    return weights


if __name__ == "__main__":
    main(Path(sys.argv[1]))
