"""Fits the weights of `core/alignment/odds.py`: `python -m services.factcheck.tools.fit_alignment FOLDER`.

FOLDER: factcheck-train. Prints them, the hash of what they were fitted on, and what outcomes were worth there and on
the held-out tenth of the items; nothing is written. A claim is accounted for as the judge does it that is asked with
its text.
"""

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from monshin_factcheck.core.alignment.account import Accounting
from monshin_factcheck.core.alignment.judge import accountings, best_of, remembering
from monshin_factcheck.core.alignment.odds import features
from monshin_factcheck.core.rules.statement import Reader
from monshin_factcheck.core.semantic import Reading
from monshin_factcheck.core.text.words import Analyser

from services.factcheck.tools.regression import as_python, fit
from services.factcheck.tools.training_items import Pair, files_of, is_held_out, pairs_of, read_items

STEPS = 3000
RATE = 0.5
L2 = 1e-4


def main() -> None:
    """Prints the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path)
    options.add_argument("--items", type=int, default=1500, help="items drawn at random, default 1500")
    chosen = options.parse_args()
    reader = Reader(Analyser())
    items, sha256 = read_items(files_of(chosen.folder))
    random.Random(0).shuffle(items)
    rows, labels, outcomes = [], [], Counter[tuple[bool, str, int]]()
    for item in items[: chosen.items]:
        is_apart = is_held_out(item)
        for pair, best in _told(list(pairs_of(item)), reader):
            outcomes[is_apart, best.turn.value or best.outcome.value, pair.label] += 1
            if not is_apart:
                rows.append(features(best))
                labels.append(pair.label)
    table = np.array([list(row.values()) for row in rows])
    weights = fit(table, np.eye(3)[labels], steps=STEPS, rate=RATE, l2=L2)
    sys.stdout.write(f"# {len(rows)} pairs, SHA-256 of the files {sha256[:16]}…\n")
    sys.stdout.writelines(as_python(list(rows[0]), weights))
    for is_apart, outcome in sorted({(one, two) for one, two, _ in outcomes}):
        counts = [outcomes[is_apart, outcome, label] for label in range(3)]
        sys.stdout.write(f"# {'held out' if is_apart else 'fitted on'}, {outcome}: {counts} of S, C, N\n")


def _told(pairs: Sequence[Pair], reader: Reader) -> Iterator[tuple[Pair, Accounting]]:
    read = remembering(reader)
    for pair in pairs:
        yield pair, best_of([accounting for accounting, _ in accountings(Reading(pair.claim, pair.text, ()), read)])


if __name__ == "__main__":
    main()
