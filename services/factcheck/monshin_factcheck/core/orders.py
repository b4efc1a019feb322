"""Active orders of one drug beside each other: a claim that repeats the dose of one is not simply right."""

from collections.abc import Sequence

from monshin_factcheck.core.evidence import Passage
from monshin_factcheck.core.judge import Opinion, Stance
from monshin_factcheck.core.rules.findings import FindingKind


def is_against(opinion: Opinion, supporting: Sequence[Opinion], relevance: float) -> bool:
    """Whether a contradiction counts beside what supports: of another source if it speaks of so much of the claim, of
    an active order however much else it says.
    """
    if any(is_other_order(opinion, one.passage) for one in supporting):
        return True
    is_enough = opinion.passage.is_active_order or opinion.relevance >= relevance
    return is_enough and all(is_other_source(opinion.passage, one.passage) for one in supporting)


def is_other_source(passage: Passage, than: Passage) -> bool:
    """Whether it is of another document; in a chart a letter is another one than its orders. Beside an active order
    what a chart tells of any other time, a completed one, is none.
    """
    if passage.document == than.document:
        return (passage.is_narrative and than.is_active_order) or (passage.is_active_order and than.is_narrative)
    is_told = bool(passage.source) and not passage.is_narrative
    return passage.is_active_order or not (is_told and than.is_active_order)


def is_other_order(opinion: Opinion, supporting: Passage) -> bool:
    """Whether the opinion is on another active order of the supporting one's drug, in any chart of the check.

    By the rules' word for the drug: an order of another one is known by the name that it has in its place. However much
    else it says: what is taken is told in other words than what is prescribed.
    """
    passage = opinion.passage
    is_other = (passage.document, passage.span) != (supporting.document, supporting.span)
    return is_other and passage.is_active_order and supporting.is_active_order and not _names_another(opinion)


def other_doses(supporting: Sequence[Opinion], opinions: Sequence[Opinion]) -> list[Opinion]:
    """Of a claim that tells a dose and is supported by an order beside which another one tells another: those that
    do not say the same, nearest first. Whether they differ was seen from the orders themselves.
    """
    if not is_disputed_dose(supporting):
        return []
    orders = [one.passage for one in supporting if one.passage.is_disputed]
    return [
        one
        for one in opinions
        if one.passage.is_disputed
        and one.stance is not Stance.SUPPORTS
        and any(is_other_order(one, order) for order in orders)
    ]


def agreeing_doses(contradicting: Opinion, opinions: Sequence[Opinion]) -> list[Opinion]:
    """Beside an order that contradicts, others of its drug that tell another dose and have all that the claim counts:
    one chart says so in other words (ワーファリン錠1mg), and another denies it.
    """
    if not contradicting.passage.is_disputed or not contradicting.tells_dose:
        return []
    return [
        one
        for one in opinions
        if one.passage.is_disputed
        and not one.unconfirmed
        and one.stance is not Stance.CONTRADICTS
        and is_other_order(one, contradicting.passage)
    ]


def is_disputed_dose(supporting: Sequence[Opinion]) -> bool:
    """Whether the claim tells a dose of an order beside which another one tells another: without that one at hand, as
    of a large chart only some sentences are judged, nothing is settled.
    """
    return any(one.passage.is_disputed and one.tells_dose for one in supporting)


def _names_another(opinion: Opinion) -> bool:
    return any(finding.kind == FindingKind.NAME_SWAP.value for finding in opinion.findings)
