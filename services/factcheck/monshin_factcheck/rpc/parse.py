"""Proto messages to what the store and the checker understand. Bounds were checked by kit."""

import datetime
from collections.abc import Iterable

from monshin_kit.errors import InvalidInput
from monshin_protos.factcheck.v1 import corpus_pb2, factcheck_pb2

from monshin_factcheck.core.text.offsets import OffsetUnit
from monshin_factcheck.corpora.model import NewDocument

_UNITS = {
    factcheck_pb2.OFFSET_UNIT_UNSPECIFIED: OffsetUnit.CODE_POINT,
    factcheck_pb2.OFFSET_UNIT_CODE_POINT: OffsetUnit.CODE_POINT,
    factcheck_pb2.OFFSET_UNIT_UTF16: OffsetUnit.UTF16,
    factcheck_pb2.OFFSET_UNIT_BYTE: OffsetUnit.BYTE,
}
_MUTABLE = ("display_name", "readers")


def corpus_id(name: str) -> str:
    """Of `corpora/{id}` and of everything below it."""
    return name.split("/")[1]


def version_number(name: str) -> int:
    """Of `corpora/{id}/versions/{n}`."""
    return int(name.split("/")[3])


def document_id(name: str) -> str:
    """Of `corpora/{id}/documents/{id}`."""
    return name.split("/")[3]


def new_document(message: corpus_pb2.NewDocument, place: int) -> NewDocument:
    """Raises InvalidInput for a date that no calendar has, or a text of white space only."""
    field = f"documents[{place}]"
    if message.date:
        try:
            datetime.date.fromisoformat(message.date)
        except ValueError:
            raise InvalidInput(f"{field}.date is no date: YYYY-MM-DD is needed", field=f"{field}.date") from None
    if not message.text.strip():
        raise InvalidInput(f"{field}.text holds white space only", field=f"{field}.text")
    return NewDocument(message.id, message.title, message.text, message.source, message.date)


def update(request: corpus_pb2.UpdateCorpusRequest) -> tuple[str | None, tuple[str, ...] | None]:
    """display_name and readers, None where the mask leaves them out."""
    paths = list(request.update_mask.paths) or list(_MUTABLE)
    for path in paths:
        if path not in _MUTABLE:
            raise InvalidInput(f"only {', '.join(_MUTABLE)} can change", field="update_mask", reason="IMMUTABLE")
    corpus = request.corpus
    return (
        corpus.display_name if "display_name" in paths else None,
        tuple(corpus.readers) if "readers" in paths else None,
    )


def texts(sources: Iterable[factcheck_pb2.Source]) -> list[str]:
    """Of the sources of a request."""
    return [source.text for source in sources]


def offset_unit(value: factcheck_pb2.OffsetUnit.ValueType) -> OffsetUnit:
    """Code points unless the request says otherwise."""
    return _UNITS[value]
