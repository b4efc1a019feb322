"""The methods that are compared, each as probabilities and verdicts on the same claims.

Rules, and what serves, decide as they do in a check (served.py). Every other method becomes probabilities by the same
softmax regression, cross-validated by item as in tools/fit_weighing.py: no claim is judged by a map that has seen its
item, nor by a threshold chosen on it.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from monshin_embed.core.request import Kind
from monshin_factcheck.core.calibration import Flags, Floats, Ints, best_temperature, least_probability, softmax
from monshin_factcheck.core.decision import Decision, Saying, Verdict, decide
from monshin_factcheck.core.document_account import Account
from monshin_factcheck.core.retrieval.lexical import LexicalIndex
from monshin_factcheck.core.retrieval.terms import Terms
from monshin_factcheck.core.rules.decisive import is_decisive
from monshin_factcheck.core.text.words import Analyser
from monshin_factcheck.core.weighing import RULES, features
from monshin_factcheck.judges.seating import seats
from monshin_factcheck.settings import FactcheckSettings
from monshin_kit.settings import load

from benchmarks.factcheck.served import SERVED, decisions
from benchmarks.factcheck_vectors import CACHE, vectors
from services.factcheck.tools.fit_weighing import (
    CONTRADICTED_PRECISION,
    FOLDS,
    SUPPORTED_PRECISION,
    crossed,
    folds_of,
    heard,
    ruled,
    saying,
    shares_of,
)
from services.factcheck.tools.weighing_rows import GIVEN, Row

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


def methods(every: Sequence[Row]) -> list[Judged]:
    """All of them on those of the rows that are GIVEN, what serves last. every: all six groups, as `labelled`."""
    given = [at for at, row in enumerate(every) if row.way == GIVEN]
    rows = [every[at] for at in given]
    opinions_of_all = ruled(every)
    opinions = [opinions_of_all[at] for at in given]
    told_of_all = asyncio.run(_told(every, SERVED))
    told = {name: [said[at] for at in given] for name, said in told_of_all.items()}
    accounts = [Account(some, tuple(said[at] for said in told.values())) for at, some in enumerate(opinions)]
    seen = [features(account) for account in accounts]
    by_rules = [decide(some, (RULES,)) for some in opinions]
    never = np.zeros(len(rows), bool)

    def joined(name: str, chosen: Callable[[str], bool], vetoed: Flags) -> Judged:
        names = [feature for feature in seen[0] if feature == "constant" or chosen(feature)]
        return _crossed(name, np.array([[one[feature] for feature in names] for one in seen]), rows, vetoed)

    found = [
        _crossed("cosine", _curve(_cosines(rows)), rows, never),
        _crossed("BM25 overlap", _curve(_overlaps(rows)), rows, never),
        _decided("rules only", by_rules),
    ]
    found += [
        joined(f"{judge} only", lambda feature, judge=judge: feature.startswith(f"{judge}:"), never) for judge in told
    ]
    vetoed = np.array([account.is_vetoed for account in accounts])
    for judge in told:
        others = joined(f"all but {judge}", lambda feature, judge=judge: not feature.startswith(f"{judge}:"), vetoed)
        found.append(_settled(others, by_rules))
    by_all = decisions(every, opinions_of_all, told_of_all)
    return [*found, _decided("all together", [by_all[at] for at in given])]


async def _told(rows: Sequence[Row], judges: Sequence[str]) -> dict[str, list[Saying]]:
    """What each judge says of each row, by its name; kept in .cache/factcheck/scores by the judge's revision."""
    found = {}
    for name in judges:
        settings = replace(load(FactcheckSettings), judges=name, judge_timeout_s=_PATIENCE_S)
        (seat,) = seats(settings, CACHE / "factcheck")
        judge, revision, odds = await heard(seat, rows, CACHE / "factcheck")
        found[judge] = [saying(judge, revision, one) for one in odds]
    return found


def _decided(name: str, made: Sequence[Decision]) -> Judged:
    """Decisions as they are."""
    odds = [[one.probabilities.supported, one.probabilities.contradicted, one.probabilities.neither] for one in made]
    return Judged(name, np.array(odds), np.array([_VERDICTS.get(one.verdict, 2) for one in made]))


def _settled(judged: Judged, by_rules: Sequence[Decision]) -> Judged:
    """What the rules settle alone is not read, as in a check."""
    settled = np.array([_VERDICTS.get(one.verdict, 2) if is_decisive(one) else -1 for one in by_rules])
    return replace(judged, verdicts=np.where(settled >= 0, settled, judged.verdicts))


def _crossed(name: str, table: Floats, rows: Sequence[Row], vetoed: Flags) -> Judged:
    labels, shares, folds = np.array([row.label for row in rows]), shares_of(rows), folds_of(rows)
    scores = np.zeros((len(rows), 3))
    for own, weights in crossed(table, rows):
        scores[own] = table[own] @ weights
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
