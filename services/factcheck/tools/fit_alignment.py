"""Fits the weights of `core/alignment/odds.py`: `python services/factcheck/tools/fit_alignment.py FOLDER`.

FOLDER: factcheck-train. Prints them, the hash of what they were fitted on, and what outcomes were worth there and on
the held-out tenth of the items; nothing is written. Softmax regression by plain gradient descent.
"""

import argparse
import hashlib
import json
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from monshin_factcheck.core.alignment.account import Accounting, account
from monshin_factcheck.core.alignment.judge import Read, best_of, remembering
from monshin_factcheck.core.alignment.lexicon import lexicon
from monshin_factcheck.core.alignment.odds import features
from monshin_factcheck.core.rules.statement import Reader
from monshin_factcheck.core.text.sentences import split_sentences
from monshin_factcheck.core.text.words import Analyser

HELD_OUT_OF = 10
STEPS = 3000
RATE = 0.5
L2 = 1e-4


@dataclass(frozen=True, slots=True)
class Pair:
    """A labelled claim and its text; label: 0 supported, 1 contradicted, 2 neither."""

    claim: str
    text: str
    label: int
    is_held_out: bool


def main() -> None:
    """Prints the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path)
    options.add_argument("--items", type=int, default=1500, help="items drawn at random, default 1500")
    chosen = options.parse_args()
    sha256 = hashlib.sha256()
    rows, labels, outcomes = [], [], Counter[tuple[bool, str, int]]()
    for pair, best in _best(_pairs(chosen.folder, chosen.items, sha256)):
        outcomes[pair.is_held_out, best.turn.value or best.outcome.value, pair.label] += 1
        if not pair.is_held_out:
            seen = features(best)
            rows.append(list(seen.values()))
            labels.append(pair.label)
    weights = _fit(np.array(rows), np.eye(3)[labels])
    sys.stdout.write(f"# {len(rows)} pairs, SHA-256 of the files {sha256.hexdigest()[:16]}…\n")
    for name, row in zip(seen, weights - weights.mean(1, keepdims=True), strict=True):
        sys.stdout.write(f'    "{name}": ({row[0]:.2f}, {row[1]:.2f}, {row[2]:.2f}),\n')
    for is_held_out, outcome in sorted({(one, two) for one, two, _ in outcomes}):
        counts = [outcomes[is_held_out, outcome, label] for label in range(3)]
        sys.stdout.write(f"# {'held out' if is_held_out else 'fitted on'}, {outcome}: {counts} of S, C, N\n")


def _pairs(folder: Path, limit: int, sha256: "hashlib._Hash") -> Iterator[Pair]:
    items = []
    for file in sorted(folder.glob("*.jsonl")):
        content = file.read_bytes()
        sha256.update(content)
        items += [json.loads(line) for line in content.decode().splitlines()]
    random.Random(0).shuffle(items)
    for item in items[:limit]:
        is_held_out = int(hashlib.sha256(item["id"].encode()).hexdigest(), 16) % HELD_OUT_OF == 0
        for side, label in (("passage", "label"), ("mirror", "mirror_label")):
            for claim in item["claims"]:
                yield Pair(claim["claim"], item[side], "SCN".index(claim[label]), is_held_out)


def _best(pairs: Iterator[Pair]) -> Iterator[tuple[Pair, Accounting]]:
    reader, text, read = Reader(Analyser()), "", remembering(Reader(Analyser()))
    for pair in pairs:
        if pair.text != text:
            text, read = pair.text, remembering(reader)
        yield pair, best_of(_accountings(pair, read))


def _accountings(pair: Pair, read: Read) -> Sequence[Accounting]:
    sentences = [span.of(pair.text) for span in split_sentences(pair.text)]
    claim = read(pair.claim)
    return [
        account(claim, read(sentence), [read(before)] if before else [], lexicon())
        for before, sentence in zip(["", *sentences], sentences, strict=False)
    ]


def _fit(rows: np.ndarray, targets: np.ndarray) -> np.ndarray:
    weights = np.zeros((rows.shape[1], 3))
    for _ in range(STEPS):
        scores = np.exp(rows @ weights - (rows @ weights).max(1, keepdims=True))
        odds = scores / scores.sum(1, keepdims=True)
        weights -= RATE * (rows.T @ (odds - targets) / len(rows) + L2 * weights)
    return weights


if __name__ == "__main__":
    main()
