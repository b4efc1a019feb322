"""For tests and benchmarks: whole numbers in English words and in kanji, made without what reads them."""

_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_KANJI = "〇一二三四五六七八九"


def in_words(number: int, *, hyphen: str = "-", link: str = " and ") -> str:
    """0 to 999,999; hyphen: between tens and ones; link: in front of what follows hundreds and thousands.

    >>> in_words(1250), in_words(36, hyphen=" "), in_words(250, link=" ")
    ('one thousand two hundred and fifty', 'thirty six', 'two hundred fifty')
    """
    if number < len(_ONES):
        return _ONES[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return _TENS[tens] + (hyphen + _ONES[ones] if ones else "")
    power, name = (1000, "thousand") if number >= 1000 else (100, "hundred")
    head, rest = divmod(number, power)
    told = f"{in_words(head, hyphen=hyphen, link=link)} {name}"
    if not rest:
        return told
    return told + (link if rest < 100 else " ") + in_words(rest, hyphen=hyphen, link=link)


def in_kanji(number: int) -> str:
    """0 to 99,999,999, with 十, 百, 千 and 万.

    >>> in_kanji(12010), in_kanji(24), in_kanji(0)
    ('一万二千十', '二十四', '〇')
    """
    if number < 10:
        return _KANJI[number]
    power, name = next(
        (power, name) for power, name in ((10**4, "万"), (1000, "千"), (100, "百"), (10, "十")) if number >= power
    )
    head, rest = divmod(number, power)
    told = name if head == 1 and power < 10**4 else in_kanji(head) + name
    return told + (in_kanji(rest) if rest else "")


def in_kanji_digits(number: int) -> str:
    """Digit by digit.

    >>> in_kanji_digits(105)
    '一〇五'
    """
    return "".join(_KANJI[int(digit)] for digit in str(number))
