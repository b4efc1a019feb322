"""Sentences that tell how a drug is given, or that it is not, and leave out which: `Start with 500 mg twice daily.`"""

import re
from functools import cache

from monshin_factcheck.core.claims.cases import has_case, names_nothing
from monshin_factcheck.core.claims.drugs import drugs_in
from monshin_factcheck.core.tables import read_table
from monshin_factcheck.core.text.language import Language, guess_language
from monshin_factcheck.core.text.normalise import normalise

_CLAUSES = re.compile(r"[,;]|\b(?:and|but|then|or)\b", re.IGNORECASE)
_POINTER = re.compile(r"\b(?:it|its|them|this)\b", re.IGNORECASE)
_MARKS = " 　。．.、,!！"


def prescribes(sentence: str) -> bool:
    """Whether a sentence tells how much of something is given, how often or how long, for whom, or that it is not."""
    return tells_giving(sentence) or has_case(normalise(sentence).text)


def tells_giving(sentence: str) -> bool:
    """Whether a sentence tells how something is given, or that it is not; for whom alone does not count.

    >>> tells_giving("妊婦には避ける。"), tells_giving("妊娠中である。")
    (True, False)
    """
    text = normalise(sentence).text
    return _pattern(_language(text), "tells").search(text) is not None


def leaves_drug_out(sentence: str) -> bool:
    """Whether a sentence tells how a drug is given, or that it is not, and neither names it nor anything else that it
    could be about. In doubt it does not.

    >>> leaves_drug_out("Stop it 2 days before surgery."), leaves_drug_out("Drink water twice daily.")
    (True, False)
    >>> leaves_drug_out("外来で1日500 mgを処方した。"), leaves_drug_out("食塩は1日6 g未満とする。")
    (True, False)
    """
    text = normalise(sentence).text.strip(_MARKS)
    if not prescribes(text) or guess_language(text) is Language.OTHER:
        return False
    return _leaves_out_in_english(text) if _language(text) == "en" else _leaves_out_in_japanese(text)


def measures_drug(sentence: str) -> bool:
    """Whether a sentence tells an amount that next to nothing but a drug is given in, and names no drug.

    >>> measures_drug("Guidelines recommend 5 mg daily."), measures_drug("Glucose was 110 mg/dL.")
    (True, False)
    """
    text = normalise(sentence).text
    return _pattern(_language(text), "amount").search(text) is not None and not drugs_in(text)


def opens_with_no_name(words: str) -> bool:
    """Whether English words open with what is done, or are none but measures and words for drugs at large.

    >>> opens_with_no_name("Avoid if eGFR"), opens_with_no_name("500 mg"), opens_with_no_name("Use of metformin")
    (True, True, False)
    """
    return _pattern("en", "orders").match(words) is not None or _names_nothing("en", words)


def _leaves_out_in_english(text: str) -> bool:
    """Of the first clause that tells it, without the words that say when, where and for whom."""
    adjunct = _pattern("en", "adjunct")
    is_pointing = False
    for clause in _CLAUSES.split(text):
        bare = clause.strip()
        if drugs_in(bare) and _pattern("en", "names").match(bare):
            return False
        core = adjunct.sub(" ", bare).strip()
        is_pointing = is_pointing or _POINTER.search(core) is not None
        if drugs_in(core) and not is_pointing:
            return False
        if core and _pattern("en", "tells").search(bare):
            return _names_nothing("en", core)
    return False


def _leaves_out_in_japanese(text: str) -> bool:
    """Of the first clause that tells it; 血圧は安定し in front of what was done says nothing of it."""
    alone = _pattern("ja", "beside").sub("", text)
    if drugs_in(alone):
        return False
    is_done = _pattern("ja", "done").search(text) is not None
    is_told = False
    for clause in alone.split("、"):
        if not is_told and _pattern("ja", "tells").search(clause):
            core = _pattern("ja", "adjunct").sub(" ", clause).strip()
            if core and not _names_nothing("ja", core):
                return False
            is_told = core != ""
            if is_done and is_told:
                return True
        is_apart = is_done and _pattern("ja", "on_its_own").search(clause) is not None
        if not is_apart and any(_is_thing(one.group()) for one in _pattern("ja", "about").finditer(clause)):
            return False
    return is_told


def _is_thing(phrase: str) -> bool:
    return _pattern("ja", "thing").match(phrase) is not None or not _names_nothing("ja", phrase)


def _names_nothing(language: str, text: str) -> bool:
    nothing = _pattern(language, "nothing").pattern
    return names_nothing(re.sub(rf"\b(?:{nothing})\b" if language == "en" else nothing, " ", text, flags=re.IGNORECASE))


def _language(text: str) -> str:
    return "en" if guess_language(text) is Language.ENGLISH else "ja"


@cache
def _pattern(language: str, name: str) -> re.Pattern[str]:
    return re.compile(_table()[language][name].replace("\n", ""), re.IGNORECASE)


@cache
def _table() -> dict[str, dict[str, str]]:
    table: dict[str, dict[str, str]] = read_table(__package__, "prescribing.yaml")
    return table
