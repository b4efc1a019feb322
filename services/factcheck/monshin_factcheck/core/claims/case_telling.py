"""How a sentence is told with the cases that stand above it, and with all others than they: `それ以外では…`."""

import re
from collections.abc import Sequence

from monshin_factcheck.core.claims.case_words import source, words
from monshin_factcheck.core.claims.cases import has_case
from monshin_factcheck.core.claims.topics import behind_topic
from monshin_factcheck.core.text.language import Language, guess_language
from monshin_factcheck.core.text.normalise import normalise

_MARKS = " \u3000\t:：*#_【】〈〉《》［］[]<>＜＞。．.・"
# Japanese cases that take no では.
_HYPOTHETICAL = re.compile(r"(?:たら|なら|れば)$")


def with_cases(sentence: str, cases: Sequence[str]) -> str:
    """The sentence with the cases that it does not name itself: behind its topic, as most sources have it, or in front.

    >>> with_cases("ワルファリンは避ける。", ("妊婦",)), with_cases("Give 5 mg.", ("children", "if eGFR is below 30"))
    ('ワルファリンは、妊婦では避ける。', 'In children, if eGFR is below 30, Give 5 mg.')
    """
    missing = [case for case in cases if case.lower() not in sentence.lower()]
    if not missing:
        return sentence
    is_english = guess_language(normalise(sentence).text) is Language.ENGLISH
    told = "".join(_told(case, is_english=is_english) for case in missing)
    if is_english:
        return f"{told[:1].upper()}{told[1:]}{sentence}"
    place = behind_topic(sentence)
    if not place or has_case(sentence):
        return f"{told}{sentence}"
    return f"{sentence[:place]}、{told.rstrip('、')}{sentence[place:].lstrip('、')}"


def opens_elsewhere(sentence: str) -> bool:
    """Whether a sentence speaks of all other cases: `それ以外では…`, `Otherwise…`."""
    text = normalise(sentence).text.strip(_MARKS)
    return any(table["elsewhere"].match(text) is not None for table in (words().ja, words().en))


def speaks_of_elsewhere(sentence: str) -> bool:
    """Whether a sentence leaves open which other cases it speaks of."""
    text = normalise(sentence).text
    return any(table["elsewhere"].search(text) is not None for table in (words().ja, words().en))


def elsewhere(case: str) -> str:
    """All other cases than this one.

    >>> elsewhere("eGFR 30未満"), elsewhere("If eGFR is below 30"), elsewhere("In pregnancy")
    ('eGFR 30未満以外', 'Unless eGFR is below 30', 'Except in pregnancy')
    """
    if guess_language(case) is not Language.ENGLISH:
        return f"{case}以外"
    told = _told(case, is_english=True).rstrip(", ")
    opening, _, rest = told.partition(" ")
    return f"Unless {rest}" if opening.lower() == "if" else f"Except {opening.lower()} {rest}"


def without_elsewhere(sentence: str) -> str:
    """The sentence without the words by which it speaks of all other cases."""
    return re.sub(
        rf"^\W*(?:{source('ja', 'elsewhere')}|{source('en', 'elsewhere')})(?:の(?:場合|患者|人|方))?"
        rf"(?:{source('ja', 'closing')})?[、,:： ]*", "", sentence, count=1, flags=re.IGNORECASE,
    )  # fmt: skip


def _told(case: str, *, is_english: bool) -> str:
    if is_english and guess_language(normalise(case).text) is Language.ENGLISH:
        text = case[:1].lower() + case[1:] if case.split()[0][1:] in ("", case.split()[0][1:].lower()) else case
        if words().en["opening"].match(case):
            return f"{text}, "
        return f"if {text}, " if re.search(r"[0-9]", case) else f"in {text}, "
    if is_english or (guess_language(normalise(case).text) is Language.ENGLISH and not re.search(r"[0-9]", case)):
        return f"{case}: "
    return f"{case}、" if _HYPOTHETICAL.search(case) else f"{case}では、"
