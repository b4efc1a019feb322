"""A read sentence made ready to be laid onto another: without words that only carry a particle, with those left out."""

import re
from dataclasses import replace

from monshin_factcheck.core.cues.opposites import Opposable, opposites
from monshin_factcheck.core.rules.statement import Statement, Unit

# Of persons and cases, behind words that say which: 透析中の患者, 服用している人.
_LIGHT = frozenset({"患者", "人", "者", "方", "例", "症例", "状態", "状況", "patient", "person", "peopl"})
# What may stand between such a word and the one before it.
_ATTRIBUTIVE = re.compile(
    r"(?:の|な|中の|[がの](?:ある|ない)|(?:し|で|て|んで)?(?:いる|た|だ|る)|を有する|[うくすつぬむる])?"
)
# The same with a word that is no unit at all: 腎障害があるときは.
_CASE = re.compile(r"(?:[がの](?:ある|ない)|の)?(?:場合|とき|時|際)(?:に|で)?(?:は|も)?")
# Cues that stand without a predicate, and the predicate that they mean.
_BARE = frozenset({"禁忌", "不可", "禁止"})
_GIVING = "投与"


def prepared(statement: Statement) -> Statement:
    """The same statement, as its units are laid onto another's.

    Particles that join clauses do not count as cases: the が of 使えるが is no subject's. A light word behind another
    goes, and hands its particle on: 腎障害のある患者に is 腎障害に. 禁忌 behind whom it concerns has the predicate
    that it leaves out: 妊婦には禁忌 is 妊婦には投与禁忌.
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
    for clause in statement.clauses:
        for cue in clause.cues:
            before = [unit for unit in units if unit.span.end <= cue.span.start]
            if cue.span.of(text) in _BARE and before and before[-1].particle in ("に", "で"):
                opposable = Opposable(_GIVING, opposites().of(_GIVING))
                units.append(Unit(_GIVING, (_GIVING,), cue.span, 0.6, before[-1].clause, "", opposable))
    return replace(statement, units=tuple(sorted(units, key=lambda unit: unit.span)))


def _is_light(text: str, before: Unit, unit: Unit) -> bool:
    """Whether the unit only names the kind of what the word before it tells."""
    if not _LIGHT & {unit.key, *unit.forms} or before.clause != unit.clause:
        return False
    return _ATTRIBUTIVE.fullmatch(text[before.span.end : unit.span.start]) is not None
