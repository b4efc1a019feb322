"""Clauses that only open the next one: in renal impairment, of `in renal impairment, give 250 mg`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from monshin_factcheck.core import cues
from monshin_factcheck.core.tables import read_table
from monshin_factcheck.core.text.language import Language
from monshin_factcheck.core.text.words import Kind, Word

# Behind such a mark something else begins.
_CLOSED = re.compile(r"[;；。．.!！?？)\])」』\n→][\s\W]*$")
_LEAD, _END = re.compile(r"^[\W_]*"), re.compile(r"[\W_]*$")
_WORD = re.compile(r"[a-z]+")
# Particles of a noun; て and ば of a verb end a statement.
_OF_NOUNS = frozenset({"格助詞", "係助詞", "副助詞"})


@dataclass(frozen=True, slots=True)
class Openers:
    """english: at the beginning of a clause. phrase_words: open a case anywhere, up to one of `verbs`, but for those of
    `with_verb`, or of `articles`. inside: of the verbs, those that a phrase may hold; relatives: behind them verbs are
    of something else; turning: in front of a phrase they turn what it belongs to. empty: units that do not tell cases
    apart; moments: short ones that do. japanese, particles: at the end of a clause.
    """

    english: re.Pattern[str]
    phrase_words: frozenset[str]
    with_verb: frozenset[str]
    verbs: frozenset[str]
    articles: frozenset[str]
    inside: frozenset[str]
    relatives: frozenset[str]
    turning: frozenset[str]
    empty: frozenset[str]
    moments: frozenset[str]
    japanese: re.Pattern[str]
    particles: frozenset[str]


def opens_the_next(clause: str, words: Sequence[Word], language: Language) -> bool:
    """Whether the clause, which another one follows, says for which case that one holds.

    words: those of the clause, in order.
    """
    if _CLOSED.search(clause) is not None:
        return False
    said = _END.sub("", _LEAD.sub("", clause))
    if language is Language.ENGLISH:
        return openers().english.match(said) is not None
    if openers().japanese.search(said) is not None:
        return True
    told = [word for word in words if any(character.isalnum() for character in word.surface)]
    if len(told) < 2 or told[-1].kind is not Kind.PARTICLE or told[-1].surface not in openers().particles:
        return False
    return told[-1].detail in _OF_NOUNS and told[-2].kind not in (Kind.VERB, Kind.ADJECTIVE, Kind.AUXILIARY)


def is_phrase(clause: str) -> bool:
    """Whether an English clause has no verb of its own, wherever it stands, and so states nothing.

    >>> [is_phrase(clause) for clause in ("Especially in patients who are pregnant.", "In pregnancy it is used")]
    [True, False]
    """
    table, said = openers(), _LEAD.sub("", clause).lower()
    opening = table.english.match(said)
    if opening is None or not table.turning.isdisjoint(opening.group().split()):
        return False
    told = _WORD.findall(said[opening.end() :])
    relative = next((at for at, word in enumerate(told) if at and word in table.relatives), len(told))
    return (table.verbs - table.inside).isdisjoint(told[:relative])


@cache
def openers() -> Openers:
    """The table, read once."""
    source = read_table(cues, "openers.yaml")
    english, japanese = source["en"], source["ja"]
    words = "|".join(map(str, english["words"]))
    return Openers(
        english=re.compile(rf"{english['leads']}(?:(?:{words})\b|{english['alone']}$)", re.IGNORECASE),
        phrase_words=_words(english["phrases"]),
        with_verb=_words(english["with_verb"]),
        verbs=_words(english["verbs"]),
        articles=_words(english["articles"]),
        inside=_words(english["inside"]),
        relatives=_words(english["relatives"]),
        turning=_words(english["turning"]),
        empty=_words(source["empty"]),
        moments=_words(source["moments"]),
        japanese=re.compile(rf"{japanese['ends']}$"),
        particles=_words(japanese["particles"]),
    )


def _words(row: Sequence[str]) -> frozenset[str]:
    return frozenset(map(str, row))
