"""Looks at schema and every point of a snapshot before anything of it is believed: it may come from anywhere."""

from collections.abc import Callable
from pathlib import Path

from monshin_kit.errors import DataLoss, InvalidInput

from monshin_ann.core import payloads, vectors
from monshin_ann.core.definition import Definition
from monshin_ann.core.ids import MAX_ID, is_point_id
from monshin_ann.store import schema
from monshin_ann.store.layout import MAX_POSITION
from monshin_ann.store.points_file import MIGRATIONS, PointsFile, Rows

_FIELD = "data"
_NOT_OURS = (DataLoss, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


def take_over(snapshot: Path, target: Definition, begin_numbers: Callable[[int], int]) -> None:
    """Checks a file as points are checked that are stored, then makes it a file of the collection `target`.

    begin_numbers: where its sequence numbers are to begin, beyond the one it has; the first is the restore's.
    The file keeps nothing of its own definition, of what was wanted of its builder, and of who asked for what. Raises
    InvalidInput if it is damaged, has another schema or other settings, holds what could not have been stored, or is of
    another collection; Unavailable if it cannot be read now.
    """
    try:
        if not schema.is_ours(snapshot, MIGRATIONS):  # before anything is written, which a trigger would see
            raise InvalidInput("the snapshot has other tables, triggers or settings than a collection", field=_FIELD)
        file = PointsFile(snapshot)
        try:
            _require_same_points(file.definition, target)
            _check_positions(file)
            first = 0
            for rows in file.batches():
                _check(rows, first, target, file.sequence)
                first += len(rows.batch)
            file.take_over(target, begin_numbers(file.sequence) + 1)
        finally:
            file.database.close()
    except InvalidInput as error:
        raise InvalidInput(f"{error.message}: nothing was changed", field=_FIELD) from None
    except _NOT_OURS as error:
        raise InvalidInput("the snapshot is damaged: nothing was changed", field=_FIELD) from error


def _check(rows: Rows, first: int, target: Definition, sequence: int) -> None:
    """first: number of the first row in the file, from 0."""
    for row, point_id in enumerate(rows.batch.ids, start=first):
        if not is_point_id(point_id):
            raise InvalidInput(f"the id of row {row} is none of 1 to {MAX_ID} characters", field=_FIELD)
    vectors.check(rows.batch.vectors, target, _FIELD)
    for row, text in enumerate(rows.batch.payloads, start=first):
        if text is not None:
            _check_payload(text, row)
    if rows.sequences.min() < 1 or rows.sequences.max() > sequence:
        raise InvalidInput("a point's sequence number is not one of the collection", field=_FIELD)


def _check_positions(file: PointsFile) -> None:
    """A compaction counts on from the last."""
    first, last = file.span
    if first < 1 or last > MAX_POSITION:
        raise InvalidInput(f"points lie at {first} to {last}, allowed are 1 to {MAX_POSITION}", field=_FIELD)


def _check_payload(text: str, row: int) -> None:
    try:
        is_as_stored = payloads.canonical(text, _FIELD) == text
    except InvalidInput as error:
        raise InvalidInput(f"row {row}: {error.message}", field=_FIELD) from error
    if not is_as_stored:
        raise InvalidInput(f"row {row}: the payload is not as one is stored", field=_FIELD)


def _require_same_points(own: Definition, old: Definition) -> None:
    if (own.id, own.dim, own.metric, own.fingerprint) != (old.id, old.dim, old.metric, old.fingerprint):
        raise InvalidInput(f"the snapshot is not of {old.name}: id, dim, metric and fingerprint must agree")
