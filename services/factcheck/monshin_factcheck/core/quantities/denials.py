"""Bounds and shares that are denied or forbidden: 4 g以上は投与しない allows less, 3割は効かない is no 3割に効く.

What forbids in so many words is turned round, as what it allows. What denies in another way is left unread, never taken
for the bare bound; a bound that only says when something is denied (60歳以上には, 5 mg以上では) stays as it is.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from monshin_factcheck.core.quantities.comparators import Comparator, bounded
from monshin_factcheck.core.quantities.quantity import Quantity
from monshin_factcheck.core.text.spans import Span

_OPPOSITE = {
    Comparator.AT_LEAST: Comparator.LESS_THAN,
    Comparator.MORE_THAN: Comparator.AT_MOST,
    Comparator.AT_MOST: Comparator.MORE_THAN,
    Comparator.LESS_THAN: Comparator.AT_LEAST,
}
# What is given, counted or lasts. A bound of an age or of a laboratory value says for whom.
_AMOUNTS = frozenset({"mass", "volume", "unit", "amount", "charge", "energy", "time"})
_MEASURED = frozenset({"volume", "amount", "mass", "body_surface"})
DENIED_SHARE = "share:denied"

# Behind a bound that says when: 以上では, 未満の患者, を超える場合, を超えると.
_CONDITION_JA = re.compile(
    r"(?:る|た|ている|ていた)?(?:場合|とき|時|際|と(?!は|も|し)|たら|ら|れば|患者|人|例|症例|者|もの)"
    r"|(?:て)?(?:で(?!き)|に(?:は|も)?(?!は?(?:し|な[らっ]|増|減|上|下|設))|の(?:患者|場合|とき|時|例|人|者|方|症例|間|期間)|なら|かつ|または|、)"
)
_NOUN = r"[一-鿿々ァ-ヶー]{1,10}"
_ACT = rf"(?:て|る|た)?(?:の)?(?:(?:{_NOUN})?[はをもが])?(?:に(?:は)?)?(?:{_NOUN})?[をはがも]?"
_NO_MORE = r"(?=(?:こと|よう(?:に)?(?:する|します|注意する)?|で(?:下さい|ください))?(?:[。、.,)」\s]|$))"
# 投与しない, 服用せず: the denial is in the verb, and it is not one of it any more once the bound is turned round.
_NOT_DONE_JA = re.compile(
    rf"{_ACT}(?P<denial>(?:し|行わ|使わ|用い|与え|飲ま|増やさ|続け|入れ)(?:ない|ません)|せず){_NO_MORE}"
)
_FORBIDDEN_JA = re.compile(
    rf"{_ACT}(?:避け(?!られな)|控え|禁忌|禁止|禁じ|不可(?!欠)|[しっいん][てで]は(?:なら|いけ)(?:ない|ません)"
    r"|す?(?:る)?べきで(?:は)?(?:な|あ)|できない|できません|認められ(?:ない|ていない)|許され(?:ない|ません)|推奨(?:され|し)(?:ない|ていない)"
    r"|勧められ(?:ない|ません))(?![^、。]{0,8}(?:場合|とき|限ら|わけ|患者|人は|例|わけ))"
)
_DENIED_JA = re.compile(
    r"[^、。,.]{0,24}?(?:ない(?!し)|ません|ず(?=[、。に]|$)|なし|禁忌|禁止|不要|不可(?!欠|能)|避け|控え|べきで|なら(?:ない|ず))"
)
_DENIED_AGAIN_JA = re.compile(r"[いくこものでとは]{0,6}(?:限ら|いえ|言え|わけ|こともあ|ことがあ|場合があ)")

_GIVEN_EN = (
    r"(?:be|to|allowed|permitted|take|taken|taking|give|given|giving|use|used|using|go|gone|rise|raised|administer|administered"
    r"|prescribe|prescribed|increase|increased|exceed|dose|doses|the|a|any|daily|total|for|of|by)"
)
_DENIAL_EN = re.compile(
    r"(?:\b(?:not|never|cannot|without|avoid|avoiding|no)\b|n['’]t\b)(?P<between>[^.,;:]{0,60})$", re.IGNORECASE
)
_CLEAR_EN = re.compile(rf"(?:[ ]{_GIVEN_EN})*[ ]?", re.IGNORECASE)
_FORBIDDEN_EN = re.compile(
    r"(?:[ ](?!(?:is|are|should|must|may|can|and|but|or)\b)[a-z]+){0,3}?[ ](?:is|are|should|must|may|can)(?: be)?[ ]?"
    r"(?:not (?:be )?(?:recommended|allowed|permitted|given|used|taken|administered|advised|prescribed)"
    r"|avoided|contraindicated|prohibited|forbidden)\b",
    re.IGNORECASE,
)
_DENIED_EN = re.compile(
    r"(?:(?! (?:and|but|or) )[^.,;:]){0,40}?(?:\b(?:not|never|cannot|avoid(?:ed)?|no)\b|n['’]t\b)", re.IGNORECASE
)
_TWICE_EN = re.compile(r"(?:\b(?:not|never|cannot|need)\b|n['’]t\b)[^.,;:]{0,20}$", re.IGNORECASE)
# The denial is part of the bound: を超えない, を超えてはなら, not exceed.
_NEGATIVE_BOUND = re.compile(
    r"\b(?:not?|never)\b|(?:ない|ず|ぬ|ません|なけれ|てはなら|てはなり|てはいけ|ることはな|ることのな|るべきではな)$|に満たな|足らず",
    re.IGNORECASE,
)
_REACH = 80

_SHARE_DENIED_JA = re.compile(
    r"(?:ほど|程度|くらい)?(?:の(?:患者|人|症例|例|者|方|女性|男性|小児|妊婦))?(?P<particle>(?:は|が|に|で|も)(?:は|も)?)[^、。,.]{0,24}?"
    r"(?:ない|ません|なかった|ず(?=[、。]|$)|なし|無効)(?:[いでしたあるすと]{0,6})(?=[。、.,)」\s]|$)"
)
_SHARE_DENIED_EN = re.compile(
    r"(?: of [a-z ]{1,30}?)?[ ](?:(?:do|does|did|is|are|was|were|has|have|had|will|can|could)[ ]?(?:not\b|n['’]t\b)"
    r"|never\b|fail(?:s|ed)?\b|lack(?:s|ed)?\b|cannot\b)",
    re.IGNORECASE,
)
_SHARE_DENIAL_EN = re.compile(r"(?:\b(?:not|never|no)\b|n['’]t\b)[^.,;:]{0,30}[ ](?:in|for|to|by)[ ]$", re.IGNORECASE)


def with_denials(text: str, found: list[Quantity]) -> Iterator[Quantity]:
    """The same quantities, those that are denied as what is allowed, or unread."""
    for quantity in found:
        if quantity.dimension == "share":
            yield _share(text, quantity)
        elif quantity.comparator in _OPPOSITE and _is_amount(quantity) and quantity.is_read:
            yield _bound(text, quantity)
        else:
            yield quantity


def _is_amount(quantity: Quantity) -> bool:
    own, *over = quantity.dimension.split("/")
    return (own in _AMOUNTS or own.startswith("count:")) and not _MEASURED.intersection(over)


def _share(text: str, quantity: Quantity) -> Quantity:
    start, end = quantity.span.start, quantity.span.end
    denied = _SHARE_DENIED_JA.match(text, end)
    if denied is not None and quantity.comparator is not Comparator.NONE and denied["particle"] not in ("は", "が"):
        return quantity
    if denied is not None and denied["particle"] == "も":
        return quantity.unread(text)
    is_denied = (
        denied or _SHARE_DENIED_EN.match(text, end) or _SHARE_DENIAL_EN.search(text, max(0, start - _REACH), start)
    )
    return replace(quantity, dimension=DENIED_SHARE) if is_denied else quantity


def _bound(text: str, quantity: Quantity) -> Quantity:
    start, end = quantity.span.start, quantity.span.end
    if _NEGATIVE_BOUND.search(quantity.span.of(text)):
        is_denied_again = _DENIED_AGAIN_JA.match(text, end) or _TWICE_EN.search(text, max(0, start - _REACH), start)
        return quantity.unread(text) if is_denied_again else quantity
    is_while = quantity.dimension == "time" and quantity.comparator.points_down
    if is_while or _CONDITION_JA.match(text, end):
        return quantity
    before = _DENIAL_EN.search(text, max(0, start - _REACH), start)
    if before is not None:
        return _denied_before(text, quantity, before)
    not_done = _NOT_DONE_JA.match(text, end)
    if not_done is not None:
        return _turned(text, quantity, Span(*not_done.span("denial")))
    if _FORBIDDEN_JA.match(text, end) or _FORBIDDEN_EN.match(text, end):
        return _turned(text, quantity)
    return quantity.unread(text) if _DENIED_JA.match(text, end) or _DENIED_EN.match(text, end) else quantity


def _denied_before(text: str, quantity: Quantity, denial: re.Match[str]) -> Quantity:
    if _CLEAR_EN.fullmatch(denial["between"]) and quantity.comparator in (Comparator.MORE_THAN, Comparator.LESS_THAN):
        return _turned(text, quantity)
    # Do not drive for at least 24 hours: how long the ban lasts.
    is_span_of_time = quantity.dimension == "time" and quantity.comparator is Comparator.AT_LEAST
    return quantity if is_span_of_time and denial["between"].strip() else quantity.unread(text)


def _turned(text: str, quantity: Quantity, denial: Span | None = None) -> Quantity:
    """Of 2〜3錠以上 nobody knows which end is forbidden."""
    if len(quantity.interval.ends) != 1:
        return quantity.unread(text)
    comparator = _OPPOSITE[quantity.comparator]
    (end,) = quantity.interval.ends
    also = quantity.also if denial is None else (*quantity.also, denial)
    return replace(quantity, comparator=comparator, interval=bounded(end, comparator), also=also)
