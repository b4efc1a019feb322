"""A read sentence made ready to be laid onto another: without words that only carry a particle."""

import re
from dataclasses import replace

from monshin_factcheck.core.rules.statement import Statement, Unit

# Of persons and cases, behind words that say which: 透析中の患者, 服用している人.
_LIGHT = frozenset({"患者", "人", "者", "方", "例", "症例", "状態", "状況", "patient", "person", "peopl"})
# What may stand between such a word and the one before it.
_ATTRIBUTIVE = re.compile(
    r"(?:の|な|中の|[がの](?:ある|ない)|(?:し|で|て|んで)?(?:いる|た|だ|る)|を有する|[うくすつぬむる])?"
)
# The same with a word that is no unit at all: 腎障害があるときは.
_CASE = re.compile(r"(?:[がの](?:ある|ない)|の)?(?:場合|とき|時|際)(?:に|で)?(?:は|も)?")


def prepared(statement: Statement) -> Statement:
    """The same statement, as its units are laid onto another's.

    Particles that join clauses do not count as cases: the が of 使えるが is no subject's. A light word behind another
    goes, and hands its particle on: 腎障害のある患者に is 腎障害に.
    """
    joining = {word.span.start for word in statement.words if word.detail == "接続助詞"}
    text = statement.text.text
    units: list[Unit] = []
    for unit in statement.units:
        particle = "" if unit.span.end in joining else unit.particle
        if units and _is_light(text, units[-1], unit):
            units[-1] = replace(units[-1], particle=particle)
        else:
            units.append(replace(unit, particle="に" if _CASE.match(text, unit.span.end) else particle))
    return replace(statement, units=tuple(units))


def _is_light(text: str, before: Unit, unit: Unit) -> bool:
    """Whether the unit only names the kind of what the word before it tells."""
    if not _LIGHT & {unit.key, *unit.forms} or before.clause != unit.clause:
        return False
    return _ATTRIBUTIVE.fullmatch(text[before.span.end : unit.span.start]) is not None
