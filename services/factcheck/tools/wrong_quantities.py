"""For tests and benchmarks: sentences with a wrong number, unit or bound."""

import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from services.factcheck.tools.spelt_numbers import in_kanji, in_kanji_digits, in_words

_SWAPS = {
    "mg": ["g", "μg", "mL"],
    "μg": ["mg"],
    "g": ["mg", "kg"],
    "mL": ["L", "mg"],
    "L": ["mL"],
    "時間": ["分", "日"],
    "分": ["時間", "秒"],
    "日": ["時間", "週間"],
    "週": ["日"],
    "か月": ["週間", "年"],
    "年": ["か月"],
    "%": ["mg"],
    "mEq": ["Eq"],
    "mmol": ["mol"],
    "単位": ["mg"],
    "歳": ["か月"],
    "mmHg": ["kPa"],
    "回": ["日"],
    "cm": ["mm"],
    "mm": ["cm"],
}
_BOUNDS = {
    "以上": ["以下", "未満"],
    "以下": ["以上", "未満"],
    "未満": ["以上", "以下"],
    "以内": ["以上"],
    "超": ["未満"],
}
# Of these a number in words or kanji is told; larger ones stay in digits.
_LARGEST_SPELT = 1000
_IN_ENGLISH = re.compile(r"[ -]?[A-Za-z]+[ .,;)]")
_DIGITS = re.compile(r"(?<![A-Za-z\d.,-])\d+(?:\.\d+)?(?![\d,])")


def wrong(sentence: str) -> Iterator[str]:
    """The sentence with a number, unit or bound changed, or two numbers exchanged; each says something else."""
    for match in _DIGITS.finditer(sentence):
        value = Fraction(match.group())
        numbers = {value * 10, value / 10, value + 1, value * 2} - {value}
        spelt = _spelt(sentence, match.end(), int(value)) if value.denominator == 1 else ()
        for written in (*(f"{float(number):.10g}" for number in numbers), *spelt):
            yield sentence[: match.start()] + written + sentence[match.end() :]
    for bound, others in _BOUNDS.items():
        for match in re.finditer(bound, sentence):
            for other in others:
                yield sentence[: match.start()] + other + sentence[match.end() :]
    for one, two in pairwise(_DIGITS.finditer(sentence)):
        if Fraction(one.group()) != Fraction(two.group()):
            between = sentence[one.end() : two.start()]
            yield sentence[: one.start()] + two.group() + between + one.group() + sentence[two.end() :]
    for unit, swapped in _SWAPS.items():
        for match in re.finditer(rf"(?<=[0-9 ]){re.escape(unit)}(?![A-Za-z])", sentence):
            for wrong_unit in swapped:
                yield sentence[: match.start()] + wrong_unit + sentence[match.end() :]


def _spelt(sentence: str, at: int, value: int) -> Iterator[str]:
    """Other numbers than `value`, which ends at `at`, in words, kanji and ranges; some end as `value` does."""
    if not 0 < value < _LARGEST_SPELT:
        return
    is_english = sentence.isascii() and _IN_ENGLISH.match(sentence, at) is not None
    for number in (value + 1, value * 10, value + (30 if value < 10 else 2000)):
        yield in_words(number) if is_english else in_kanji(number)
    if is_english:
        yield in_words(value + 2000, hyphen=" ", link=" ")
        yield f"{value} to {value * 10}"
        return
    yield f"{value}〜{value * 10}"
    if value < 10:
        yield f"〇・{in_kanji_digits(value)}"
        yield f"{in_kanji_digits(value)}・五"
    elif value in (10, 100):
        yield f"数{in_kanji(value)}"
