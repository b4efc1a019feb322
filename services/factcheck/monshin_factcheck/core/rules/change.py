"""What a sentence does with an amount: reduced to 10 mg, by 10 mg, from 10 mg, 10 mg each. Each says another dose."""

import re
from collections.abc import Sequence
from enum import Enum

from monshin_factcheck.core.quantities.quantity import Quantity
from monshin_factcheck.core.rules.statement import Statement
from monshin_factcheck.core.text.language import Language


class Change(Enum):
    """UNSAID: the amount as such, which may be what a change begins or ends with. AIM: 40 mgを目標に. EQUIVALENT: the
    amount of another drug that does as much.
    """

    UNSAID = "unsaid"
    TO = "to"
    BY = "by"
    FROM = "from"
    EACH = "each"
    AIM = "aim"
    EQUIVALENT = "equivalent"


_STEP = r"(?:減量|増量|減少|増加|追加|低下|上昇|延長|短縮|減[らり]|増[やえ]|[上下]げ|[上下]が|引き[上下])"
_BEHIND_JA = (
    (Change.EACH, re.compile(r"^[ ]?(?:ずつ|ごと|毎|おき|置き)")),
    (Change.FROM, re.compile(r"^[ ]?(?:から|より(?!も?[高低大小多少]))")),
    (Change.TO, re.compile(rf"^[ ]?(?:(?:程度)?まで|[にへ](?:徐々に|漸次|速やかに|さらに)?(?:{_STEP}|変更|戻))")),
    (Change.BY, re.compile(rf"^[ ]?(?:を|の|だけ|ほど|分)?{_STEP}")),
    (Change.AIM, re.compile(r"^[ ]?(?:程度)?を?(?:目標|目安|目指)")),
    (Change.EQUIVALENT, re.compile(r"^[ ]?に?(?:相当|換算)")),
)
_BEFORE_JA = ((Change.EQUIVALENT, re.compile(r"換算(?:で|量)?(?:[はの、]|して)?(?:1[日回])?[ ]?$")),)
_BEHIND_EN = (
    (Change.EACH, re.compile(r"^ (?:each|apiece|at a time|increments?|steps?)\b", re.IGNORECASE)),
    (Change.EQUIVALENT, re.compile(r"^ (?:\w+ )?equivalents?\b", re.IGNORECASE)),
)
_BEFORE_EN = (
    (Change.TO, re.compile(r"\b(?:to|until|reach(?:es|ed|ing)?) (?:a (?:maximum|total|dose) of )?$", re.IGNORECASE)),
    (Change.BY, re.compile(r"\bby $", re.IGNORECASE)),
    (Change.FROM, re.compile(r"\bfrom $", re.IGNORECASE)),
    (
        Change.AIM,
        re.compile(r"\b(?:target(?:s|ed)?|goal|aim(?:s|ing)?)(?: (?:dose|at|for|of|is|to))* $", re.IGNORECASE),
    ),
    (Change.EQUIVALENT, re.compile(r"\bequivalent (?:of|to) $", re.IGNORECASE)),
    (Change.EACH, re.compile(r"\b(?:each|in (?:steps|increments) of) $", re.IGNORECASE)),
)
_REACH = 40
_MAY_GO_UNSAID = frozenset({Change.UNSAID, Change.TO, Change.FROM})


def change(statement: Statement, quantity: Quantity) -> Change:
    """What is done with the amount, by the words right before and behind it; its bound まで is one of them."""
    text, span = statement.text.text, quantity.span
    before, behind = text[max(0, span.start - _REACH) : span.start], text[span.end : span.end + _REACH]
    if statement.language is Language.ENGLISH:
        return _found(_BEHIND_EN, behind) or _found(_BEFORE_EN, before) or Change.UNSAID
    if span.of(text).endswith("まで"):
        return Change.TO
    return _found(_BEHIND_JA, behind) or _found(_BEFORE_JA, before) or Change.UNSAID


def may_be_same(one: Change, other: Change) -> bool:
    """Whether the same amount may be meant: `10 mgに減量` and `減量後は10 mg`, never `10 mgに減量` and `10 mg減量`."""
    return one is other or (Change.UNSAID in (one, other) and {one, other} <= _MAY_GO_UNSAID)


def _found(table: Sequence[tuple[Change, re.Pattern[str]]], text: str) -> Change | None:
    return next((kind for kind, pattern in table if pattern.search(text) is not None), None)
