"""What a sentence right behind a dose does to it where it has no subject of its own: 翌日から中止。, Now 3 mg."""

import re
from dataclasses import dataclass
from enum import Enum
from functools import cache

from monshin_factcheck.core import cues
from monshin_factcheck.core.cues.rows import is_row, may_end_a_dose
from monshin_factcheck.core.tables import read_table
from monshin_factcheck.core.text.language import Language, guess_language

# A longer sentence has more to say than that another one ended; code points.
_LONGEST = 60
_NAME = re.compile(r"[ァ-ヺー]{4,}")
_AROUND = " \u3000。．.!！?？()（）[]［］「」"


class Afterthought(Enum):
    """ENDS: the sentence before does not hold any more, or as it stands. AMENDS: so where its number is another."""

    ENDS = "ends"
    AMENDS = "amends"


@dataclass(frozen=True, slots=True)
class _Table:
    marks: re.Pattern[str]
    neutral: re.Pattern[str]
    topic: re.Pattern[str]
    moment: re.Pattern[str]
    fragment: re.Pattern[str]
    harmless: re.Pattern[str]
    given: re.Pattern[str]
    start: re.Pattern[str]
    open: re.Pattern[str]
    ends: re.Pattern[str]
    object: re.Pattern[str]
    objects: re.Pattern[str]
    alters: re.Pattern[str]
    bare: re.Pattern[str]
    subjects: re.Pattern[str]
    ended: re.Pattern[str]
    altered: re.Pattern[str]
    renewing: re.Pattern[str]


def afterthought(said: str, before: str) -> Afterthought | None:
    """What a sentence does to the one right before it; both in NFKC. None where it speaks of something else, or of a
    case. Also of a row, and of what is no sentence: such a bracket or word belongs to the one before.

    >>> afterthought("翌日から3 mgに減らす。", "ワルファリンを1日5 mg服用している。")
    <Afterthought.AMENDS: 'amends'>
    >>> afterthought("(小児)", "ワルファリンを1日5 mg服用している。")
    <Afterthought.ENDS: 'ends'>
    >>> afterthought("副作用は出血である。", "ワルファリンを1日5 mg服用している。") is None
    True
    """
    table, said = _table(), said.strip()
    if table.given.search(before) is None:
        return None
    if is_row(said) and not _names_the_same(said, before):
        return Afterthought.ENDS if may_end_a_dose(said) else None
    if _is_fragment(said):
        return Afterthought.ENDS
    if table.bare.fullmatch(_without(table.marks, said).strip(_AROUND)) is not None:
        return Afterthought.ENDS
    return turn(said, before)


def turn(said: str, before: str) -> Afterthought | None:
    """What a sentence does to one before it, be it right before.

    >>> turn("It was discontinued.", "Warfarin 5 mg is taken daily.")
    <Afterthought.ENDS: 'ends'>
    """
    table = _table()
    rest = _without(table.marks, said.strip())
    if len(rest) > _LONGEST or table.given.search(before) is None:
        return None
    if guess_language(rest) is Language.ENGLISH and guess_language(before) is Language.ENGLISH:
        return _english(rest, before)
    return _japanese(_without(table.neutral, rest), before)


def is_of_a_start(said: str) -> bool:
    """Whether a sentence tells a first dose, of which it is true still when the dose changes."""
    return _table().start.search(said) is not None


def _names_the_same(said: str, before: str) -> bool:
    """A row that names the drug again is a sentence of its own: 訂正後：ワルファリンは3 mg."""
    return any(name in before for name in _NAME.findall(said))


def _is_fragment(said: str) -> bool:
    table, bare = _table(), said.strip("。．.!！ ")
    return table.fragment.fullmatch(bare) is not None and table.harmless.fullmatch(bare) is None


def _japanese(rest: str, before: str) -> Afterthought | None:
    table = _table()
    topics = [match[1] for match in table.topic.finditer(rest) if table.moment.search(match[1]) is None]
    objects = [match[1] for match in table.object.finditer(rest) if table.objects.fullmatch(match[1]) is None]
    if any(name not in before for name in (*topics, *objects)) or table.open.search(rest) is not None:
        return None
    if table.ends.search(rest) is not None:
        return Afterthought.ENDS
    if topics or table.start.search(before) is not None:
        return None
    if table.alters.search(rest) is not None and not any(character.isdigit() for character in rest):
        return Afterthought.ENDS
    return Afterthought.AMENDS if any(character.isdigit() for character in rest) else None


def _english(rest: str, before: str) -> Afterthought | None:
    table = _table()
    subject = re.match(rf"(?:{table.subjects.pattern})\b ?", rest, re.IGNORECASE)
    name = re.match(r"[A-Za-z][\w-]+(?: (?:dose|treatment|therapy))? (?=is\b|was\b|has\b)", rest)
    is_named = name is not None and name.group().split()[0].lower() in before.lower()
    own = rest[subject.end() :] if subject is not None else rest[name.end() :] if name and is_named else rest
    if table.open.search(rest) is not None:
        return None
    if table.ended.match(own) is not None:
        return Afterthought.ENDS
    if table.start.search(before) is not None:
        return None
    has_number = any(character.isdigit() for character in rest)
    if table.altered.match(own) is not None:
        return Afterthought.AMENDS if has_number else Afterthought.ENDS
    renews = subject is not None or table.renewing.match(rest) is not None
    return Afterthought.AMENDS if has_number and renews else None


def _without(leads: re.Pattern[str], said: str) -> str:
    """Without what stands in front, however often."""
    while (match := leads.match(said)) is not None and match.end():
        said = said[match.end() :].lstrip()
    return said


@cache
def _table() -> _Table:
    source = read_table(cues, "afterthoughts.yaml")
    names = _Table.__dataclass_fields__
    return _Table(*(re.compile("|".join(f"(?:{one})" for one in source[name]), re.IGNORECASE) for name in names))
