"""A statement as it is judged: with the subject, label, row and column that its place in the answer gives it."""

import re

from monshin_factcheck.core.claims import english
from monshin_factcheck.core.claims.blocks import Part
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
from monshin_factcheck.core.text.language import Language, guess_language
from monshin_factcheck.core.text.normalise import normalise

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
    language = guess_language(normalise(text).text)
    if language is Language.OTHER:
        # A subject in Japanese would hide that the rest cannot be read.
        return text
    lead = lead_of(text)
    if lead is not None and lead.is_empty:
        return told_statement(lead.rest, subject)
    if lead is not None and is_side(lead.label) and subject.name and subject.name not in text:
        return f"{subject.name} {text}" if language is Language.ENGLISH else f"{subject.name}の{text}"
    if language is Language.ENGLISH:
        return _told_item(text, subject) if is_item else with_subject(text, subject)
    if not (is_item or subject.aspect):
        return with_subject(text, subject)
    return with_aspect(text, subject) if is_fragment(text) else with_subject(text, subject)


def told_cell(part: Part, text: str, subject: Subject) -> str:
    """A cell as a sentence: row, column and content."""
    if len(text) > _SIGNS and guess_language(normalise(text).text) is Language.OTHER:
        return text
    column = "" if _EMPTY_HEAD.fullmatch(part.column) else part.column
    if guess_language(normalise(part.row + text).text) is Language.ENGLISH:
        told = ": ".join(piece for piece in (f"{part.row} {column}".strip(), text) if piece)
        needs_owner = english.is_side(part.row) and subject.name and subject.name not in told
        return f"{subject.name} {told}" if needs_owner else told
    about = "の".join(piece for piece in (part.row, column) if piece)
    told = f"{about}は{text}" if about else text
    return with_subject(told, subject) if not part.row or is_side(part.row) else told


def _told_item(item: str, subject: Subject) -> str:
    """An English bullet: one without a subject is told of what the text above it, or a question by its name, names."""
    told = with_subject(item, subject)
    is_known = subject.aspect or subject.is_told or kind_and_name(normalise(subject.name).text)[0] != ""
    if told != item or english.own_subject(item) or not is_known:
        return told
    return item if begins_with_another(item, subject.name) else with_aspect(item, subject)
