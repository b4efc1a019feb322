"""What rules and judges that read say of one document, and whether the rules forbid SUPPORTED."""

from dataclasses import dataclass

from monshin_factcheck.core.decision import NEARLY_BEST, Saying
from monshin_factcheck.core.judge import Opinion, Stance
from monshin_factcheck.core.rules.findings import NUMBER_CONFLICTS, FindingKind
from monshin_factcheck.core.text.spans import Span

# Findings that forbid SUPPORTED however sure the rules are that both sides speak of the same thing.
VETOING = frozenset(
    kind.value
    for kind in (
        FindingKind.LATERALITY_CONFLICT, FindingKind.ORDER_CONFLICT, FindingKind.ROUTE_CONFLICT,
        FindingKind.RETRACTION, FindingKind.OTHER_CASE,
    )
)  # fmt: skip
# Findings that say another number than the claim's, whether or not both can be right.
OTHER_NUMBERS = frozenset(
    kind.value for kind in (*NUMBER_CONFLICTS, FindingKind.COMPARATOR_BOUNDARY, FindingKind.QUANTITY_OUTSIDE)
)


@dataclass(frozen=True, slots=True)
class Account:
    """What the witnesses say of one document, by one reading of it.

    opinions: the rules' on the passages that were read, at least one. sayings: of each judge on all that was read.
    beside: the rules' opinions on other passages of the document, which the judges did not get to see there; they
    forbid, and confirm nothing.
    """

    opinions: tuple[Opinion, ...]
    sayings: tuple[Saying, ...]
    beside: tuple[Opinion, ...] = ()

    @property
    def every(self) -> tuple[Opinion, ...]:
        """On all passages of the document, read or not."""
        return (*self.opinions, *self.beside)

    @property
    def nearest(self) -> Opinion:
        """The opinion on the passage that speaks of most of the claim, of those that were read."""
        return max(self.opinions, key=relevance_of)

    @property
    def is_searched(self) -> bool:
        """Whether search chose the document."""
        return any(opinion.passage.is_found for opinion in self.opinions)

    @property
    def is_vetoed(self) -> bool:
        """Whether the rules forbid SUPPORTED."""
        return self.is_unconfirmed or self.is_dose_in_other_words or bool(self.opposing)

    @property
    def is_dose_in_other_words(self) -> bool:
        """Whether the claim tells a dose that no passage tells in its very words, be it of a case.

        A text has endless ways to end, limit or doubt a dose, and a judge that reads overlooks some of them.
        """
        is_told = self.nearest.stance is Stance.SUPPORTS_IF or any(
            opinion.stance is Stance.SUPPORTS for opinion in self.opinions
        )
        return self.nearest.tells_dose and not is_told

    @property
    def opposing(self) -> tuple[Opinion, ...]:
        """Where the rules find a contradiction, or another side, route, order in time or case, in a passage of the
        document about as near as the nearest, or it is taken back; or another name in the nearest. None where a passage
        says the claim word for word.
        """
        if any(opinion.stance is Stance.SUPPORTS for opinion in self.every):
            return ()
        nearest = max(self.every, key=relevance_of)
        near = [opinion for opinion in self.every if opinion.relevance >= nearest.relevance - NEARLY_BEST]
        return tuple(
            opinion
            for opinion in near
            if opinion.stance is Stance.CONTRADICTS
            or any(finding.kind in VETOING for finding in opinion.findings)
            or (opinion is nearest and any(finding.kind == FindingKind.NAME_SWAP.value for finding in opinion.findings))
        )

    @property
    def is_of_unsaid_case(self) -> bool:
        """Whether a heading over the nearest passage names a case that the claim does not: it contradicts nothing."""
        nearest = self.nearest
        return any(not condition.span.is_inside(nearest.passage.span) for condition in nearest.conditions) or any(
            finding.kind in (FindingKind.RETRACTION.value, FindingKind.OTHER_CASE.value) for finding in nearest.findings
        )

    @property
    def is_unconfirmed(self) -> bool:
        """Whether no passage that was read confirms all quantities of the claim, or a passage that is nearer to the
        claim than those that confirm one of them has another one.

        Two passages may tell of two drugs: 5 mg of one every 3 days of the other is nobody's dose.
        """
        if all(opinion.unconfirmed for opinion in self.opinions):
            return True
        quantities = frozenset[Span]().union(*(opinion.unconfirmed for opinion in self.opinions))
        return any(not self._is_confirmed(quantity) for quantity in quantities)

    def _is_confirmed(self, quantity: Span) -> bool:
        nearest = max((one.relevance for one in self.opinions if quantity not in one.unconfirmed), default=-1.0)
        others = (one.relevance for one in self.every if _has_another(one, quantity))
        return nearest >= max(others, default=0.0)


def relevance_of(opinion: Opinion) -> float:
    """How much of the claim the passage of an opinion speaks of."""
    return opinion.relevance


def _has_another(opinion: Opinion, quantity: Span) -> bool:
    return any(finding.claim == quantity and finding.kind in OTHER_NUMBERS for finding in opinion.findings)
