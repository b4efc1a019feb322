"""Fits the weights of `core/rules/probability.py`: `python -m services.factcheck.tools.fit_rules FOLDER`.

FOLDER: factcheck-train. Prints them with the hash of what they were fitted on; nothing is written.
"""

import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from monshin_factcheck.core.rules.alignment import Alignment, align
from monshin_factcheck.core.rules.findings import RuleFinding
from monshin_factcheck.core.rules.judge import findings
from monshin_factcheck.core.rules.probability import WEIGHTS, features
from monshin_factcheck.core.rules.statement import Reader
from monshin_factcheck.core.text.sentences import split_sentences
from monshin_factcheck.core.text.words import Analyser

from services.factcheck.tools.regression import as_python, fit
from services.factcheck.tools.training_items import Pair, pairs_of, read_items

FILES = ("short-2", "short-4", "short-5", "short-7", "long-2", "long-3", "long-4", "long-6")
ITEMS = 60
STEPS = 3000
RATE = 1.0
L2 = 1e-3


def main(folder: Path) -> None:
    """Prints the table."""
    files = [folder / f"{name}.jsonl" for name in FILES]
    reader = Reader(Analyser())
    rows, labels = [], []
    for pair in _pairs(files):
        seen = features(*_best(reader, pair.claim, pair.text))
        rows.append([seen[feature] for feature in WEIGHTS])
        labels.append(pair.label)
    weights = fit(np.array(rows), np.eye(3)[labels], steps=STEPS, rate=RATE, l2=L2)
    sys.stdout.write(f"# {len(rows)} pairs, SHA-256 of the files {read_items(files)[1][:16]}\n")
    sys.stdout.writelines(as_python(list(WEIGHTS), weights))


def _pairs(files: Sequence[Path]) -> Iterator[Pair]:
    for file in files:
        items, _ = read_items([file])
        random.Random(0).shuffle(items)
        for item in items[:ITEMS]:
            yield from pairs_of(item)


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


if __name__ == "__main__":
    main(Path(sys.argv[1]))
