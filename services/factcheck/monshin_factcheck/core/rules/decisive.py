"""Where the rules alone settle a claim, so that a slow judge need not be asked."""

from monshin_factcheck.core.decision import Decision, Verdict
from monshin_factcheck.core.rules.findings import NUMBER_CONFLICTS, FindingKind

# A claim of which the sentence says everything but a number. How many claims the rules settle so or word for word, and
# how rightly, stands at the end of judges/fitted/local.md.
_WHOLE_CLAIM = 0.95


def is_decisive(decision: Decision) -> bool:
    """Whether a decision of the rules needs no reader.

    That is support word for word, also under a condition or against another document, or nothing but a number that is
    wrong.
    """
    if decision.verdict in (Verdict.SUPPORTED, Verdict.CONDITIONAL, Verdict.CONFLICTING):
        return True
    if decision.verdict is not Verdict.CONTRADICTED:
        return False
    first = decision.evidence[0]
    conflicts = {kind for finding in first.findings if (kind := FindingKind(finding.kind)).is_conflict}
    return first.relevance >= _WHOLE_CLAIM and bool(conflicts) and conflicts <= NUMBER_CONFLICTS
