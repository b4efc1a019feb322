"""Files that a check brings in place of a corpus."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import click
from monshin_kit.errors import InvalidInput
from monshin_protos.factcheck.v1.factcheck_pb2 import Source

from monshin.importers import File, FileSource, sources_of
from monshin.results import ClaimResult


@dataclass(frozen=True, slots=True)
class Brought:
    """origins: where a text comes from, by the name that results call it by, such as `sources/3`."""

    sources: Sequence[Source] = ()
    origins: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, files: Iterable[File]) -> "Brought":
        """Tells on standard error what of the files is left out; raises InvalidInput where nothing is left."""
        opened = tuple(files)
        found = sources_of(opened)
        for remark in found.remarks:
            click.echo(remark, err=True)
        if opened and not found.sources:
            raise InvalidInput(f"{', '.join(file.name for file in opened)}: no document to check against")
        origins = {f"sources/{place}": one.origin for place, one in enumerate(found.sources)}
        return cls(tuple(map(_message, found.sources)), origins)

    def named(self, result: ClaimResult) -> ClaimResult:
        """With the origin of each text, which the service does not know."""
        evidence = (replace(one, source=one.source or self.origins.get(one.document, "")) for one in result.evidence)
        return replace(result, evidence=tuple(evidence))


def _message(source: FileSource) -> Source:
    if source.is_chart:
        return Source(fhir=source.content, title=source.title, date=source.date)
    return Source(text=source.content, title=source.title, date=source.date)
