"""Numbers in words and kanji against spellers that are made without the reader; what has no one reading is not read."""

from collections.abc import Callable, Iterator
from fractions import Fraction

import pytest
from monshin_factcheck.core.decision import Decision, Verdict
from monshin_factcheck.core.quantities.compare import Agreement
from monshin_factcheck.core.quantities.numerals import numerals
from monshin_factcheck.core.quantities.scan import quantities
from monshin_factcheck.core.text.normalise import normalise

from services.factcheck.tools.spelt_numbers import in_kanji, in_kanji_digits, in_words

Agree = Callable[[str, str], Agreement]
CONFIRMING = frozenset({Agreement.SAME, Agreement.SAME_NUMBER, Agreement.WITHIN})
NUMBERS = range(1, 10_000)


def spellings(number: int) -> Iterator[str]:
    """As people write it in words and kanji."""
    for hyphen in ("-", " ", "\N{NON-BREAKING HYPHEN}"):
        for link in (" and ", " "):
            yield in_words(number, hyphen=hyphen, link=link)
    yield in_words(number).title()
    yield in_kanji(number)
    if number != 4:  # Four or five.
        yield in_kanji(number) + "・五"
    yield in_kanji(number * 10_000)
    if number >= 1000:
        thousands, rest = divmod(number, 1000)
        yield f"{thousands}千{rest or ''}"
        yield f"{in_words(thousands)} thousand" + (f", {in_words(rest)}" if rest else "")
        yield f"{number // 100}百{number % 100 or ''}"
    yield f"{number}万{number}"


def value(number: int, spelt: str) -> Fraction:
    """What a spelling of `number` says."""
    if spelt.endswith("・五"):
        return number + Fraction(1, 2)
    if "万" not in spelt:
        return Fraction(number)
    return Fraction(number * 10_001 if spelt[0].isdigit() else number * 10_000)


def test_every_whole_number_is_read_whole_in_every_spelling() -> None:
    """Hazard: thirty-six was 6, two hundred and fifty 50, 1万2千 two numbers."""
    wrong = []
    for number in NUMBERS:
        for spelt in spellings(number):
            text = normalise(f"{spelt} mg").text
            found = numerals(text)
            whole = [(one.value, one.start, one.end) for one in found if one.is_clear]
            if whole != [(value(number, spelt), 0, len(text) - 3)]:
                wrong.append(spelt)
    assert wrong == [], wrong[:20]


def test_digits_in_kanji_are_read_whole_or_not_at_all() -> None:
    """三四 may be three or four."""
    for number in NUMBERS:
        for one in numerals(in_kanji_digits(number) + "mg"):
            assert not one.is_clear or (one.value, one.end) == (number, len(str(number)))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("thirty-six", "36"), ("ninety–six", "96"), ("fourty six", "46"), ("seventy-five", "75"), ("a hundred", "100"),
        ("a thousand and one", "1001"), ("two hundred and fifty thousand", "250000"), ("twelve hundred", "1200"),
        ("two point five", "2.5"), ("zero point two five", "0.25"), ("twenty-five and a half", "25.5"),
        ("two and one-half", "2.5"), ("one-half", "0.5"), ("half a", "0.5"), ("2 million", "2000000"),
        ("1.5 thousand", "1500"),
        ("5 hundred", "500"), ("〇・五", "0.5"), ("一・五", "1.5"), ("三七・二", "37.2"), ("一点五", "1.5"),
        ("一・五万", "15000"),
        ("二.五", "2.5"), ("1万2千", "12000"), ("1万2,000", "12000"), ("一万二千", "12000"), ("2千5百", "2500"),
        ("1億2,000万", "120000000"),
        ("1.5万", "15000"), ("5百万", "5000000"), ("2十", "20"), ("弐拾", "20"), ("参拾", "30"), ("二〇", "20"),
        ("二千〇五", "2005"),
        ("-5万", "-50000"),
    ],
)  # fmt: skip
def test_a_number_has_one_value(text: str, value: str) -> None:
    (found,) = numerals(f"{text} mg")
    assert (found.value, found.is_clear, found.end) == (Fraction(value), True, len(text))


# What no one number is said by, in front of `mg`, and what a part of it would say.
UNCLEAR = {
    "数百": "100", "数十": "10", "何百": "100", "十数": "10", "百数十": "100", "10数": "10",
    "数100": "100",
    "三四": "34", "十四五": "15", "五六十": "60", "二・三": "3", "1・5": "5", "0·5": "5", "1点5": "5", "一・5": "5",
    "二十二十": "20",
    "a few hundred ": "100", "several hundred ": "100", "half a million ": "1000000", "hundred ": "100",
    "six seven ": "7",
    "twenty thirty ": "30", "two-three ": "3", "point five ": "5", "1 000 ": "0", "1 500 ": "500",
    "2 hundred and fifty ": "50",
    "2 thousand five hundred ": "500", "5¹ ": "1", "2〜3万": "30000", "two to three hundred ": "300", "二〜三十": "30",
}  # fmt: skip


@pytest.mark.parametrize(("text", "part"), UNCLEAR.items())
def test_what_no_one_number_says_confirms_and_contradicts_only_itself(agreement: Agree, text: str, part: str) -> None:
    """Hazard: 数百mg was 100 mg, and so was `two hundred mg`."""
    (found,) = quantities(normalise(f"{text}mg").text)
    assert not found.is_read
    for other in (f"{part} mg", "1 mg", "250 mg"):
        assert agreement(f"{text}mg", other) is Agreement.INCOMPARABLE
        assert agreement(other, f"{text}mg") is Agreement.INCOMPARABLE
    assert agreement(f"{text}mg", f"{text}mg") is Agreement.SAME


@pytest.mark.parametrize("text", ["1日数10 mg", "1回数百mg", "最大数100 mg", "毎日数十mg"])
def test_several_tens_a_day_are_not_ten(text: str) -> None:
    assert not any(found.is_read for found in quantities(text) if "mg" in found.span.of(text))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("two hundred mg", "200 mg"), ("1万2千単位", "12,000単位"), ("seventy-five mg", "75 mg"),
        ("〇・五mg", "0.5 mg"),
        ("two hundred and fifty mg", "250 mg"), ("thirty-six-hour", "36 hours"), ("two to three mg", "2-3 mg"),
        ("between two hundred and five hundred mg", "200-500 mg"), ("半〜1錠", "0.5〜1錠"),
        ("thirty to 45 minutes", "30–45 minutes"),
        ("three hundred to five hundred mg", "300 to 500 mg"), ("20万〜30万単位", "200,000〜300,000単位"),
        ("2 million units", "200万単位"), ("fifty to one hundred mg", "50–100 mg"),
    ],
)  # fmt: skip
def test_words_kanji_and_digits_of_one_number_are_the_same(agreement: Agree, one: str, other: str) -> None:
    assert agreement(one, other) is Agreement.SAME
    assert agreement(other, one) is Agreement.SAME


@pytest.mark.parametrize(
    "text", ["呼吸数20回/分", "血小板数10万/μL", "白血球数4000/μL", "錠数2錠", "脈拍数100回/分", "数値10 mg"]
)
def test_a_count_by_name_is_a_number(text: str) -> None:
    (found,) = quantities(normalise(text).text)
    assert found.is_read


@pytest.mark.parametrize(
    "text",
    [
        "all-in-one tablet", "thirty-something hours", "twenty-first", "万一の場合", "第一・第二選択",
        "hundreds of tablets",
        "千葉", "the thirty-sixth mg", "five-ten",
    ],
)  # fmt: skip
def test_words_that_hold_a_number_word_are_no_quantity(text: str) -> None:
    assert quantities(text) == ()


def test_a_dose_in_words_or_kanji_that_only_ends_like_the_right_one_is_not_supported(
    check: Callable[..., Decision],
) -> None:
    frame = "アスピリンは1回{}を投与する。"
    for wrong, right in (
        ("一・五mg", "5 mg"),
        ("〇・五mg", "5 mg"),
        ("数百mg", "100 mg"),
        ("数十mg", "10 mg"),
        ("三十五mg", "5 mg"),
    ):
        assert check(frame.format(wrong), frame.format(right)).verdict is not Verdict.SUPPORTED
        assert check(frame.format(right), frame.format(wrong)).verdict is not Verdict.SUPPORTED
    frame = "Aspirin is given at {} a day."
    for wrong, right in (
        ("seventy-five mg", "5 mg"), ("two hundred mg", "100 mg"), ("two hundred and fifty mg", "50 mg"),
        ("two point five mg", "5 mg"), ("a few hundred mg", "100 mg"),
    ):  # fmt: skip
        assert check(frame.format(wrong), frame.format(right)).verdict is not Verdict.SUPPORTED
        assert check(frame.format(right), frame.format(wrong)).verdict is not Verdict.SUPPORTED
