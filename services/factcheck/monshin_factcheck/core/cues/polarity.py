"""Whether a clause affirms, denies, demands, forbids, allows or waives; double negation included."""

import re
from dataclasses import dataclass
from enum import Enum
from functools import cache

from monshin_factcheck.core.tables import read_table
from monshin_factcheck.core.text.language import Language
from monshin_factcheck.core.text.spans import Span


class Stance(Enum):
    """What a clause does with its predicate."""

    AFFIRMED = "affirmed"
    DENIED = "denied"
    OBLIGED = "obliged"
    FORBIDDEN = "forbidden"
    ALLOWED = "allowed"
    WAIVED = "waived"


class Operator(Enum):
    """A class of cues; `NONE` takes words out of the search that only look like one. `UNCLEAR` may turn what is said or
    not: it changes no stance, and a claim without it says something else.
    """

    NONE = "none"
    NOT = "not"
    PROHIBIT = "prohibit"
    OBLIGE = "oblige"
    NEEDLESS = "needless"
    PERMIT = "permit"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue and its words; cues of one `group` are interchangeable, those of one operator only alike."""

    operator: Operator
    group: int
    span: Span


# What each operator makes of what was said before it: 避けるべきではない is FORBIDDEN, then FORBIDDEN of that.
_AFTER: dict[Operator, dict[Stance, Stance]] = {
    Operator.NOT: {
        Stance.AFFIRMED: Stance.DENIED, Stance.DENIED: Stance.AFFIRMED, Stance.OBLIGED: Stance.WAIVED,
        Stance.FORBIDDEN: Stance.ALLOWED, Stance.ALLOWED: Stance.FORBIDDEN, Stance.WAIVED: Stance.OBLIGED,
    },
    Operator.PROHIBIT: {
        Stance.AFFIRMED: Stance.FORBIDDEN, Stance.DENIED: Stance.OBLIGED, Stance.OBLIGED: Stance.FORBIDDEN,
        Stance.FORBIDDEN: Stance.ALLOWED, Stance.ALLOWED: Stance.FORBIDDEN, Stance.WAIVED: Stance.OBLIGED,
    },
    Operator.OBLIGE: {
        Stance.AFFIRMED: Stance.OBLIGED, Stance.DENIED: Stance.FORBIDDEN, Stance.OBLIGED: Stance.OBLIGED,
        Stance.FORBIDDEN: Stance.FORBIDDEN, Stance.ALLOWED: Stance.OBLIGED, Stance.WAIVED: Stance.WAIVED,
    },
    Operator.NEEDLESS: {
        Stance.AFFIRMED: Stance.WAIVED, Stance.DENIED: Stance.ALLOWED, Stance.OBLIGED: Stance.WAIVED,
        Stance.FORBIDDEN: Stance.ALLOWED, Stance.ALLOWED: Stance.WAIVED, Stance.WAIVED: Stance.WAIVED,
    },
    Operator.PERMIT: {
        Stance.AFFIRMED: Stance.ALLOWED, Stance.DENIED: Stance.WAIVED, Stance.OBLIGED: Stance.OBLIGED,
        Stance.FORBIDDEN: Stance.WAIVED, Stance.ALLOWED: Stance.ALLOWED, Stance.WAIVED: Stance.WAIVED,
    },
    Operator.UNCLEAR: {one: one for one in Stance},
}  # fmt: skip

_CONFLICTS: frozenset[frozenset[Stance]] = frozenset(
    frozenset(pair)
    for pair in (
        (Stance.AFFIRMED, Stance.DENIED), (Stance.AFFIRMED, Stance.FORBIDDEN), (Stance.AFFIRMED, Stance.WAIVED),
        (Stance.DENIED, Stance.OBLIGED), (Stance.DENIED, Stance.ALLOWED), (Stance.OBLIGED, Stance.FORBIDDEN),
        (Stance.OBLIGED, Stance.WAIVED), (Stance.FORBIDDEN, Stance.ALLOWED),
    )
)  # fmt: skip


def find_cues(text: str, language: Language) -> tuple[Cue, ...]:
    """The cues of an NFKC text in order; of overlapping ones the longest counts.

    >>> [cue.operator.value for cue in find_cues("投与は避けるべきではない", Language.JAPANESE)]
    ['prohibit', 'prohibit']
    """
    found = [
        Cue(operator, group, Span(match.start(), match.end()))
        for operator, group, pattern in _patterns(language)
        for match in pattern.finditer(text)
        if match.end() > match.start()
    ]
    found.sort(key=lambda cue: (-len(cue.span), cue.span.start))
    kept: list[Cue] = []
    for cue in found:
        if not any(cue.span.overlaps(other.span) for other in kept):
            kept.append(cue)
    return tuple(sorted((cue for cue in kept if cue.operator is not Operator.NONE), key=lambda cue: cue.span))


def stance(cues: tuple[Cue, ...], language: Language) -> Stance:
    """What the cues of one predicate, in the order of the text, make of it.

    Japanese piles them up behind the verb, English puts `not` in front: there the last word is read first.

    >>> stance(find_cues("避けるべきではない", Language.JAPANESE), Language.JAPANESE)
    <Stance.ALLOWED: 'allowed'>
    """
    ordered = cues if language is Language.JAPANESE else tuple(reversed(cues))
    found = Stance.AFFIRMED
    for cue in ordered:
        found = _AFTER[cue.operator][found]
    return found


def do_conflict(one: Stance, other: Stance) -> bool:
    """Whether both cannot hold of the same predicate."""
    return frozenset((one, other)) in _CONFLICTS


@cache
def _patterns(language: Language) -> tuple[tuple[Operator, int, re.Pattern[str]], ...]:
    source = read_table(__package__, "polarity.yaml")
    table = source["en" if language is Language.ENGLISH else "ja"]
    flags = re.IGNORECASE if language is Language.ENGLISH else 0
    return tuple(
        (operator, group, re.compile(pattern, flags))
        for operator in Operator
        for group, pattern in enumerate(table.get(operator.value, ()))
    )
