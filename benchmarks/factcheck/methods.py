"""The methods that are compared, each as probabilities and verdicts on the same claims.

Every method but the rules becomes probabilities by the same softmax regression, cross-validated by item as in
tools/fit_weighing.py: no claim is judged by a map that has seen its item, nor by a threshold chosen on it.
"""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from monshin_embed.core.request import Kind
from monshin_factcheck.core.calibration import Flags, Floats, Ints, best_temperature, least_probability, softmax
from monshin_factcheck.core.decision import Decision, Saying, Verdict, decide
from monshin_factcheck.core.retrieval.lexical import LexicalIndex
from monshin_factcheck.core.retrieval.terms import Terms
from monshin_factcheck.core.rules.decisive import is_decisive
from monshin_factcheck.core.text.words import Analyser
from monshin_factcheck.core.weighing import RULES, Account, features
from monshin_factcheck.judges.seating import seats
from monshin_factcheck.settings import FactcheckSettings
from monshin_kit.settings import load

from benchmarks.factcheck_vectors import CACHE, vectors
from services.factcheck.tools.fit_weighing import (
    CONTRADICTED_PRECISION,
    FOLDS,
    SUPPORTED_PRECISION,
    fit,
    heard,
    ruled,
    saying,
)
from services.factcheck.tools.weighing_rows import Row

# Quickest first.
JUDGES = ("alignment", "local")
_QUICK = "alignment"
_VERDICTS = {Verdict.SUPPORTED: 0, Verdict.CONTRADICTED: 1}
_PATIENCE_S = 3600.0


@dataclass(frozen=True, slots=True)
class Judged:
    """odds: float (claims, 3). verdicts: int (claims,): 0 SUPPORTED, 1 CONTRADICTED, 2 neither was said."""

    name: str
    odds: Floats
    verdicts: Ints

    @property
    def margins(self) -> Floats:
        """p(contradicted) - p(supported): float (claims,)."""
        margins: Floats = self.odds[:, 1] - self.odds[:, 0]
        return margins


def methods(rows: Sequence[Row], is_real: Flags) -> list[Judged]:
    """All of them; is_real: which rows are of factcheck-dev, which count half in every fit."""
    opinions = ruled(rows)
    by_rules = [decide(some, (RULES,)) for some in opinions]
    rules = Judged(
        "rules only",
        np.array(
            [[d.probabilities.supported, d.probabilities.contradicted, d.probabilities.neither] for d in by_rules]
        ),
        np.array([_VERDICTS.get(decision.verdict, 2) for decision in by_rules]),
    )
    told = asyncio.run(_told(rows))
    accounts = [Account(some, tuple(said[at] for said in told.values())) for at, some in enumerate(opinions)]
    seen = [features(account) for account in accounts]
    vetoed = np.array([account.is_vetoed for account in accounts])

    def crossed(name: str, chosen: Callable[[str], bool], vetoes: Flags) -> Judged:
        names = [feature for feature in seen[0] if feature == "constant" or chosen(feature)]
        return _crossed(name, np.array([[one[feature] for feature in names] for one in seen]), rows, is_real, vetoes)

    never = np.zeros(len(rows), bool)
    found = [
        _crossed("cosine", _curve(_cosines(rows)), rows, is_real, never),
        _crossed("BM25 overlap", _curve(_overlaps(rows)), rows, is_real, never),
        rules,
    ]
    found += [
        crossed(f"{judge} only", lambda feature, judge=judge: feature.startswith(f"{judge}:"), never) for judge in told
    ]
    if _QUICK in told and len(told) > 1:
        others = tuple(f"{judge}:" for judge in told if judge != _QUICK)
        quick = crossed(f"rules + {_QUICK}", lambda feature: not feature.startswith(others), vetoed)
        found.append(_settled(quick, by_rules))
    return [*found, _settled(crossed("all together", lambda feature: True, vetoed), by_rules)]


async def _told(rows: Sequence[Row]) -> dict[str, list[Saying]]:
    """What each judge says of each row, by its name; kept in .cache/factcheck/scores by the judge's revision."""
    found = {}
    for name in JUDGES:
        settings = replace(load(FactcheckSettings), judges=name, judge_timeout_s=_PATIENCE_S)
        (seat,) = seats(settings, CACHE / "factcheck")
        judge, revision, odds = await heard(seat, rows, CACHE / "factcheck")
        found[judge] = [saying(judge, revision, one) for one in odds]
    return found


def _settled(judged: Judged, by_rules: Sequence[Decision]) -> Judged:
    """What the rules settle alone is not read, as in a check."""
    settled = np.array([_VERDICTS.get(one.verdict, 2) if is_decisive(one) else -1 for one in by_rules])
    return replace(judged, verdicts=np.where(settled >= 0, settled, judged.verdicts))


def _crossed(name: str, table: Floats, rows: Sequence[Row], is_real: Flags, vetoed: Flags) -> Judged:
    labels = np.array([row.label for row in rows])
    shares = np.where(is_real, 0.5 / is_real.sum(), 0.5 / (~is_real).sum())
    folds = np.array([int(hashlib.sha256(row.item.encode()).hexdigest(), 16) // 10 % FOLDS for row in rows])
    scores = np.zeros((len(rows), 3))
    for fold in range(FOLDS):
        others = folds != fold
        scores[~others] = table[~others] @ fit(table[others], np.eye(3)[labels[others]], shares[others])
    odds, verdicts = np.zeros_like(scores), np.full(len(rows), 2)
    for fold in range(FOLDS):
        own, others = folds == fold, folds != fold
        temperature = best_temperature(scores[others], labels[others], shares[others])
        odds[own] = softmax(scores[own] / temperature)
        known = softmax(scores / temperature)
        may = others & ~vetoed
        supported = least_probability(known[may, 0], labels[may] == 0, shares[may], SUPPORTED_PRECISION)
        refuted = least_probability(known[others, 1], labels[others] == 1, shares[others], CONTRADICTED_PRECISION)
        verdicts[own & (known[:, 1] >= refuted)] = 1
        verdicts[own & (known[:, 0] >= supported) & ~vetoed] = 0
    return Judged(name, odds, verdicts)


def _curve(values: Floats) -> Floats:
    """A score as features that a line through three classes can use."""
    standard = (values - values.mean()) / values.std()
    return np.stack([np.ones_like(standard), standard, standard**2], 1)


def _cosines(rows: Sequence[Row]) -> Floats:
    texts = list(dict.fromkeys(row.text for row in rows))
    place = {text: at for at, text in enumerate(texts)}
    passages, claims = vectors(texts, Kind.PASSAGE), vectors([row.claim for row in rows], Kind.QUERY)
    found: Floats = (claims * passages[[place[row.text] for row in rows]]).sum(1).astype(np.float64)
    return found


def _overlaps(rows: Sequence[Row]) -> Floats:
    terms = Terms(Analyser())
    texts = list(dict.fromkeys(row.text for row in rows))
    place = {text: at for at, text in enumerate(texts)}
    index = LexicalIndex([terms.of(text) for text in texts])
    return np.array([float(index.scores(terms.of(row.claim))[place[row.text]]) for row in rows])
