"""Fits how rules and judges that read are joined: `python -m services.factcheck.tools.fit_weighing DATA`.

DATA: the folder with factcheck-train and factcheck-dev. --judges: as in MONSHIN_FACTCHECK_JUDGES, whose other settings
count as well. --out: a folder; default: that of this package. Writes JUDGES.json, which is what serves, and JUDGES.md.

Of factcheck-train only the tenth of the items is used on which the adapter of `local` was not trained. These pairs are
made to be hard (every passage has a mirror), claims of factcheck-dev are like those of answers. Each of
the two comes in three ways: claims beside their own passage, given; the same, found by search; and beside a stranger, a
passage of another item that search finds as well, since a check of a corpus reads both. Each of these six groups counts
a sixth, in the fit and where the least probabilities for a verdict are chosen; SUPPORTED must be right as often in the
worst of them.

The weights behind the figures are cross-validated: an item is in one of five folds, and each fold is judged by a map
fitted on the others. Temperature and least probabilities are not: they are chosen on the same scores that the figures
are taken from, which flatters the figures that depend on them. What a judge said is kept by its revision (--cache): a
fit that was cut off goes on.
"""

import argparse
import asyncio
import hashlib
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
from monshin_factcheck.checking.evidence import source_passages
from monshin_factcheck.checking.seats import Seat
from monshin_factcheck.core.calibration import (
    best_temperature,
    calibration_error,
    interval,
    least_probability,
    reliability,
    risk_at,
    softmax,
)
from monshin_factcheck.core.decision import Saying, Verdict, decide
from monshin_factcheck.core.document_account import Account
from monshin_factcheck.core.evidence import Passage, Probabilities
from monshin_factcheck.core.judge import Opinion
from monshin_factcheck.core.rules.decisive import is_decisive
from monshin_factcheck.core.rules.judge import RulesJudge
from monshin_factcheck.core.rules.revision import rules_revision
from monshin_factcheck.core.rules.statement import Reader
from monshin_factcheck.core.semantic import Reading
from monshin_factcheck.core.source import SourceText
from monshin_factcheck.core.text.spans import Span
from monshin_factcheck.core.text.words import Analyser
from monshin_factcheck.core.weighing import RULES, features
from monshin_factcheck.judges.fitted import BUILT_IN
from monshin_factcheck.judges.seating import seats
from monshin_factcheck.settings import FactcheckSettings
from monshin_kit.errors import Unavailable
from monshin_kit.settings import load

from services.factcheck.tools import regression
from services.factcheck.tools.kept_judge import KeptJudge
from services.factcheck.tools.training_items import CONTRADICTED, SUPPORTED, number_of
from services.factcheck.tools.weighing_report import COVERAGES, Figures, report
from services.factcheck.tools.weighing_rows import DEV, GIVEN, HELD_OUT, Row, labelled

FOLDS = 5
STEPS = 4000
RATE = 0.3
L2 = 1e-3
# What verdicts must be right in, on the mixture of both kinds of claims. SUPPORTED in each group as well, since nobody
# knows which of them a hospital's claims are like.
SUPPORTED_PRECISION = 0.95
CONTRADICTED_PRECISION = 0.85
ITEMS = 200
STRANGERS = 600
_AT_ONCE = 32
_PATIENCE_S = 3600.0
_LABELS = {Verdict.SUPPORTED: SUPPORTED, Verdict.CONTRADICTED: CONTRADICTED}


async def main() -> None:
    """Reads, fits, tells, writes."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("data", type=Path)
    options.add_argument("--judges", default=FactcheckSettings().judges, help="default: %(default)s")
    options.add_argument("--items", type=int, default=ITEMS, help=f"held-out items, default {ITEMS}")
    options.add_argument("--strangers", type=int, default=STRANGERS, help=f"of them beside one, default {STRANGERS}")
    options.add_argument("--out", type=Path, default=BUILT_IN)
    options.add_argument("--cache", type=Path, default=Path(".cache/factcheck"))
    chosen = options.parse_args()
    rows = labelled(chosen.data, chosen.items, chosen.strangers)
    opinions_of = ruled(rows)
    settings = replace(
        load(FactcheckSettings), judges=chosen.judges, judge_timeout_s=_PATIENCE_S, llm_timeout_s=_PATIENCE_S
    )
    sayings_of = [await heard(seat, rows, chosen.cache) for seat in seats(settings, chosen.cache)]
    accounts = [
        Account(opinions, tuple(saying(judge, revision, odds[place]) for judge, revision, odds in sayings_of))
        for place, opinions in enumerate(opinions_of)
    ]
    revisions = {judge: revision for judge, revision, _ in sayings_of} | {RULES: rules_revision()}
    found, report = _fitted(rows, accounts, revisions, _decisive(rows, opinions_of))
    name = "+".join(sorted(revisions.keys() - {RULES}))
    chosen.out.mkdir(parents=True, exist_ok=True)
    (chosen.out / f"{name}.json").write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    (chosen.out / f"{name}.md").write_text(report, "utf-8")
    sys.stdout.write(report)


def ruled(rows: Sequence[Row]) -> list[tuple[Opinion, ...]]:
    """What the rules say of each row's sentences."""
    rules = RulesJudge(Reader(Analyser()))
    return [tuple(rules.judge(row.claim, passages_of(row))) for row in rows]


def passages_of(row: Row) -> list[Passage]:
    """The sentences of a row's text as a check of the text itself has them, marked by how they came."""
    return [replace(one, is_found=row.is_found) for one in source_passages(0, SourceText(row.text))]


async def heard(seat: Seat, rows: Sequence[Row], cache: Path) -> tuple[str, str, list[Probabilities]]:
    """What a judge says of all rows; asked in parts, each of which is kept before the next."""
    judge = KeptJudge(seat, cache / "scores")
    try:
        await judge.open()
    except Unavailable as error:
        raise SystemExit(error.message) from error
    readings = [Reading(row.claim, row.text, ()) for row in rows]
    wanted = judge.unheard(readings)
    for start in range(0, len(wanted), _AT_ONCE):
        part = wanted[start : start + _AT_ONCE]
        await judge.read(part)
        sys.stderr.write(f"{judge.name}: {start + len(part)} of {len(wanted)} claims\n")
    odds, revision = [answer.probabilities for answer in await judge.read(readings)], judge.revision
    await judge.close()
    return judge.name, revision, odds


def saying(judge: str, revision: str, odds: Probabilities) -> Saying:
    """A judge's odds as a weighing takes them."""
    return Saying(judge, revision, odds, "sources/0", Span(0, 0), "", 0.0)


def _decisive(rows: Sequence[Row], ruled: Sequence[tuple[Opinion, ...]]) -> list[str]:
    """How many claims the rules settle alone, and how rightly."""
    lines = []
    for name in (DEV, HELD_OUT):
        chosen = [place for place, row in enumerate(rows) if row.source == name and row.way == GIVEN]
        made = [(rows[at].label, decide(ruled[at], (RULES,))) for at in chosen]
        settled = [(label, one.verdict) for label, one in made if is_decisive(one) and one.verdict in _LABELS]
        right = sum(label == _LABELS[verdict] for label, verdict in settled)
        limited = [label for label, one in made if one.verdict is Verdict.CONDITIONAL]
        lines.append(
            f"- {name}: {len(settled)} of {len(chosen)} claims, {right} of them rightly; CONDITIONAL {len(limited)},"
            f" of them supported {limited.count(SUPPORTED)} and contradicted {limited.count(CONTRADICTED)}"
        )
    return lines


def _fitted(
    rows: Sequence[Row], accounts: Sequence[Account], revisions: dict[str, str], decisive: Sequence[str]
) -> tuple[dict[str, object], str]:  # fmt: skip
    seen = [features(account) for account in accounts]
    vetoed = np.array([account.is_vetoed for account in accounts])
    names = list(seen[0])
    table = np.array([[one[name] for name in names] for one in seen])
    labels = np.array([row.label for row in rows])
    sets = groups_of(rows)
    shares = shares_of(rows)
    scores = np.zeros((len(rows), 3))
    for own, weights in crossed(table, rows):
        scores[own] = table[own] @ weights
    temperature = best_temperature(scores, labels, shares)
    odds = softmax(scores / temperature)
    least = (
        _least_supported(odds[:, 0], labels == SUPPORTED, ~vetoed, shares, list(sets.values())),
        least_probability(odds[:, 1], labels == CONTRADICTED, shares, CONTRADICTED_PRECISION),
    )
    figures = {
        name: _figures(
            odds[chosen], labels[chosen], vetoed[chosen], least, [rows[at].item for at in np.flatnonzero(chosen)]
        )
        for name, chosen in sets.items()
    }
    weights = fit(table, np.eye(3)[labels], shares)
    found: dict[str, object] = {
        "revisions": revisions,
        "data_sha256": hashlib.sha256(json.dumps([[r.claim, r.text, r.label] for r in rows]).encode()).hexdigest(),
        "claims": len(rows),
        "temperature": round(temperature, 4),
        "least_supported": round(least[0], 4),
        "least_contradicted": round(least[1], 4),
        "cross_validated": figures,
        "reliability": {
            name: [asdict(one) for one in reliability(odds[chosen], labels[chosen])] for name, chosen in sets.items()
        },
        "weights": {name: [round(float(value), 4) for value in row] for name, row in zip(names, weights, strict=True)},
    }
    risks = {name: risk_at(odds[chosen], labels[chosen], COVERAGES) for name, chosen in sets.items()}
    return found, report(found, figures, risks, decisive)


def _least_supported(
    odds: np.ndarray, is_right: np.ndarray, may: np.ndarray, shares: np.ndarray, groups: Sequence[np.ndarray]
) -> float:  # fmt: skip
    """odds, is_right: of SUPPORTED. may: claims that no rule vetoes. Groups without a supported claim, which none can
    raise, count in the mixture alone.
    """
    wanted = [may, *(may & group for group in groups if (is_right & group).any())]
    return max(least_probability(odds[of], is_right[of], shares[of], SUPPORTED_PRECISION) for of in wanted)


def groups_of(rows: Sequence[Row]) -> dict[str, np.ndarray]:
    """The groups by name, each as flags of its rows."""
    kinds = [f"{row.source}, {row.way}" for row in rows]
    return {kind: np.array([one == kind for one in kinds]) for kind in dict.fromkeys(kinds)}


def shares_of(rows: Sequence[Row]) -> np.ndarray:
    """Weights of rows with which each group counts the same; their sum is 1."""
    groups = groups_of(rows).values()
    shares: np.ndarray = sum(chosen / chosen.sum() for chosen in groups) / len(groups)
    return shares


def folds_of(rows: Sequence[Row]) -> np.ndarray:
    """A number below FOLDS for each row, the same for all of an item."""
    return np.array([number_of(row.item) // 10 % FOLDS for row in rows])


def crossed(table: np.ndarray, rows: Sequence[Row]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """For each fold the flags of its rows, and weights that were fitted on all others; an item is in one fold."""
    labels, shares, folds = np.array([row.label for row in rows]), shares_of(rows), folds_of(rows)
    for fold in range(FOLDS):
        others = folds != fold
        yield ~others, fit(table[others], np.eye(3)[labels[others]], shares[others])


def fit(table: np.ndarray, targets: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """As regression.fit, with what is set above; shares: the rows' weights."""
    return regression.fit(table, targets, steps=STEPS, rate=RATE, l2=L2, shares=shares)


def _figures(
    odds: np.ndarray, labels: np.ndarray, vetoed: np.ndarray, least: tuple[float, float], items: Sequence[str]
) -> Figures:
    margin = odds[:, 1] - odds[:, 0]
    order = np.argsort(np.argsort(margin[labels < 2]))
    contradicted = labels[labels < 2] == 1
    pairs = contradicted.sum() * (~contradicted).sum()
    wins = order[contradicted].sum() - contradicted.sum() * (contradicted.sum() - 1) / 2
    supported, refuted = (odds[:, 0] >= least[0]) & ~vetoed, odds[:, 1] >= least[1]
    error = interval(items, lambda chosen: calibration_error(odds[chosen], labels[chosen]))
    counts = {"claims": len(labels), "said_supported": supported.sum(), "said_contradicted": refuted.sum()}
    figures = {
        "auroc": wins / pairs if pairs else None,
        "accuracy": (odds.argmax(1) == labels).mean(),
        "supported_precision": _mean(labels[supported] == 0),
        "supported_recall": _mean(supported[labels == SUPPORTED]),
        "contradicted_precision": _mean(labels[refuted] == 1),
        "contradicted_recall": _mean(refuted[labels == CONTRADICTED]),
        "expected_calibration_error": calibration_error(odds, labels),
    }
    rounded: Figures = {name: int(count) for name, count in counts.items()}
    rounded |= {name: None if value is None else round(float(value), 4) for name, value in figures.items()}
    return rounded | {"expected_calibration_error_95": [round(value, 4) for value in error]}


def _mean(flags: np.ndarray) -> float | None:
    return float(flags.mean()) if len(flags) else None


if __name__ == "__main__":
    asyncio.run(main())
