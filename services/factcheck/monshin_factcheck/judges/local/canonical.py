"""The text as the judge reads it: NFKC, and the numbers of quantities in digits."""

from fractions import Fraction

from monshin_factcheck.core.quantities.numerals import Numeral, numerals
from monshin_factcheck.core.quantities.scan import quantities
from monshin_factcheck.core.text.normalise import normalise

# Recorded with every adapter: serving must write texts in the form that training has seen.
CANONICAL_FORM = "nfkc-digits"


def canonical(text: str) -> str:
    """`text` with one spelling a number. Only numbers that belong to a quantity are touched: 一般 stays.

    >>> canonical("二十四時間以内に8万/μLを確かめ、１，０００㎎を三回に分ける")
    '24時間以内に80000/μLを確かめ、1000mgを3回に分ける'
    """
    text = normalise(text).text
    spans = [span for quantity in quantities(text) for span in quantity.spans]
    pieces: list[str] = []
    at = 0
    for number in numerals(text):
        if text[number.start : number.end] == "半" or not _is_decimal(number):
            continue
        if not any(span.start <= number.start and number.end <= span.end for span in spans):
            continue
        pieces.append(text[at : number.start])
        pieces.append(_digits(number.value))
        at = number.end
    return "".join((*pieces, text[at:]))


def _is_decimal(number: Numeral) -> bool:
    """A third has no digits that end, and what has two readings stays as it is written."""
    return number.is_clear and 10**12 % number.value.denominator == 0


def _digits(value: Fraction) -> str:
    """Exact, without an exponent: every denominator here divides a power of ten."""
    if value.denominator == 1:
        return str(value.numerator)
    return f"{float(value):.12f}".rstrip("0")
