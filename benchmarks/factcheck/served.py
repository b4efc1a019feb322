"""The decision as it serves by default: rules and the judges of the default settings, joined as core/joint_decision.

Only the weights are not those that serve, since these have seen all claims here: they are fitted anew as
tools/fit_weighing.py fits them, on its six groups, without the fold of the claim. Temperature and least probabilities
are those of the map that serves.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from monshin_factcheck.core.decision import Decision, Saying, decide
from monshin_factcheck.core.document_account import Account
from monshin_factcheck.core.joint_decision import decide_by_all
from monshin_factcheck.core.judge import Opinion
from monshin_factcheck.core.rules.decisive import is_decisive
from monshin_factcheck.core.rules.revision import rules_revision
from monshin_factcheck.core.weighing import RULES, Weighing, features
from monshin_factcheck.judges.fitted import BUILT_IN, load_weighings
from monshin_factcheck.judges.seating import names_of
from monshin_factcheck.settings import FactcheckSettings

from services.factcheck.tools.fit_weighing import crossed
from services.factcheck.tools.weighing_rows import Row

SERVED = names_of(FactcheckSettings().judges)


def decisions(
    rows: Sequence[Row], opinions: Sequence[tuple[Opinion, ...]], told: Mapping[str, Sequence[Saying]]
) -> list[Decision]:
    """One a row. rows: all six groups. opinions: of the rules. told: what each judge that serves says, by its name.

    What the rules settle alone is not read, as in a check.
    """
    shipped = _checked_map(told)
    accounts = [Account(some, tuple(said[at] for said in told.values())) for at, some in enumerate(opinions)]
    seen = [features(account) for account in accounts]
    names = list(seen[0])
    table = np.array([[one[name] for name in names] for one in seen])
    found: dict[int, Decision] = {}
    for own, weights in crossed(table, rows):
        fitted = replace(shipped, weights=dict(zip(names, map(tuple, weights.tolist()), strict=True)))
        for at in np.flatnonzero(own):
            by_rules = decide(opinions[at], (RULES,))
            found[at] = by_rules if is_decisive(by_rules) else decide_by_all([accounts[at]], fitted, (RULES, *told))
    return [found[at] for at in range(len(rows))]


def served_map() -> Weighing:
    """The map that serves for the judges of the default settings. Ends the program where there is none."""
    for weighing in load_weighings([BUILT_IN]):
        if weighing.judges == frozenset(SERVED):
            return weighing
    raise SystemExit(f"no map was fitted for {', '.join(SERVED)}: run tools/fit_weighing.py first")


def _checked_map(told: Mapping[str, Sequence[Saying]]) -> Weighing:
    """The same, if it was fitted for the judges as they are."""
    weighing = served_map()
    if any(weighing.revisions[judge] != sayings[0].revision for judge, sayings in told.items()):
        raise SystemExit("the map that serves was fitted for other revisions: run tools/fit_weighing.py first")
    if weighing.revisions[RULES] != rules_revision():
        sys.stderr.write("the map that serves was fitted with other rules: run tools/fit_weighing.py first\n")
    return weighing
