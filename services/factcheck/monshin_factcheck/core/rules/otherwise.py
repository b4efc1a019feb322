"""What a sentence says otherwise than the claim, although words and numbers agree: vetoes, no contradictions."""

from monshin_factcheck.core.rules.alignment import Alignment
from monshin_factcheck.core.rules.findings import FindingKind, RuleFinding
from monshin_factcheck.core.rules.forms import other_form
from monshin_factcheck.core.rules.fronts import left_out_front
from monshin_factcheck.core.rules.moods import other_mood
from monshin_factcheck.core.rules.persons import other_person, person_before
from monshin_factcheck.core.rules.statement import Statement
from monshin_factcheck.core.rules.uses import left_out_uses, other_course

_LOOKS = (other_mood, left_out_uses, other_course, other_form, other_person, left_out_front)
# A sentence that has less of the claim says something else anyway.
_NEAR = 0.3


def said_otherwise(alignment: Alignment, before: Statement | None = None) -> list[RuleFinding]:
    """Each as a finding on the words of both sides. before: the sentence in front of the other one."""
    if alignment.coverage < _NEAR:
        return []
    claim, evidence = alignment.claim.text, alignment.evidence.text
    found = [one for look in _LOOKS for one in look(alignment)]
    found += person_before(alignment.claim, alignment.evidence, before)
    return [
        RuleFinding(FindingKind.OTHER_CASE, claim.to_original(mine), evidence.to_original(theirs), 1.0)
        for mine, theirs in found
    ]
