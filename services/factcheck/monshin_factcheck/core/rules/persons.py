"""Of which person a sentence tells: the patient, of whom nothing need be said, or one of the family."""

from collections.abc import Iterator

from monshin_factcheck.core.rules.alignment import MATCHED, Alignment, similarity
from monshin_factcheck.core.rules.manners import manners
from monshin_factcheck.core.rules.statement import Statement, Unit
from monshin_factcheck.core.text.language import Language
from monshin_factcheck.core.text.spans import Span

_SUBJECTS = frozenset({"は", "が", "も", "の"})
_ASIDE = frozenset({"with", "by", "to", "from", "for", "of", "his", "and"})


def other_person(alignment: Alignment) -> Iterator[tuple[Span, Span]]:
    """What is told of one person in the claim, and of another one there."""
    claim, evidence = alignment.claim, alignment.evidence
    head = _last(claim)
    there = [one for one in evidence.units if head is not None and similarity(head, one) >= MATCHED]
    if head is None or not there:
        return
    mine = _person(claim, head)
    others = [_person(evidence, one) for one in there]
    named = {_key(mine)} if mine is not None else {"", *(unit.key for unit in claim.units)}
    if all(_key(one) not in named for one in others):
        yield (mine or head).span, (others[0] or there[0]).span


def person_before(claim: Statement, evidence: Statement, before: Statement | None) -> Iterator[tuple[Span, Span]]:
    """All of the sentence, where neither it nor the claim names a person and the one before it speaks of another than
    the patient: 兄は心房細動である。ワルファリンを服用している。
    """
    if before is None or not before.units or any(map(_names_a_person, (claim, evidence))):
        return
    if _person(before, before.units[-1], up_to=len(before.text.text)) is not None:
        yield Span(0, len(claim.text.text)), Span(0, len(evidence.text.text))


def _names_a_person(statement: Statement) -> bool:
    words = manners()
    return any({unit.key, *unit.forms} & (words.other_words | words.self_words) for unit in statement.units)


def _last(statement: Statement) -> Unit | None:
    """The claim's last word that is no person."""
    words = manners()
    known = words.other_words | words.self_words
    return next((one for one in reversed(statement.units) if not {one.key, *one.forms} & known), None)


def _key(person: Unit | None) -> str:
    return "" if person is None else person.key


def _person(statement: Statement, about: Unit, up_to: int | None = None) -> Unit | None:
    """The last one named in front as a subject or a label, unless that is the patient."""
    words = manners()
    end = about.span.start if up_to is None else up_to
    for unit in reversed([one for one in statement.units if one.span.start < end]):
        names = {unit.key, *unit.forms}
        if names & (words.other_words | words.self_words) and _is_subject(statement, unit):
            is_apart = words.apart.search(statement.text.text[: unit.span.start]) is not None
            return unit if names & words.other_words or is_apart else None
    return None


def _is_subject(statement: Statement, unit: Unit) -> bool:
    text = statement.text.text
    if text[unit.span.end : unit.span.end + 1] in (":", "、", ","):
        return True
    if statement.language is Language.JAPANESE:
        return unit.particle in _SUBJECTS
    before = text[: unit.span.start].lower().split()
    if before and before[-1] in ("the", "her", "his", "my", "their", "a"):
        before.pop()
    return not before or before[-1] not in _ASIDE
