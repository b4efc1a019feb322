"""Rows under a dose that name what they tell of it: 状態：中止, Status: on hold, 備考：退院後は飲まない."""

import re
from dataclasses import dataclass
from functools import cache

from monshin_factcheck.core import cues
from monshin_factcheck.core.tables import read_table


@dataclass(frozen=True, slots=True)
class _Table:
    row: re.Pattern[str]
    dated: re.Pattern[str]
    labels: re.Pattern[str]
    values: re.Pattern[str]
    notes: re.Pattern[str]
    answers: re.Pattern[str]
    options: re.Pattern[str]
    number: re.Pattern[str]
    dose: re.Pattern[str]


def is_row(said: str) -> bool:
    """Whether a line in NFKC is a label with its value."""
    return any(one.fullmatch(said.strip()) for one in (_table().row, _table().dated))


def may_end_a_dose(said: str) -> bool:
    """Whether a row, in NFKC, is none of those that leave the dose over it as it is.

    >>> may_end_a_dose("状態:中止"), may_end_a_dose("状態:継続中"), may_end_a_dose("副作用:出血")
    (True, False, False)
    """
    table = _table()
    row = table.row.fullmatch(said.strip())
    if row is None:
        return table.dated.fullmatch(said.strip()) is not None
    label, value = (row["label"] or row["title"]).strip(), row["value"].strip(" 。.")
    if table.labels.fullmatch(label) is not None or table.values.fullmatch(value) is not None:
        return False
    if table.answers.fullmatch(label) is not None and table.options.fullmatch(value) is not None:
        return False
    return table.dose.search(label) is not None or table.number.fullmatch(value) is None


def told(said: str) -> str:
    """What a row says, without a label that looks like a name of a drug: コメント. Other lines as they are."""
    row = _table().row.fullmatch(said.strip())
    is_note = row is not None and _table().notes.fullmatch((row["label"] or row["title"]).strip()) is not None
    return row["value"].strip() if row is not None and is_note else said


@cache
def _table() -> _Table:
    source = read_table(cues, "rows.yaml")
    one = {name: [said] if isinstance(said, str) else said for name, said in source.items()}
    return _Table(**{name: re.compile("|".join(f"(?:{each})" for each in said), re.I) for name, said in one.items()})
