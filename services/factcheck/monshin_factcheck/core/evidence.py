"""A sentence of a source, and how sure a judge is of what it says about a claim."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from monshin_factcheck.core.cues.governing import Governing
from monshin_factcheck.core.text.spans import Span

_UNKNOWN_TIER = 6


@dataclass(frozen=True, slots=True)
class Passage:
    """The sentence at `span` of a document's text as imported, with its neighbours for context.

    tier: 1 (binding) to 5, 0 unknown. is_superseded: another document took the place of its own, or it holds no more:
    then it settles nothing. effective_until: the last day on which it holds, `YYYY-MM-DD`, or empty. has_ended: that
    day has passed, and no document took its place. score: of the search, of any sign. is_found: search chose it, and it
    may speak of something else; a short source is given whole.
    part: the stretch of the document that has an origin of its own, such as a resource of a chart; None: all of it.
    is_active_order: a prescription that stands, or a statement of what the patient takes now: two of one drug that
    differ are two sources that disagree, though of one chart. Values measured on two days are both right.
    is_disputed: an active order beside which another one of its drug, in any chart of the check, tells another dose.
    is_narrative: it stands in a text of a chart, such as a letter, and was not made of a resource's values.
    governing: headings and sentences of its document that limit it or take it back; their spans are of its text.
    chart: what the title begins with where it names a patient's chart: it limits no sentence, all are of this patient.
    """

    document: str
    span: Span
    text: str
    before: str = ""
    after: str = ""
    title: str = ""
    source: str = ""
    date: str = ""
    score: float = 0.0
    is_found: bool = False
    tier: int = 0
    is_superseded: bool = False
    effective_until: str = ""
    has_ended: bool = False
    part: Span | None = None
    is_active_order: bool = False
    is_disputed: bool = False
    is_narrative: bool = False
    governing: tuple[Governing, ...] = ()
    chart: str = ""

    @property
    def rank(self) -> int:
        """The tier as an order: 1 is highest, an unknown one lowest."""
        return self.tier or _UNKNOWN_TIER

    def on(self, day: str) -> "Passage":
        """As it stands on a day, `YYYY-MM-DD`."""
        has_ended = bool(self.effective_until) and self.effective_until < day
        return replace(self, is_superseded=True, has_ended=True) if has_ended and not self.is_superseded else self


@dataclass(frozen=True, slots=True)
class Probabilities:
    """That the evidence supports, contradicts, or does neither; they sum to 1."""

    supported: float
    contradicted: float
    neither: float

    def __post_init__(self) -> None:
        parts = (self.supported, self.contradicted, self.neither)
        if not all(0.0 <= part <= 1.0 for part in parts) or abs(sum(parts) - 1.0) > 1e-9:
            raise ValueError(f"three probabilities sum to 1, not {parts}")


def probabilities(supported: float, contradicted: float, neither: float) -> Probabilities:
    """The three weights, which are not negative, brought to a sum of 1."""
    total = supported + contradicted + neither
    if not total > 0:
        return Probabilities(0.0, 0.0, 1.0)
    first, second = supported / total, contradicted / total
    return Probabilities(first, second, max(0.0, 1.0 - first - second))


def mean(parts: Sequence[Probabilities]) -> Probabilities:
    """Of what a supporting and a contradicting witness say: as much of the one as of the other."""
    return probabilities(
        sum(part.supported for part in parts),
        sum(part.contradicted for part in parts),
        sum(part.neither for part in parts),
    )
