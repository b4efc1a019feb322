"""Cases that a plain sentence states for those that follow it: `患者は4歳である。`, `This applies to children.`"""

import re
from dataclasses import dataclass
from functools import cache

from monshin_factcheck.core.claims.cases import has_case, is_case, is_person
from monshin_factcheck.core.tables import read_table
from monshin_factcheck.core.text.language import Language, guess_language
from monshin_factcheck.core.text.normalise import normalise

_LONGEST = 24
_STATES = ("pregnant", "nursing", "dialysis")
_JAPANESE = {"pregnant": "妊娠中", "nursing": "授乳中", "dialysis": "透析患者"}
_ENGLISH = {"pregnant": "in pregnancy", "nursing": "during breastfeeding", "dialysis": "in dialysis"}


@dataclass(frozen=True, slots=True)
class StatedCase:
    """is_announced: the text is about to speak of it, and of no case before; else it is a fact, beside the others."""

    text: str
    is_announced: bool = False


def stated_case(sentence: str) -> StatedCase | None:
    """The case that a sentence states, and nothing else; None if it states none.

    >>> stated_case("患者は4歳の男児である。"), stated_case("小児について述べる。")
    (StatedCase(text='4歳の男児', is_announced=False), StatedCase(text='小児', is_announced=True))
    >>> stated_case("My patient has an eGFR of 12."), stated_case("患者は男性である。")
    (StatedCase(text='if eGFR is 12', is_announced=False), None)
    """
    text = normalise(sentence).text.strip().rstrip("。.!?！？ ")
    if guess_language(text) is Language.ENGLISH:
        return _in_english(text)
    return _in_japanese(text)


def english_person(text: str) -> str:
    """Whom an English text tells of, by age, weight or renal function: `in a 3-year-old`; empty if it tells none."""
    age = _pattern("en", "age").search(text)
    if age is not None:
        return f"in a {age['age']}-{age['unit'].lower()}-old"
    value = _pattern("en", "value").search(text)
    if value is not None:
        return f"if {value['name']} is {value['value'].strip()}"
    weighs = _pattern("en", "weighs").search(text)
    if weighs is not None:
        return f"if weight is {weighs['value']}"
    only_age, young = _pattern("en", "only_age").fullmatch(text), _pattern("en", "young").search(text)
    if only_age is not None:
        return f"in a {only_age['age']}-year-old"
    return f"in a {young['young'].lower()}" if young is not None else ""


def with_stated(cases: tuple[str, ...], stated: StatedCase) -> tuple[str, ...]:
    """The cases that hold behind a sentence: facts add up, and what is announced ends all before."""
    return (stated.text,) if stated.is_announced else (*cases, stated.text)


def has_own_case(sentence: str) -> bool:
    """Whether a sentence says itself for whom, when or at which value it holds: `…when the clearance is 30 mL/min`."""
    return has_case(sentence) or _pattern("en", "condition").search(sentence) is not None


def _in_japanese(text: str) -> StatedCase | None:
    announced = _pattern("ja", "announces").fullmatch(text)
    if announced is not None and _is_of_someone(announced["case"]):
        return StatedCase(announced["case"], is_announced=True)
    whom = _pattern("ja", "whom").match(text)
    told = text[whom.end() :] if whom is not None else text
    for name in _STATES:
        if re.fullmatch(_pattern("ja", name).pattern + _pattern("ja", "end").pattern, told):
            return StatedCase(_JAPANESE[name])
    low = re.fullmatch(_pattern("ja", "low").pattern + _pattern("ja", "end").pattern, told)
    if low is not None:
        return StatedCase(f"{low['organ']}機能{low['how']}")
    value = re.fullmatch(_pattern("ja", "value").pattern + _pattern("ja", "end").pattern, told)
    if value is not None:
        return StatedCase(f"{value['name']} {value['value'].strip()}")
    state = _pattern("ja", "state").match(told)
    if state is not None and is_person(state["state"]):
        return StatedCase(state["state"])
    bare = re.sub(f"{_pattern('ja', 'end').pattern}$", "", told)
    is_told_of = whom is not None and _pattern("ja", "figures").search(bare) is not None and len(bare) <= _LONGEST
    return StatedCase(bare) if is_told_of or _is_of_someone(bare) else None


def _is_of_someone(name: str) -> bool:
    if _pattern("ja", "too_little").search(name) or len(name) > _LONGEST:
        return False
    has_figures = _pattern("ja", "figures").search(name) is not None
    if _pattern("ja", "aged").fullmatch(name):
        return True
    return is_person(name) or (has_figures and is_case(name)) or name in ("お子さま", "お子さん", "お子様", "患児")


def _in_english(text: str) -> StatedCase | None:
    announced = _pattern("en", "announces").fullmatch(text)
    if announced is not None and (is_person(announced["case"].capitalize()) or is_case(announced["case"])):
        return StatedCase(f"in {announced['case']}", is_announced=True)
    if announced is not None and english_person(announced["case"]):
        return StatedCase(english_person(announced["case"]), is_announced=True)
    if _pattern("en", "whom").match(text) is None:
        is_value = _pattern("en", "value").fullmatch(re.sub(r"^(?:The|Her|His) ", "", text)) is not None
        return StatedCase(english_person(text)) if is_value else None
    for name in _STATES:
        if _pattern("en", name).search(text):
            return StatedCase(_ENGLISH[name])
    has = _pattern("en", "has").search(text)
    person = english_person(text)
    return StatedCase(f"in {has['state']}" if has is not None else person) if has is not None or person else None


@cache
def _pattern(language: str, name: str) -> re.Pattern[str]:
    return re.compile(_table()[language][name].replace("\n", ""), re.IGNORECASE)


@cache
def _table() -> dict[str, dict[str, str]]:
    table: dict[str, dict[str, str]] = read_table(__package__, "stated.yaml")
    return table
