"""Points as they come out of a file, some rows at a time; a wrong one is refused by its row."""

from collections.abc import Sequence
from dataclasses import dataclass

from monshin_kit.errors import InvalidInput

from monshin_ann.core.ids import MAX_ID, is_point_id
from monshin_ann.core.vectors import Matrix


@dataclass(frozen=True, slots=True, eq=False)
class PointRows:
    """Consecutive rows of a file. first: which row the first is, from 0. payloads: as `core.payloads` writes them.

    vectors: of the right dim; what numbers they may hold is for whoever takes them to say.
    """

    first: int
    ids: Sequence[str]
    vectors: Matrix
    payloads: Sequence[str | None]


def refused(name: str, row: int, what: str) -> InvalidInput:
    """The error of a row, from 0, of the file that is called so."""
    return InvalidInput(f"{name}: row {row} {what}", field=f"rows[{row}]")


def check_ids(name: str, first: int, ids: Sequence[str]) -> None:
    """Raises InvalidInput at the first that no point can have. first: row of the first."""
    for row, text in enumerate(ids, start=first):
        if not is_point_id(text):
            raise refused(name, row, f"has an id of {len(text)} characters, allowed are 1 to {MAX_ID}")
