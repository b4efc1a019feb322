"""What a chart says of its patient, `妊娠の可能性はない。`: a case that is told of somebody, and of no drug."""

import re
from functools import cache

from monshin_factcheck.core.claims.blocks import Part, PartKind
from monshin_factcheck.core.claims.case_words import source
from monshin_factcheck.core.claims.prescribing import tells_giving
from monshin_factcheck.core.claims.subjects import is_side
from monshin_factcheck.core.tables import read_table
from monshin_factcheck.core.text.language import Language, guess_language
from monshin_factcheck.core.text.normalise import normalise

_LONGEST = 80
_INDICATED = re.compile(r"適応|効能|効果|indicat", re.IGNORECASE)


def states_patient(sentence: str) -> bool:
    """Whether a sentence says of a person that he is, has or does what is a case elsewhere, and says nothing else.

    >>> [states_patient(text) for text in ("腎障害はない。", "85歳の男性である。", "妊婦では。", "妊婦には禁忌です。")]
    [True, True, False, False]
    >>> states_patient("The patient is in the third trimester."), states_patient("It is safe in pregnancy.")
    (True, False)
    """
    text = normalise(sentence).text.strip().rstrip("。.!！ ")
    if len(text) > _LONGEST:
        return False
    if guess_language(text) is Language.ENGLISH:
        is_told_of_one = _pattern("en", "whom").match(text) is not None and not tells_giving(text)
        return is_told_of_one or _pattern("en", "value").fullmatch(text) is not None
    if _pattern("ja", "value").fullmatch(text):
        return True
    # 禁忌の患者である, 服用中の患者である: of any drug, however it ends.
    if _tells_of_giving(_pattern("ja", "no_list").sub("", text)):
        return False
    return _japanese().fullmatch(text) is not None


def names_disorder(sentence: str) -> bool:
    """Whether it is a disorder that is stated, which behind a sentence on a drug may be told as its effect."""
    return _pattern("ja", "disorder").search(sentence) is not None


class Above:
    """The heading and the line that a statement stands below: a list of those who must not get something is no chart.

    question: below one that asks for whom something is given, a case is its answer.
    """

    def __init__(self, question: str) -> None:
        self._is_asked = question != "" and _tells_of_giving(question)
        # The rank of the outermost heading that speaks of giving something; 0 if none does.
        self._rank = 0
        self._line = ""

    def heading(self, part: Part, text: str) -> None:
        """Goes on below a heading."""
        rank = part.level.rank if part.level is not None else 1
        self._line = ""
        if self._rank == 0 or rank <= self._rank:
            self._rank = rank if _tells_of_giving(text) else 0

    def line(self, part: Part, text: str) -> None:
        """Goes on behind a sentence or a bullet: only one that opens a list stands above others."""
        if part.kind is not PartKind.BULLET or text.endswith((":", "：")):
            self._line = text

    def speaks_of_giving(self, part: Part) -> bool:
        """Whether what stands here may be told of those to whom something is given, and of no patient."""
        is_listed = part.kind is PartKind.BULLET and _tells_of_giving(self._line)
        return self._is_asked or self._rank > 0 or is_listed


def _tells_of_giving(text: str) -> bool:
    listing = source("en" if guess_language(text) is Language.ENGLISH else "ja", "listing")
    is_of_a_drug = is_side(text.strip(" 　:：。")) or _INDICATED.search(text) is not None
    return tells_giving(text) or is_of_a_drug or re.search(listing, text, re.IGNORECASE) is not None


@cache
def _japanese() -> re.Pattern[str]:
    words = {name: f"(?:{pattern})" for name, pattern in _table()["ja"].items()}
    # Atomic: a row of 患者患者… would be parted in all ways.
    noun = f"(?>{source('ja', 'person')}|{words['state']})"
    nouns = f"{noun}(?:{words['joint']}?{noun})*{words['possible']}?"
    clause = f"{nouns}(?:{words['exists']}|{words['does']}|{words['is']})"
    return re.compile(f"{words['whom']}?{clause}(?:が?、{clause})*")


@cache
def _pattern(language: str, name: str) -> re.Pattern[str]:
    return re.compile(_table()[language][name], re.IGNORECASE)


@cache
def _table() -> dict[str, dict[str, str]]:
    table: dict[str, dict[str, str]] = read_table(__package__, "charts.yaml")
    return table
