"""For tests and benchmarks: sentences with a wrong number, unit or bound."""

import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

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
_DIGITS = re.compile(r"(?<![A-Za-z\d.,-])\d+(?:\.\d+)?(?![\d,])")


def wrong(sentence: str) -> Iterator[str]:
    """The sentence with a number, unit or bound changed, or two numbers exchanged; each says something else."""
    for match in _DIGITS.finditer(sentence):
        value = Fraction(match.group())
        for number in {value * 10, value / 10, value + 1, value * 2} - {value}:
            yield sentence[: match.start()] + f"{float(number):.10g}" + sentence[match.end() :]
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
