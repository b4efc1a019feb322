"""What a rule notices: a fixed kind of finding and the words on both sides."""

from dataclasses import dataclass
from enum import Enum

from monshin_factcheck.core.text.spans import Span


class FindingKind(Enum):
    """The fixed words that clients translate."""

    QUANTITY_MATCH = "quantity_match"
    QUANTITY_WITHIN = "quantity_within"
    QUANTITY_OUTSIDE = "quantity_outside"
    QUANTITY_CONFLICT = "quantity_conflict"
    UNIT_CONFLICT = "unit_conflict"
    COMPARATOR_BOUNDARY = "comparator_boundary"
    COMPARATOR_CONFLICT = "comparator_conflict"
    POLARITY_CONFLICT = "polarity_conflict"
    ANTONYM_CONFLICT = "antonym_conflict"
    LATERALITY_CONFLICT = "laterality_conflict"
    ORDER_CONFLICT = "order_conflict"
    ROUTE_CONFLICT = "route_conflict"
    NAME_SWAP = "name_swap"
    RETRACTION = "retraction"
    OTHER_CASE = "other_case"

    @property
    def is_conflict(self) -> bool:
        """Whether the two sides cannot both be right."""
        return self.value.endswith("_conflict")


# A number, its unit or its bound is another one.
NUMBER_CONFLICTS = frozenset(
    {FindingKind.QUANTITY_CONFLICT, FindingKind.UNIT_CONFLICT, FindingKind.COMPARATOR_CONFLICT}
)


@dataclass(frozen=True, slots=True)
class RuleFinding:
    """A finding about a claim and one sentence; spans are of their original texts.

    `strength` in [0, 1] says how sure it is that both sides speak of the same thing. confirms: whether the sentence
    says the number of the claim: the same one or a case of it, and the same done with it.
    """

    kind: FindingKind
    claim: Span
    evidence: Span
    strength: float
    confirms: bool = False
