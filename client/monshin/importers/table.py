"""The formats, and which of them a file is: by content, never by name."""

import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from monshin.importers import archives, fhir, html, jsonl, pdf, plain, pmda, pubmed, xml
from monshin.importers.document import File, Reading, checked

Importer = Callable[[File], Reading]

# Larger files are not read into memory; PubMed's yearly files, the largest known, have 200 MiB unpacked.
MAX_BYTES = 256 * 1024 * 1024
FORMATS: Mapping[str, Importer] = MappingProxyType(
    {
        "jsonl": jsonl.read,
        "text": plain.read,
        "pdf": pdf.read,
        "html": html.read,
        "pubmed": pubmed.read,
        "pmda": pmda.read,
        "fhir": fhir.read,
    }
)
_HTML = re.compile(
    rb"\s*(?:<!--.*?-->\s*|<\?xml[^>]*\?>\s*)*<(?:!doctype\s+html|html|head|body|h1|div|p|table|meta)\b", re.I | re.S
)
_JSON_LINE = re.compile(rb'\s*\{\s*"')
_FOREIGN = (
    (b"\xd0\xcf\x11\xe0", "an old Office file: save it as PDF or text"),
    (b"7z\xbc\xaf", "a 7z archive: unpack it first"),
    (b"Rar!", "a RAR archive: unpack it first"),
    (b"\x89PNG", "a picture: there is no text in it"),
    (b"\xff\xd8\xff", "a picture: there is no text in it"),
)


def read_files(files: Iterable[File], name: str = "auto") -> Reading:
    """All documents of some files, or none: raises InvalidInput that names the first file that cannot be read.

    name: a format, or `auto`. Two documents of one id are refused with both files.
    """
    reading = Reading()
    owner: dict[str, str] = {}
    for file in files:
        found = read_file(file, name)
        for document in found.documents:
            before = owner.setdefault(document.id, file.name)
            if before != file.name:
                raise file.refuse("", f"its document {document.id!r} has the id of one in {before}")
        reading = reading.and_also(found)
    return reading


def read_file(file: File, name: str = "auto") -> Reading:
    """The documents of one file, or of all files in an archive."""
    if len(file.data) > MAX_BYTES:
        raise file.refuse("", f"larger than {MAX_BYTES} bytes: split it")
    if archives.is_archive(file.data):
        return read_files(archives.members(file), name)
    found = FORMATS[detect(file) if name == "auto" else name](file)
    return Reading(tuple(checked(file, document) for document in found.documents), found.problems, found.remarks)


def detect(file: File) -> str:
    """The format of a file by its first bytes. Raises InvalidInput for what none of them reads."""
    data = file.data
    for magic, what in _FOREIGN:
        if data.startswith(magic):
            raise file.refuse("", f"it is {what}")
    start = data[:4096].removeprefix(b"\xef\xbb\xbf")
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if _HTML.match(start):
        return "html"
    if start.lstrip().startswith(b"<"):
        return _of_root(file)
    if _JSON_LINE.match(start):
        return "fhir" if fhir.is_resource(data) else "jsonl"
    return "text"


def _of_root(file: File) -> str:
    root = xml.root_name(file)
    if root in pubmed.ROOTS:
        return "pubmed"
    if root == pmda.ROOT:
        return "pmda"
    if root.endswith("html"):
        return "html"
    raise file.refuse("", "XML of a kind that is not known: PubmedArticleSet and PackIns are, and HTML")
