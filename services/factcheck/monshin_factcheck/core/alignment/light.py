"""Words that carry nothing of their own where another word tells what they stand for: 者 of 腎障害のある者."""

from functools import cache
from importlib import resources

import yaml

from monshin_factcheck.core import cues
from monshin_factcheck.core.alignment.roles import is_bonded
from monshin_factcheck.core.rules.statement import Statement, Unit

# Of persons and cases, only behind words that say which: 透析中の患者, 服用している人.
_LIGHT = frozenset({"患者", "人", "者", "方", "例", "症例", "状態", "状況", "patient", "person", "peopl"})
_ATTRIBUTIVE = frozenset(
    {"している", "ている", "でいる", "のある", "がある", "した", "する", "な", "中の", "を有する", "のない", "がない"}
)


def is_light(statement: Statement, at: int) -> bool:
    """Whether the unit only names the kind of what the words before it describe."""
    units = statement.units
    unit = units[at]
    if not _LIGHT & {unit.key, *unit.forms} or at == 0 or units[at - 1].clause != unit.clause:
        return False
    between = statement.text.text[units[at - 1].span.end : unit.span.start]
    return is_bonded(statement, at - 1) or between in _ATTRIBUTIVE


def names_whom_or_when(unit: Unit) -> bool:
    """Whether the unit is of the words that limit a sentence to some people or to some time."""
    return bool({unit.key, *unit.forms} & _limiting())


@cache
def _limiting() -> frozenset[str]:
    source = yaml.safe_load(resources.files(cues).joinpath("conditions.yaml").read_text("utf-8"))
    return frozenset(map(str, (*source["people"], *source["times"])))
