"""Words that limit a sentence to some people, or to some time."""

from functools import cache
from importlib import resources

import yaml

from monshin_factcheck.core import cues
from monshin_factcheck.core.rules.statement import Unit


def names_whom_or_when(unit: Unit) -> bool:
    """Whether the unit is of the words that limit a sentence to some people or to some time."""
    return bool({unit.key, *unit.forms} & _limiting())


@cache
def _limiting() -> frozenset[str]:
    source = yaml.safe_load(resources.files(cues).joinpath("conditions.yaml").read_text("utf-8"))
    return frozenset(map(str, (*source["people"], *source["times"])))
