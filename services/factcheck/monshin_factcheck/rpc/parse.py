"""Proto messages to what the store and the checker understand. Bounds were checked by kit."""

import datetime
import zoneinfo
from collections.abc import Sequence

from monshin_kit.errors import InvalidInput, Violation
from monshin_protos.factcheck.v1 import corpus_pb2, factcheck_pb2

from monshin_factcheck.core.aliases.own_list import AliasGroup, AliasProblem, problems
from monshin_factcheck.core.fhir.read import ToldChart, texts, told_chart
from monshin_factcheck.core.source import SourceText
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
    """Raises InvalidInput for a date that no calendar has, a text of white space only, or what supersedes itself."""
    field = f"documents[{place}]"
    _check_date(message.date, f"{field}.date")
    _check_date(message.effective_until, f"{field}.effective_until")
    if message.id in message.supersedes:
        raise InvalidInput(f"{field}.supersedes names the document itself", field=f"{field}.supersedes", reason="LOOP")
    if not message.text.strip():
        raise InvalidInput(f"{field}.text holds white space only", field=f"{field}.text")
    return NewDocument(
        message.id, message.title, message.text, message.source, message.date,
        message.tier, tuple(message.supersedes), message.effective_until,
    )  # fmt: skip


def alias_group(message: corpus_pb2.AliasGroup) -> AliasGroup:
    """As it is; whether the list is sound is asked of the whole."""
    return AliasGroup(message.name, tuple(message.aliases), tuple(message.ambiguous))


def require_sound(groups: Sequence[AliasGroup]) -> None:
    """Raises InvalidInput that names each wrong entry by its place."""
    found = problems(groups)
    if found:
        raise InvalidInput.of([Violation(_place(one), one.text, one.reason) for one in found])


def _place(problem: AliasProblem) -> str:
    field = f"groups[{problem.group}]"
    return f"{field}.name" if problem.alias is None else f"{field}.aliases[{problem.alias}]"


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


def offset_unit(value: factcheck_pb2.OffsetUnit.ValueType) -> OffsetUnit:
    """Code points unless the request says otherwise."""
    return _UNITS[value]


def sources(messages: Sequence[factcheck_pb2.Source], owner: str, zone: zoneinfo.ZoneInfo) -> list[SourceText]:
    """owner: the field path before `sources`, empty or `claims[2].`. Takes seconds for a long chart: not in the loop.

    Raises InvalidInput for a date that no calendar has, a FHIR resource that cannot be read, or charts of two patients.
    """
    read = [_source(message, f"{owner}sources[{place}]", zone) for place, message in enumerate(messages)]
    named = [(place, source.patient) for place, source in enumerate(read) if source.patient]
    for place, patient in named:
        if patient != named[0][1]:
            field = f"{owner}sources[{place}].fhir"
            problem = f"{field}: it speaks of another patient than {owner}sources[{named[0][0]}]"
            raise InvalidInput(problem, field=field, reason="MANY_PATIENTS")
    charts = iter(texts([source for source in read if isinstance(source, ToldChart)]))
    return [next(charts) if isinstance(source, ToldChart) else source for source in read]


def _source(message: factcheck_pb2.Source, field: str, zone: zoneinfo.ZoneInfo) -> SourceText | ToldChart:
    _check_date(message.date, f"{field}.date")
    if message.WhichOneof("content") == "fhir":
        return told_chart(message.fhir, f"{field}.fhir", zone, title=message.title, date=message.date)
    return SourceText(message.text, message.title, message.date)


def _check_date(date: str, field: str) -> None:
    try:
        if date:
            datetime.date.fromisoformat(date)
    except ValueError:
        raise InvalidInput(f"{field} is no date: YYYY-MM-DD is needed", field=field) from None
