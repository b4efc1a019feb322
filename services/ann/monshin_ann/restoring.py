"""Looks at every point of a snapshot before anything of it is believed: it may come from anywhere."""

from collections.abc import Callable
from pathlib import Path

from monshin_kit.errors import DataLoss, InvalidInput

from monshin_ann.core import payloads, vectors
from monshin_ann.core.definition import Definition
from monshin_ann.core.ids import MAX_ID, is_point_id
from monshin_ann.store.points_file import PointsFile, Rows

_FIELD = "data"
_NOT_OURS = (DataLoss, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


def take_over(snapshot: Path, target: Definition, begin_numbers: Callable[[int], int]) -> None:
    """Checks a file as points are checked that are stored, then makes it a file of the collection `target`.

    begin_numbers: where its sequence numbers are to begin, beyond the one it has; the first is the restore's.
    The file keeps of its own definition nothing. Raises InvalidInput if it is damaged, holds what could not have been
    stored, or is of another collection; Unavailable if it cannot be read now.
    """
    try:
        file = PointsFile(snapshot)
        try:
            _require_same_points(file.definition, target)
            for rows in file.batches():
                _check(rows, target, file.sequence)
            file.take_over(target, begin_numbers(file.sequence) + 1)
        finally:
            file.database.close()
    except InvalidInput as error:
        raise InvalidInput(f"{error.message}: nothing was changed", field=_FIELD) from None
    except _NOT_OURS as error:
        raise InvalidInput("the snapshot is damaged: nothing was changed", field=_FIELD) from error


def _check(rows: Rows, target: Definition, sequence: int) -> None:
    if not all(map(is_point_id, rows.batch.ids)):
        raise InvalidInput(f"an id is none of 1 to {MAX_ID} characters", field=_FIELD)
    vectors.check(rows.batch.vectors, target, _FIELD)
    for text in rows.batch.payloads:
        if payloads.encode(payloads.decode(text), _FIELD) != text:
            raise InvalidInput("a payload is not as one is stored", field=_FIELD)
    if rows.sequences.min() < 1 or rows.sequences.max() > sequence:
        raise InvalidInput("a point's sequence number is not one of the collection", field=_FIELD)


def _require_same_points(own: Definition, old: Definition) -> None:
    if (own.id, own.dim, own.metric, own.fingerprint) != (old.id, old.dim, old.metric, old.fingerprint):
        raise InvalidInput(f"the snapshot is not of {old.name}: id, dim, metric and fingerprint must agree")
