"""The subject that a Japanese sentence leaves out, where what stands around it names one and nothing else.

`ワルファリンは抗凝固薬である。1日3 mgを投与する。` speaks of ワルファリン. `ワルファリンはヘパリンに替える。` leaves
open what the next sentence speaks of, and a title says nothing once a sentence has come between. A dose given
to the wrong drug is worse than a verdict that is left to a reader.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from monshin_factcheck.core.aliases.table import builtin_aliases
from monshin_factcheck.core.cues.governing_words import patterns
from monshin_factcheck.core.rules.alignment import similarity
from monshin_factcheck.core.rules.statement import Statement, Unit

ALIKE = 0.95
# How many of a claim's first units may be its subject.
LONGEST = 4
_TOPICS = frozenset({"は", "では", "には", "も", "が"})
# Katakana, Latin letters, and what names of substances and diseases in kanji end in.
_NAME = re.compile(r"[ァ-ヺ]{2}|[A-Za-z]{2}|[薬剤湯散丸酸塩素菌病症炎癌腫糖療法]$")
# The next sentence may well speak of what comes instead.
_TURNING = re.compile(
    r"中止|中断|終了|休薬|切り?替|変更|代わ|替え|代え|かわり|置き換|ではな|でな|しない|せず|避け|控え|やめ|止め|除|以外|禁|比べ|異な"
)
# A title that is about more than one thing.
_JOINING = re.compile(
    r"[と・、,/&＆+＋]|から|より|および|及び|または|又は|併用|相互作用|比較|切り?替|\b(?:and|or|vs)\b", re.IGNORECASE
)
# Neutral over a sentence, but what is given for it is no dose of the name beside it.
_AGAINST = re.compile(r"副作用|有害事象|相互作用|\b(?:side effects?|adverse|interactions?)\b", re.IGNORECASE)

# Beside a name they say nothing: its form, and の.
_IDLE = re.compile(
    r"(?:口腔内崩壊|徐放)?(?:錠|カプセル|散|顆粒|細粒|シロップ|注射液|注射用?|注|点滴静注用?|軟膏|点眼液|坐[剤薬]|テープ)(?![一-龥])|の"
)


def subjects(claim: Statement, title: Statement | None, before: Statement | None) -> tuple[Statement, ...]:
    """What of the title or the sentence before may be the claim's subject, as statements of nothing but that.

    The title counts only for the first sentence of a text, and only if it says nothing beside the name. The sentence
    before counts only by its one topic, in front, if the claim has all of it and the sentence names nothing else.
    """
    if before is not None:
        own = _only_topic(before)
        return (replace(before, units=own),) if own and _holds(claim, own) else ()
    if title is None or _JOINING.search(title.text.text):
        return ()
    names = [unit for unit in title.units if _is_name(unit)]
    return (title,) if _holds(claim, names) and _says_nothing_else(title, claim) else ()


def _only_topic(sentence: Statement) -> tuple[Unit, ...]:
    """The units up to the only は or が, the first of the sentence among them; empty where anything else is named."""
    units = sentence.units
    end = next((at for at, unit in enumerate(units) if unit.particle in _TOPICS), None)
    if end is None or units[end].clause != units[0].clause or _TURNING.search(sentence.text.text):
        return ()
    others = units[end + 1 :]
    # `Xは強心薬である` tells what X is; a name with any other part in the sentence may be what the next one is about.
    if any(unit.particle in _TOPICS or (_is_name(unit) and unit is not units[-1]) for unit in others):
        return ()
    if others and units[-1].particle and _is_name(units[-1]):
        return ()
    return units[: end + 1]


def _is_name(unit: Unit) -> bool:
    return builtin_aliases().canonical(unit.key) is not None or any(_NAME.search(form) for form in unit.forms)


def _says_nothing_else(title: Statement, claim: Statement) -> bool:
    """Whether a title tells only what the claim has, too: under アセトアミノフェン中毒 the dose is of the antidote."""
    rest = title.text.text
    for unit in reversed(title.units):
        if _holds(claim, (unit,)):
            rest = f"{rest[: unit.span.start]} {rest[unit.span.end :]}"
    left = patterns().neutral.sub(" ", _IDLE.sub(" ", rest))
    return _AGAINST.search(rest) is None and not any(character.isalpha() for character in left)


def _holds(claim: Statement, wanted: Sequence[Unit]) -> bool:
    first = claim.units[:LONGEST]
    return all(any(similarity(unit, other) >= ALIKE for other in first) for unit in wanted)
