"""Whether a sentence can be true or false. In doubt it can: a claim left unchecked is the worse mistake."""

import re
from dataclasses import dataclass
from functools import cache

from monshin_factcheck.core.tables import read_table

_NOTHING = re.compile(r"[\W_]*")
_KINDS = ("question", "greeting", "disclaimer", "meta")


@dataclass(frozen=True, slots=True)
class _Table:
    never: re.Pattern[str]
    referral: re.Pattern[str]
    condition: re.Pattern[str]
    empty_condition: re.Pattern[str]


# Nothing that long is one statement, and comparing its numbers and words would hold up all other checks.
LONGEST = 2000


def is_checkable(sentence: str) -> bool:
    """For an NFKC sentence without markup; one of more than 2,000 characters never is.

    >>> is_checkable("症状が続く場合は医師に相談してください。"), is_checkable("38.5℃以上なら医師に相談してください。")
    (False, True)
    """
    table = _table()
    if len(sentence) > LONGEST or _NOTHING.fullmatch(sentence) or table.never.search(sentence):
        return False
    if not table.referral.search(sentence):
        return True
    return table.condition.search(table.empty_condition.sub("", sentence)) is not None


@cache
def _table() -> _Table:
    source = read_table(__package__, "checkable.yaml")
    never = [pattern for kind in _KINDS for pattern in source[kind]]
    return _Table(
        never=_any_of(never),
        referral=_any_of(source["referral"]),
        condition=_any_of([source["unless"]["condition"]]),
        empty_condition=_any_of([source["unless"]["empty"]]),
    )


def _any_of(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)
