"""Which end of a change an amount is, and on which side of an event a time lies: 10 mgから5 mgに減量, 食前30分."""

import re
from collections.abc import Iterator
from dataclasses import replace

from monshin_factcheck.core.quantities.quantity import Order, Quantity

ARROW = re.compile(r"→|⇒|➡|➔|⟶|[-−–=]{1,2}>")
_CHANGE = (
    r"(?:漸増|漸減|増[量加やえ]|減[量少らっり]|変更|切り?替|移行|上げ|下げ|上昇|低下|引き?[上下]|改善|悪化|延長|短縮|拡大|縮小|戻|落と"
    r"|変わ|変え|なっ|なり|なる|した|して|する)"
)
_TO_JA = re.compile(rf"(?:へ(?:と)?|に(?:まで)?|まで)[、 ]?(?:徐々に|段階的に|さらに|ゆっくり)?{_CHANGE}")
_FROM_JA = re.compile(
    r"から(?:は|の)?[、 ]?(?:徐々に|段階的に|さらに|ゆっくり)?"
    r"(?:漸増|漸減|増[量加やえ]|減[量少らっり]|変更|切り?替|移行|上げ|下げ|上昇|低下|引き?[上下])"
)
_FROM_FAR_JA = re.compile(r"から[^、。,.]{0,10}")
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
    """Whether two amounts joined by `sign` (から, to, →, ->) between `start` and `end` are the ends of a change, not of
    a range. falls: whether the first is the larger one.
    """
    if ARROW.fullmatch(sign):
        return True
    if sign == "から":
        return _TO_JA.match(text, end) is not None or text[end : end + 1] == "へ" or falls
    if sign == "to":
        before = text[max(0, start - _REACH) : start]
        return _FROM_EN.search(before) is not None and (falls or _CHANGE_EN.search(before) is not None)
    return False


def with_orders(text: str, found: list[Quantity]) -> Iterator[Quantity]:
    """The same quantities, amounts with the end of a change and times with the side of an event, where it is said."""
    orders = [_order(text, quantity) for quantity in found]
    for index, (quantity, order) in enumerate(zip(found, orders, strict=True)):
        following = found[index + 1] if index + 1 < len(found) and orders[index + 1] is Order.TO else None
        is_start = order is Order.UNSAID and following is not None and _leads_to(text, quantity, following)
        yield replace(quantity, order=Order.FROM if is_start else order)


def _order(text: str, quantity: Quantity) -> Order:
    if quantity.order is not Order.UNSAID or not quantity.is_read:
        return quantity.order
    if quantity.dimension == "time":
        return _side(text, quantity)
    if quantity.dimension in ("date", "month", "age") or not quantity.interval.is_point:
        return Order.UNSAID
    if _FROM_JA.match(text, quantity.span.end):
        return Order.FROM
    return Order.TO if _TO_JA.match(text, quantity.span.end) else Order.UNSAID


def _leads_to(text: str, quantity: Quantity, following: Quantity) -> bool:
    """The 1日10 mg of 1日10 mgから1日5 mgに減量."""
    return (
        quantity.dimension == following.dimension
        and _FROM_FAR_JA.fullmatch(text, quantity.span.end, following.span.start) is not None
    )


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
