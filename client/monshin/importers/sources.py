"""Files as sources of a check: each document a text under its own title, a FHIR chart as it is."""

from collections.abc import Iterable
from dataclasses import dataclass

from monshin_kit.errors import InvalidInput

from monshin.importers import archives, plain
from monshin.importers.document import File
from monshin.importers.table import detect, read_file

# As the service has it (CheckAnswerRequest.sources).
MAX_SOURCES = 64


@dataclass(frozen=True, slots=True)
class FileSource:
    """content: a text, or the JSON of a FHIR resource. date: `YYYY-MM-DD` or empty.

    origin: where a text comes from, such as a journal with the PMID; the resources of a chart name themselves.
    """

    content: str
    title: str
    date: str = ""
    origin: str = ""
    is_chart: bool = False


@dataclass(frozen=True, slots=True)
class Sources:
    """remarks: what of the files is left out, such as a page without characters."""

    sources: tuple[FileSource, ...]
    remarks: tuple[str, ...]


def sources_of(files: Iterable[File]) -> Sources:
    """The documents and charts of all files, also of those in archives.

    Raises InvalidInput for what cannot be read, and for more than MAX_SOURCES: joined, a sentence would stand under the
    title of another drug's insert.
    """
    sources: list[FileSource] = []
    remarks: list[str] = []
    for file in files:
        for member in archives.members(file) if archives.is_archive(file.data) else (file,):
            found = _of(member)
            sources += found.sources
            remarks += found.remarks
    if len(sources) > MAX_SOURCES:
        problem = f"{len(sources)} documents: a check takes at most {MAX_SOURCES}; import them into a corpus"
        raise InvalidInput(problem)
    return Sources(tuple(sources), tuple(remarks))


def _of(file: File) -> Sources:
    if detect(file) == "fhir":
        return Sources((FileSource(plain.decoded(file), file.base, is_chart=True),), ())
    found = read_file(file)
    if found.problems:
        raise InvalidInput.of([file.refuse("", problem).violations[0] for problem in found.problems])
    texts = (
        FileSource(one.text, one.title or file.base, one.date, one.source or f"{file.base}: {one.id}")
        for one in found.documents
    )
    return Sources(tuple(texts), found.remarks)
