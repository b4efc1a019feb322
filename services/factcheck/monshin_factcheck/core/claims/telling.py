"""A statement as it is judged: with the subject, label, row and column that its place in the answer gives it."""

import re
from dataclasses import replace

from monshin_factcheck.core.claims import english
from monshin_factcheck.core.claims.blocks import Part
from monshin_factcheck.core.claims.case_telling import elsewhere, opens_elsewhere, with_cases, without_elsewhere
from monshin_factcheck.core.claims.cases import case_of, names_nothing
from monshin_factcheck.core.claims.drugs import drugs_in
from monshin_factcheck.core.claims.leads import lead_of
from monshin_factcheck.core.claims.subjects import (
    Subject,
    begins_with_another,
    is_fragment,
    is_side,
    kind_and_name,
    with_aspect,
    with_subject,
)
from monshin_factcheck.core.claims.topics import topic
from monshin_factcheck.core.text.language import Language, guess_language
from monshin_factcheck.core.text.normalise import normalise

_DISEASE = re.compile(
    r"(?:症|炎|病|癌|がん|腫|疹|感染|発作|血圧|梗塞|喘息|てんかん)$|(?:itis|osis|emia|oma|infection|disease)$"
)
_DOSE = re.compile(r"[0-9] ?(?:mg|μg|mcg|g|mL|IU|mEq|単位|錠|units?\b)(?![A-Za-z])")
# Stands for anything that a sentence may leave out.
_ANYTHING = "某薬"
# A cell that is longer is no mere sign, such as β.
_SIGNS = 8
# Says only that something stands in the column.
_EMPTY_HEAD = re.compile(
    r"内容|詳細|説明|備考|値|データ|details?|descriptions?|contents?|values?|notes?|information", re.IGNORECASE
)


def told_statement(text: str, subject: Subject, *, is_item: bool = False) -> str:
    """A sentence with what it leaves out, as far as that is clear. is_item: it is a bullet, or stands behind a label.

    >>> told_statement("注意：副作用は出血です。", Subject("ワルファリン"))
    'ワルファリンの副作用は出血です。'
    >>> told_statement("Dose: 5 mg", Subject("Warfarin"))
    'Warfarin Dose: 5 mg'
    """
    if guess_language(normalise(text).text) is Language.OTHER:
        # A subject in Japanese would hide that the rest cannot be read.
        return text
    if subject.cases and opens_elsewhere(text):
        # eGFR 30未満：…、それ以外では…: all cases but the last one.
        text = without_elsewhere(text)
        subject = replace(subject, cases=(*subject.cases[:-1], elsewhere(subject.cases[-1])))
    return with_cases(_with_owner(text, subject, is_item=is_item), _cases(text, subject))


def _with_owner(text: str, subject: Subject, *, is_item: bool) -> str:
    language = guess_language(normalise(text).text)
    lead = lead_of(text)
    if lead is not None and lead.is_empty:
        return _with_owner(lead.rest, subject, is_item=False)
    if lead is not None and is_side(lead.label) and subject.name and subject.name not in text:
        return f"{subject.name} {text}" if language is Language.ENGLISH else f"{subject.name}の{text}"
    if language is Language.ENGLISH:
        return _told_item(text, subject) if is_item else with_subject(text, subject)
    if not (is_item or subject.aspect):
        return with_subject(text, subject)
    return with_aspect(text, subject) if is_fragment(text) else with_subject(text, subject)


def leaves_out(text: str, *, is_item: bool = False) -> bool:
    """Whether a statement leaves out what it is said of: `1日3回飲む。`, `副作用は…`, `It is…`; names of drugs will do.

    >>> leaves_out("1日3回飲む。"), leaves_out("本剤は1日3回飲む。"), leaves_out("アスピリンと併用すると出血が増える。")
    (True, True, False)
    """
    told = told_statement(text, Subject(_ANYTHING), is_item=is_item)
    if told == text:
        return names_nothing(text)
    # これらの食品に…: of several things, and of no drug that is left out.
    is_clear = told.startswith((f"{_ANYTHING}は、", f"{_ANYTHING}:")) or text.startswith(("これら", "それら"))
    return not (is_clear and drugs_in(text))


def tells_amount(text: str) -> bool:
    """Whether a number of a dose stands in it: 5 mg, 2錠."""
    return _DOSE.search(normalise(text).text) is not None


def told_cell(part: Part, text: str, subject: Subject) -> str:
    """A cell as a sentence: row, column and content."""
    if len(text) > _SIGNS and guess_language(normalise(text).text) is Language.OTHER:
        return text
    over = case_of(part.column)
    # Below a column of 小児 or 小児の用量 its cells hold for them.
    column = "" if _EMPTY_HEAD.fullmatch(part.column) else over.rest if over is not None else part.column
    cases = (*subject.cases, *part.cases, *((over.text,) if over is not None else ()))
    if guess_language(normalise((part.row or column) + text).text) is Language.ENGLISH:
        told = ": ".join(piece for piece in (f"{part.row} {column}".strip(), text) if piece)
        needs_owner = (part.row == "" or english.is_side(part.row)) and subject.name and subject.name not in told
        return with_cases(f"{subject.name} {told}" if needs_owner else told, cases)
    about = "の".join(piece for piece in (part.row, column) if piece)
    told = f"{about}は{text}" if about else text
    return with_cases(with_subject(told, subject) if not part.row or is_side(part.row) else told, cases)


def _cases(text: str, subject: Subject) -> tuple[str, ...]:
    """With the disease that a heading names, where a dose of a drug is told below it: another may need another dose."""
    name = normalise(subject.name).text
    is_indication = subject.is_told and (kind_and_name(name)[0] == "diseases" or _DISEASE.search(name) is not None)
    if not is_indication or name in text or _DOSE.search(normalise(text).text) is None:
        return subject.cases
    owner = english.own_subject(text) if guess_language(name) is Language.ENGLISH else topic(text)
    is_of_a_drug = owner and kind_and_name(normalise(owner).text)[0] != "diseases"
    return (*subject.cases, subject.name) if is_of_a_drug else subject.cases


def _told_item(item: str, subject: Subject) -> str:
    """An English bullet: one without a subject is told of what the text above it, or a question by its name, names."""
    told = with_subject(item, subject)
    is_known = subject.aspect or subject.is_told or kind_and_name(normalise(subject.name).text)[0] != ""
    if told != item or english.own_subject(item) or not is_known:
        return told
    return item if begins_with_another(item, subject.name) else with_aspect(item, subject)
