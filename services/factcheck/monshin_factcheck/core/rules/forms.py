"""Which form of a drug is meant: 錠 and 注, 徐放錠, 坐剤, liposomal. 40 mg of one is not 40 mg of another."""

import re
from collections.abc import Iterator

from monshin_factcheck.core.rules.alignment import MATCHED, Alignment, similarity
from monshin_factcheck.core.rules.manners import manners
from monshin_factcheck.core.rules.statement import Statement, Unit
from monshin_factcheck.core.rules.uses import amounts
from monshin_factcheck.core.text.spans import Span

# What stands right behind a name, or in front of it, without any particle.
_BEHIND = re.compile(r"[^\s、。,.;:はがをのにでとも0-9(（「]*(?:[ ](?:[a-z-]+))?", re.IGNORECASE)
_BEFORE = re.compile(r"(?:[A-Za-z-]+[ ]|[ァ-ヺー一-龥]+|[A-Za-z-]+[ -]release[ ])$", re.IGNORECASE)


def other_form(alignment: Alignment) -> Iterator[tuple[Span, Span]]:
    """A name of the claim and the same one there, where one of them has a form that the other side does not name."""
    claim, evidence = alignment.claim, alignment.evidence
    for mine in claim.units if amounts(claim) else ():
        there = [one for one in evidence.units if similarity(mine, one) >= MATCHED]
        if there and all(_differ(claim, mine, evidence, one) for one in there):
            yield mine.span, there[0].span


def _differ(claim: Statement, mine: Unit, evidence: Statement, other: Unit) -> bool:
    here, there = _forms(claim, mine), _forms(evidence, other)
    known = manners().forms
    lacking = [name for name in there - here if not _names(claim, name) and not (known[name].plain and not here)]
    extra = [name for name in here - there if not _names(evidence, name) and not (known[name].plain and not there)]
    return bool(lacking or extra)


def _names(statement: Statement, form: str) -> bool:
    return manners().forms[form].words.search(statement.text.text) is not None


def _forms(statement: Statement, unit: Unit) -> frozenset[str]:
    """Of 徐放錠 both, 徐放 and 錠."""
    text = statement.text.text
    behind = _BEHIND.match(text, unit.span.end)
    before = _BEFORE.search(text[: unit.span.start])
    around = [
        unit.span.of(text),
        behind.group() if behind is not None else "",
        before.group() if before is not None else "",
    ]
    return frozenset(name for name, form in manners().forms.items() if any(form.words.search(one) for one in around))
