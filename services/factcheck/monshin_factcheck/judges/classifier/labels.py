"""What a classifier's classes mean, by the names that its configuration gives them, never by their order."""

from collections.abc import Sequence
from dataclasses import dataclass

from monshin_kit.errors import FailedPrecondition

_ENTAILMENT, _CONTRADICTION, _NEUTRAL = "entailment", "contradiction", "neutral"
_YES = frozenset({"supported", "supports", "support", "entailment", "consistent", "faithful", "factual", "yes"})
_NO = frozenset(
    {
        "not supported", "unsupported", "not entailment", "inconsistent", "unfaithful", "hallucinated", "hallucination",
        "not factual", "no",
    }
)  # fmt: skip
_RELEVANT = frozenset({"relevant", "relevance", "positive", "true", "yes"})
_IRRELEVANT = frozenset({"not relevant", "irrelevant", "negative", "false", "no"})


@dataclass(frozen=True, slots=True)
class ThreeWay:
    """Places of the classes."""

    entailment: int
    contradiction: int
    neutral: int


def three_way(labels: Sequence[str]) -> ThreeWay:
    """Entailment, contradiction and neutral, in any order and case; anything else is refused by name.

    >>> three_way(["CONTRADICTION", "neutral", "Entailment"])
    ThreeWay(entailment=2, contradiction=0, neutral=1)
    """
    plain = [_plain(label) for label in labels]
    if sorted(plain) != sorted((_ENTAILMENT, _CONTRADICTION, _NEUTRAL)):
        raise FailedPrecondition(
            f"the classes are {', '.join(labels)}: the judge `nli` needs entailment, neutral and contradiction in the "
            "model's id2label"
        )
    return ThreeWay(plain.index(_ENTAILMENT), plain.index(_CONTRADICTION), plain.index(_NEUTRAL))


def supported_class(labels: Sequence[str]) -> int:
    """The place of `supported` or a word for it, beside at most one class that says the opposite.

    >>> supported_class(["not_entailment", "entailment"]), supported_class(["consistent"])
    (1, 0)
    """
    plain = [_plain(label) for label in labels]
    yes = [place for place, label in enumerate(plain) if label in _YES]
    no = [place for place, label in enumerate(plain) if label in _NO]
    if len(yes) != 1 or len(yes) + len(no) != len(plain) or len(plain) > 2:
        raise FailedPrecondition(
            f"the classes are {', '.join(labels)}: the judge `support` needs `supported` and `not_supported` in the "
            "model's id2label"
        )
    return yes[0]


def relevance_class(labels: Sequence[str]) -> int:
    """The place of the only class, whatever its name, or of `relevant` or a word for it beside its opposite.

    >>> relevance_class(["LABEL_0"]), relevance_class(["irrelevant", "relevant"])
    (0, 1)
    """
    if len(labels) == 1:
        return 0
    plain = [_plain(label) for label in labels]
    relevant = [place for place, label in enumerate(plain) if label in _RELEVANT]
    if len(relevant) != 1 or len(plain) != 2 or not _IRRELEVANT.intersection(plain):
        raise FailedPrecondition(
            f"the classes are {', '.join(labels)}: a reranker has one class, or `relevant` and `not_relevant` in the "
            "model's id2label"
        )
    return relevant[0]


def _plain(label: str) -> str:
    return label.strip().lower().replace("_", " ").replace("-", " ")
