"""A sentence of a source, and how sure a judge is of what it says about a claim."""

from dataclasses import dataclass

from monshin_factcheck.core.text.spans import Span


@dataclass(frozen=True, slots=True)
class Passage:
    """The sentence at `span` of a document's text as imported, with its neighbours for context."""

    document: str
    span: Span
    text: str
    before: str = ""
    after: str = ""
    title: str = ""
    source: str = ""
    date: str = ""
    score: float = 0.0


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
