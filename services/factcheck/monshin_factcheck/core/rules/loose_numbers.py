"""Numbers that no quantity holds: 三十三 of 三十三要件, twice of `twice per dose`; they are confirmed by themselves."""

import re
from fractions import Fraction

from monshin_factcheck.core.quantities.numerals import Numeral, numerals
from monshin_factcheck.core.rules.statement import Statement
from monshin_factcheck.core.text.spans import Span

# How often, with what it is counted by: the same two words confirm it.
_TIMES = re.compile(r"\b(?:twice|thrice)\b(?:\W+\w+)?", re.IGNORECASE | re.ASCII)
_HALF_LIFE = re.compile(r"[- ]?li(?:fe|ves)", re.IGNORECASE)
_ONE, _HALF = Fraction(1), Fraction(1, 2)


def unconfirmed_numbers(claim: Statement, evidence: Statement) -> frozenset[Span]:
    """Where the claim, as it was given, has a number outside of its quantities that the evidence nowhere has."""
    said = _values(evidence.text.text)
    times = {match.group().lower() for match in _TIMES.finditer(evidence.text.text)}
    loose = [
        Span(number.start, number.end)
        for number in numerals(claim.text.text)
        if _is_loose(claim, number) and _value(number, claim.text.text) not in said
    ]
    loose += [
        Span(*match.span())
        for match in _TIMES.finditer(claim.text.text)
        if match.group().lower() not in times and not _is_held(claim, match.start())
    ]
    return frozenset(claim.text.to_original(span) for span in loose)


def _values(text: str) -> set[Fraction | str]:
    return {_value(number, text) for number in numerals(text)}


def _value(number: Numeral, text: str) -> Fraction | str:
    """What has several readings is told by its letters."""
    return number.value if number.is_clear else text[number.start : number.end]


def _is_loose(claim: Statement, number: Numeral) -> bool:
    """Not the 一 of 一部 and `one of`, 半 of 半減期, 四 of 四肢: words, not numbers."""
    text = claim.text.text
    if _is_held(claim, number.start) or (number.is_clear and number.value == _ONE):
        return False
    if number.value == _HALF and number.is_clear:
        return text[number.start].isascii() and _HALF_LIFE.match(text, number.end) is None
    inside = (word.span for word in claim.words if word.span.start < number.end and number.start < word.span.end)
    return all(number.start <= span.start and span.end <= number.end for span in inside)


def _is_held(claim: Statement, at: int) -> bool:
    return any(span.start <= at < span.end for quantity in claim.quantities for span in quantity.spans)
