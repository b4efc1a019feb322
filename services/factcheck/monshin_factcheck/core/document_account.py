"""What rules and judges that read say of one document, and whether the rules forbid SUPPORTED."""

from dataclasses import dataclass

from monshin_factcheck.core.decision import NEARLY_BEST, Saying
from monshin_factcheck.core.judge import Opinion, Stance
from monshin_factcheck.core.rules.findings import FindingKind

# Findings that forbid SUPPORTED however sure the rules are that both sides speak of the same thing.
VETOING = frozenset(
    {FindingKind.LATERALITY_CONFLICT.value, FindingKind.ORDER_CONFLICT.value, FindingKind.ROUTE_CONFLICT.value}
)


@dataclass(frozen=True, slots=True)
class Account:
    """What the witnesses say of one document.

    opinions: the rules' on the passages that were read, at least one. sayings: of each judge on all that was read.
    beside: the rules' opinions on other passages of the document, which the judges did not get to see; they forbid, and
    confirm nothing.
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
        return self.is_unconfirmed or bool(self.opposing)

    @property
    def opposing(self) -> tuple[Opinion, ...]:
        """Where the rules find a contradiction, or another side, route or order in time, in a passage of the document
        about as near as the nearest, or another name in the nearest. None where a passage says the claim word for word.
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
    def is_unconfirmed(self) -> bool:
        """Whether a quantity of the claim is confirmed by no passage that was read."""
        return bool(frozenset.intersection(*(opinion.unconfirmed for opinion in self.opinions)))


def relevance_of(opinion: Opinion) -> float:
    """How much of the claim the passage of an opinion speaks of."""
    return opinion.relevance
