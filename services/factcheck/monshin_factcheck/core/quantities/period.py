"""What an amount is for: 1日総量は4000 mg is a rate, 1回10mg is a dose."""

import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from monshin_factcheck.core.quantities.frequency import DIMENSION as FREQUENCY
from monshin_factcheck.core.quantities.quantity import Quantity, Scope
from monshin_factcheck.core.text.spans import Span

_AMOUNTS = frozenset(
    {"mass", "volume", "amount", "unit", "energy", "charge", "mass/body_mass", "unit/body_mass", "volume/body_mass"}
)
_COUNTED_DOSES = frozenset(
    f"count:{unit}" for unit in ("錠", "カプセル", "包", "滴", "吸入", "パフ", "噴霧", "プッシュ", "枚")
)

# A period in front: nothing but words of amount may stand between it and the number.
_GLUE = (
    r"(?:あたり|当たり|につき|に|の|量|総|最大|最高|上限|最小|投与|服用|内服|摂取|維持|開始|初回|通常|標準|常用|用|成人|小児"
    r"|で|は|が|を|、|合計|計|として|約|まで|限度|目安|水分|食塩|塩分|エネルギー| )*"
)
# 一日 of 十一日 is no day.
_KANJI = "〇一二三四五六七八九十百千万"
_DAY_BEFORE = re.compile(
    rf"(?:(?<![0-9.{_KANJI}])[1一]日|毎日|(?:maximum |total |usual )*daily (?:dose|intake|amount|total|maximum))"
    rf"{_GLUE}(?:is|of|should be|must be|: )?[ ]?$",
    re.IGNORECASE,
)
_HOUR_BEFORE = re.compile(rf"(?:(?<![0-9.{_KANJI}])[1一]時間|毎時){_GLUE}$")
_MINUTE_BEFORE = re.compile(rf"(?:(?<![0-9.{_KANJI}])[1一]分間?|毎分){_GLUE}$")
_KG_BEFORE = re.compile(
    r"(?:体重)[ ]?1?[ ]?(?:kg|キロ(?:グラム)?)(?:あたり|当たり|当り|につき|ごとに)[、 ]?$", re.IGNORECASE
)
_DOSE_BEFORE = re.compile(
    rf"(?:(?<![0-9.日週月年に{_KANJI}])[1一][回度]|単回|初回|per dose|each dose|single dose){_GLUE}(?:of|is)?[ ]?$",
    re.IGNORECASE,
)
_WEIGHT_BEFORE = re.compile(r"(?:体重|weigh(?:t|s|ing)?)[^0-9、。]{0,6}$", re.IGNORECASE)
_PERIODS = (
    (_DAY_BEFORE, "日", 1), (_HOUR_BEFORE, "時間", 24), (_MINUTE_BEFORE, "分", 1440),
)  # fmt: skip
# Between `1日2回` and the dose of each time.
_TOUCHING = re.compile(r"[、 ]?(?:に|ずつ)?[、 ]?")
_REACH = 40


def with_periods(text: str, found: list[Quantity]) -> Iterator[Quantity]:
    """The same quantities, amounts joined with the period or dose that stands before them.

    The words of the period are then part of the amount and no longer a quantity of their own.
    """
    joined = [_joined(text, found, index) for index in range(len(found))]
    used = [span for quantity in joined for span in quantity.also]
    for quantity in joined:
        if not any(quantity.span.start >= span.start and quantity.span.end <= span.end for span in used):
            yield quantity


def _joined(text: str, found: list[Quantity], index: int) -> Quantity:
    quantity = found[index]
    if quantity.dimension not in _AMOUNTS and quantity.dimension not in _COUNTED_DOSES:
        return quantity
    start = quantity.span.start
    before = text[max(0, start - _REACH) : start]
    if quantity.unit == "kg" and _WEIGHT_BEFORE.search(before):
        # A patient's weight must not meet a drug's.
        return replace(quantity, dimension="body_mass")
    per_kg = _KG_BEFORE.search(before)
    if per_kg is not None and "/" not in quantity.dimension:
        quantity = replace(
            quantity,
            dimension=f"{quantity.dimension}/body_mass", unit=f"{quantity.unit}/kg",
            also=(*quantity.also, _span(start, before, per_kg)),
        )  # fmt: skip
        before = before[: per_kg.start()]
        start -= len(per_kg.group())
    dose = _DOSE_BEFORE.search(before)
    if dose is not None and dose.group():
        return replace(quantity, scope=Scope.PER_DOSE, also=(*quantity.also, _span(start, before, dose)))
    for pattern, unit, per_day in _PERIODS:
        period = pattern.search(before)
        if period is not None:
            return replace(
                quantity,
                dimension=f"{quantity.dimension}/time",
                unit=f"{quantity.unit}/{unit}",
                interval=quantity.interval.scaled(Fraction(per_day)),
                also=(*quantity.also, _leading(start, before, period)),
            )
    previous = found[index - 1] if index > 0 else None
    if previous is not None and previous.dimension == FREQUENCY and _TOUCHING.fullmatch(text, previous.span.end, start):
        return replace(quantity, scope=Scope.PER_DOSE)
    return quantity


def _span(end: int, before: str, match: re.Match[str]) -> Span:
    return Span(end - len(before) + match.start(), end - len(before) + match.end())


def _leading(end: int, before: str, match: re.Match[str]) -> Span:
    """The period alone, without the glue: `1日` of `1日総量は`."""
    start = end - len(before) + match.start()
    words = re.match(r"[1一]日|毎日|[1一]時間|毎時|[1一]分間?|毎分|[a-z ]*daily", match.group(), re.IGNORECASE)
    return Span(start, start + (words.end() if words is not None else len(match.group())))
