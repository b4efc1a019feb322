"""Fits how rules and the judge `local` are joined: `python services/factcheck/tools/fit_weighing.py DATA`.

DATA: the folder with factcheck-train and factcheck-dev. Writes judges/local/weighing.json. Of factcheck-train only the
tenth of the items is used on which the adapter was not trained. These pairs are made to be hard (every passage has a
mirror), claims of factcheck-dev are like those of answers: both count half in the fit, and the least probabilities
for a verdict are those at which verdicts on factcheck-dev are right as often as wanted. All figures are
cross-validated: an item is in one of five folds, and each fold is judged by a map fitted on the others.
"""

import hashlib
import json
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from monshin_factcheck.core.evidence import Passage
from monshin_factcheck.core.rules.judge import RulesJudge
from monshin_factcheck.core.rules.statement import Reader
from monshin_factcheck.core.semantic import Reading
from monshin_factcheck.core.text.sentences import split_sentences
from monshin_factcheck.core.text.words import Analyser
from monshin_factcheck.core.weighing import Account, features
from monshin_factcheck.judges.local.judge import ADAPTER, LocalJudge
from monshin_factcheck.judges.local.weighing import FILE
from monshin_kit.artefacts import Artefacts

FOLDS = 5
STEPS = 4000
L2 = 1e-3
# What a verdict must be right in, on the development data.
PRECISION = 0.95
HELD_OUT_OF = 10
ITEMS = 60


@dataclass(frozen=True, slots=True)
class Row:
    """A labelled claim; label: 0 supported, 1 contradicted, 2 neither."""

    claim: str
    text: str
    label: int
    item: str


def main(data: Path) -> None:
    """Fits, prints, writes."""
    hard, real = list(_held_out(data / "factcheck-train")), list(_development(data / "factcheck-dev"))
    rows = [*hard, *real]
    is_real = np.arange(len(rows)) >= len(hard)
    shares = np.where(is_real, 0.5 / len(real), 0.5 / len(hard))
    seen, vetoed = _features(rows, ADAPTER)
    names = list(seen[0])
    table = np.array([[one[name] for name in names] for one in seen])
    labels = np.array([row.label for row in rows])
    folds = np.array([int(hashlib.sha256(row.item.encode()).hexdigest(), 16) // 10 % FOLDS for row in rows])
    odds = np.zeros((len(rows), 3))
    for fold in range(FOLDS):
        others = folds != fold
        weights = _fit(table[others], np.eye(3)[labels[others]], shares[others])
        odds[folds == fold] = _softmax(table[folds == fold] @ weights)
    none = np.zeros_like(vetoed)
    least = [
        _least(odds[is_real, side], labels[is_real] == side, (vetoed if side == 0 else none)[is_real])
        for side in (0, 1)
    ]
    found = {
        "revision": hashlib.sha256(ADAPTER.read_bytes()).hexdigest(),
        "data_sha256": hashlib.sha256(json.dumps([[r.claim, r.text, r.label] for r in rows]).encode()).hexdigest(),
        "claims": len(rows),
        "least_supported": least[0],
        "least_contradicted": least[1],
        "cross_validated": {
            name: _figures(odds[chosen], labels[chosen], vetoed[chosen], least)
            for name, chosen in (("factcheck-dev", is_real), ("factcheck-train, held out", ~is_real))
        },
        "weights": {
            name: [round(float(value), 3) for value in row]
            for name, row in zip(names, _fit(table, np.eye(3)[labels], shares), strict=True)
        },
    }
    text = json.dumps(found, indent=1)
    FILE.write_text(text + "\n", "utf-8")
    sys.stdout.write(text + "\n")


def _held_out(folder: Path) -> Iterator[Row]:
    """Drawn at random, the same each time."""
    items = [
        json.loads(line) for path in sorted(folder.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines()
    ]
    items = [item for item in items if int(hashlib.sha256(item["id"].encode()).hexdigest(), 16) % HELD_OUT_OF == 0]
    random.Random(0).shuffle(items)
    for item in items[:ITEMS]:
        for side, label in (("passage", "label"), ("mirror", "mirror_label")):
            for claim in item["claims"]:
                yield Row(claim["claim"], item[side], "SCN".index(claim[label]), item["id"])


def _development(folder: Path) -> Iterator[Row]:
    for line in (folder / "claims.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        if row["passage"]:
            yield Row(row["claim"], row["passage"], "SCN".index(row["label"]), row["passage"])


def _features(rows: Sequence[Row], adapter: Path) -> tuple[list[dict[str, float]], np.ndarray]:
    rules = RulesJudge(Reader(Analyser()))
    local = LocalJudge(Artefacts(Path(".cache/factcheck")), adapter)
    read = local.read([Reading(row.claim, row.text, ()) for row in rows])
    accounts = [
        Account(tuple(rules.judge(row.claim, _passages(row.text))), odds) for row, odds in zip(rows, read, strict=True)
    ]
    return [features(one) for one in accounts], np.array([one.is_vetoed for one in accounts])


def _passages(text: str) -> list[Passage]:
    spans = split_sentences(text)
    parts = ["", *(span.of(text) for span in spans), ""]
    return [Passage("sources/0", span, parts[at], parts[at - 1], parts[at + 1]) for at, span in enumerate(spans, 1)]


def _fit(table: np.ndarray, targets: np.ndarray, shares: np.ndarray) -> np.ndarray:
    weights = np.zeros((table.shape[1], 3))
    shares = shares[:, None] / shares.sum()
    for _ in range(STEPS):
        weights -= 0.3 * (table.T @ (shares * (_softmax(table @ weights) - targets)) + L2 * weights)
    return weights - weights.mean(1, keepdims=True)


def _softmax(scores: np.ndarray) -> np.ndarray:
    raised = np.exp(scores - scores.max(1, keepdims=True))
    return raised / raised.sum(1, keepdims=True)


def _least(odds: np.ndarray, is_right: np.ndarray, vetoed: np.ndarray) -> float:
    """The smallest probability from which on verdicts are right as often as wanted; at least a half."""
    order = np.argsort(-odds)
    order = order[~vetoed[order]]
    precision = np.cumsum(is_right[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(precision >= PRECISION)
    return round(max(0.5, float(odds[order[good[-1]]])), 3) if len(good) else 1.0


def _figures(odds: np.ndarray, labels: np.ndarray, vetoed: np.ndarray, least: Sequence[float]) -> dict[str, float]:
    margin = odds[:, 1] - odds[:, 0]
    order = np.argsort(np.argsort(margin[labels < 2]))
    contradicted = labels[labels < 2] == 1
    pairs = contradicted.sum() * (~contradicted).sum()
    auroc = (order[contradicted].sum() - contradicted.sum() * (contradicted.sum() - 1) / 2) / pairs
    supported, refuted = (odds[:, 0] >= least[0]) & ~vetoed, odds[:, 1] >= least[1]
    figures = {
        "auroc": auroc,
        "accuracy": (odds.argmax(1) == labels).mean(),
        "supported_precision": (labels[supported] == 0).mean(),
        "supported_recall": supported[labels == 0].mean(),
        "contradicted_precision": (labels[refuted] == 1).mean(),
        "contradicted_recall": refuted[labels == 1].mean(),
        "expected_calibration_error": _ece(odds, labels),
    }
    return {name: round(float(value), 4) for name, value in figures.items()}


def _ece(odds: np.ndarray, labels: np.ndarray, bins: int = 10) -> float:
    """Mean gap between confidence and accuracy over bins of equal width, weighted by size."""
    sure, right = odds.max(1), odds.argmax(1) == labels
    place = np.minimum((sure * bins).astype(int), bins - 1)
    return sum(abs(sure[place == at].mean() - right[place == at].mean()) * (place == at).mean() for at in set(place))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
