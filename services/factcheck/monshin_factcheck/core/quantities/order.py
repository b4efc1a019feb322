"""Which end of a change an amount is, and on which side of an event a time lies: 10 mgから5 mgに減量, 食前30分."""

import re
from collections.abc import Iterator
from dataclasses import replace

from monshin_factcheck.core.quantities.quantity import Order, Quantity

_CHANGE = (
    r"(?:漸増|漸減|増[量加やえ]|減[量少らっり]|変更|切り?替|移行|上げ|下げ|上昇|低下|引き?[上下]|改善|悪化|延長|短縮|拡大|縮小|戻|落と"
    r"|変わ|変え|なっ|なり|なる|した|して|する)"
)
_TO_JA = re.compile(rf"(?:へ(?:と)?|に(?:まで)?|まで)[、 ]?(?:徐々に|段階的に|さらに|ゆっくり)?{_CHANGE}")
_FROM_JA = re.compile(
    r"から(?:は|の)?[、 ]?(?:徐々に|段階的に|さらに|ゆっくり)?"
    r"(?:漸増|漸減|増[量加やえ]|減[量少らっり]|変更|切り?替|移行|上げ|下げ|上昇|低下|引き?[上下])"
)
_CHANGE_EN = re.compile(
    r"\b(?:increas|reduc|decreas|lower|rais|chang|titrat|taper|fall|fell|rise|rising|rose|drop|improv|declin|escalat"
    r"|switch|cut|shorten|extend|prolong|grew|grow|shrank|shrink|went|goes)[a-z]*\b[^.;]{0,60}$",
    re.IGNORECASE,
)
_FROM_EN = re.compile(r"\bfrom[ ]?$", re.IGNORECASE)
_REACH = 80

# A time in front of or behind its event. 前後 and 前半 are neither.
_BEFORE_JA = re.compile(r"(?:ほど|くらい|ぐらい|程度|以上|以内)?(?:の)?前(?![後半年日期回月週提胸頭壁立腕方])")
_AFTER_JA = re.compile(r"(?:ほど|くらい|ぐらい|程度|以上|以内)?(?:の)?後(?![半期遺発方頭壁述])")
_EVENT_JA = re.compile(r"(?<!午)(?<!前)([前後])(?:の|に|、|から|約|およそ|最低|少なくとも)?[ ]?$")
_BEFORE_EN = re.compile(r"[ ](?:before|prior to|ahead of|in advance of|earlier)\b", re.IGNORECASE)
_AFTER_EN = re.compile(r"[ ](?:after|following|post|later|since)\b", re.IGNORECASE)


def is_change(text: str, start: int, end: int, sign: str, *, falls: bool) -> bool:
    """Whether two amounts joined by `sign` (から, to, →) between `start` and `end` are the ends of a change, not of a
    range. falls: whether the first is the larger one.
    """
    if sign in ("→", "⇒"):
        return True
    if sign == "から":
        return _TO_JA.match(text, end) is not None or text[end : end + 1] == "へ" or falls
    if sign == "to":
        before = text[max(0, start - _REACH) : start]
        return _FROM_EN.search(before) is not None and (falls or _CHANGE_EN.search(before) is not None)
    return False


def with_orders(text: str, found: list[Quantity]) -> Iterator[Quantity]:
    """The same quantities, amounts with the end of a change and times with the side of an event, where it is said."""
    for quantity in found:
        if quantity.order is not Order.UNSAID or not quantity.is_read:
            yield quantity
        elif quantity.dimension == "time":
            yield replace(quantity, order=_side(text, quantity))
        elif quantity.dimension in ("date", "month", "age", "count:回/time") or not quantity.interval.is_point:
            yield quantity
        elif _FROM_JA.match(text, quantity.span.end):
            yield replace(quantity, order=Order.FROM)
        elif _TO_JA.match(text, quantity.span.end) and not text.startswith("まで", quantity.span.end):
            yield replace(quantity, order=Order.TO)
        else:
            yield quantity


def _side(text: str, quantity: Quantity) -> Order:
    start, end = quantity.span.start, quantity.span.end
    for pattern, side in (
        (_BEFORE_JA, Order.BEFORE), (_AFTER_JA, Order.AFTER), (_BEFORE_EN, Order.BEFORE), (_AFTER_EN, Order.AFTER),
    ):  # fmt: skip
        if pattern.match(text, end):
            return side
    event = _EVENT_JA.search(text, max(0, start - 8), start)
    if event is None:
        return Order.UNSAID
    return Order.BEFORE if event[1] == "前" else Order.AFTER
