"""Whether words behind a dose are of another drug: what ends that one leaves the first alone."""

import re
from collections.abc import Sequence

from monshin_factcheck.core.aliases.table import builtin_section
from monshin_factcheck.core.rules.alignment import similarity
from monshin_factcheck.core.rules.name_rules import kind_of_name
from monshin_factcheck.core.rules.statement import Statement, Unit
from monshin_factcheck.core.rules.subjects import ALIKE
from monshin_factcheck.core.text.language import Language

_DRUGS = "drugs"
# ヘパリンに変更した, switched to heparin: ends the drug before, which it does not name.
_CHANGED_TO = ("に", "へ")
_CHANGED_TO_EN = re.compile(
    r"\b(?:switch|chang|convert|replac|transition|cross)\w*(?: over)? (?:to|with|by) $", re.IGNORECASE
)


def is_of_another_drug(statement: Statement, units: Sequence[Unit], before: Sequence[Unit]) -> bool:
    """Whether drugs are named among these units of a statement, and none of those that stand before."""
    drugs = [unit for unit in units if _is_drug(statement, unit) and not _is_changed_to(statement, unit)]
    return bool(drugs) and not any(similarity(unit, other) >= ALIKE for unit in drugs for other in before)


def _is_changed_to(statement: Statement, unit: Unit) -> bool:
    before = statement.text.text[: unit.span.start]
    return unit.particle in _CHANGED_TO or _CHANGED_TO_EN.search(before) is not None


def _is_drug(statement: Statement, unit: Unit) -> bool:
    """In English by the tables alone: April has a capital letter, too."""
    if statement.language is Language.ENGLISH:
        return builtin_section(unit.key) == _DRUGS
    return kind_of_name(statement, unit) == _DRUGS
