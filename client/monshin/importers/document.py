"""What goes in and what comes out of every importer."""

import datetime
import hashlib
import re
from dataclasses import dataclass, replace

from monshin_kit.errors import InvalidInput

from monshin.formats import CorpusLine

# As the service has it (NewDocument in corpus.proto).
MAX_TEXT = 1_048_576
_MAX_TITLE = 500
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")


@dataclass(frozen=True, slots=True)
class File:
    """name: as errors call it, with its archive if it lies in one. charset: of plain texts that are not UTF-8."""

    name: str
    data: bytes
    charset: str = ""

    @property
    def base(self) -> str:
        """The name without folders and archives."""
        return re.split(r"[/\\!]", self.name)[-1]

    def refuse(self, place: str, problem: str) -> InvalidInput:
        """An error that names the file and the place in it, never its content. place: `page 3`, `line 12`, or empty."""
        where = f"{self.name}: {place}" if place else self.name
        return InvalidInput(f"{where}: {problem}", field=self.name, reason="UNREADABLE")


@dataclass(frozen=True, slots=True)
class Reading:
    """documents: ready for an import. problems: parts that are broken; remarks: parts that hold nothing to import."""

    documents: tuple[CorpusLine, ...] = ()
    problems: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    def and_also(self, other: "Reading") -> "Reading":
        """Both."""
        return Reading(
            (*self.documents, *other.documents),
            (*self.problems, *other.problems),
            (*self.remarks, *other.remarks),
        )


def document_id(file: File) -> str:
    """The file's own name where it can be one, else a digest of it: the same file replaces its document.

    >>> document_id(File("a/guide-1.pdf", b"")), document_id(File("手引き.pdf", b""))
    ('guide-1.pdf', 'file-99f9d2df48bb13ac')
    """
    if _ID.fullmatch(file.base):
        return file.base
    return "file-" + hashlib.sha256(file.base.encode("utf-8", "replace")).hexdigest()[:16]


def stem(file: File) -> str:
    """The file's name without folder and ending."""
    return file.base.rsplit(".", 1)[0] or file.base


def iso_date(text: str) -> str:
    """`YYYY-MM-DD` where the text begins with a date that a calendar has, else empty.

    >>> iso_date("2026/4/2 10:00"), iso_date("2026-02-30"), iso_date("2026-04")
    ('2026-04-02', '', '')
    """
    found = _ISO.match(text.strip())
    if found is None:
        return ""
    try:
        return datetime.date(*map(int, found.groups())).isoformat()
    except ValueError:
        return ""


def checked(file: File, document: CorpusLine) -> CorpusLine:
    """The document, with a title that fits. Raises InvalidInput for what the service would refuse, with its place."""
    if not document.text.strip():
        raise file.refuse("", "it holds no text")
    if len(document.text) > MAX_TEXT:
        raise file.refuse("", f"a document of {len(document.text)} characters: at most {MAX_TEXT}, split it")
    found = _CONTROL.search(document.text)
    if found is not None:
        line = document.text.count("\n", 0, found.start()) + 1
        raise file.refuse(f"line {line} of the text", f"control character U+{ord(found.group()):04X}")
    title = " ".join(_CONTROL.sub(" ", document.title).split())
    return replace(document, title=title[:_MAX_TITLE], source=document.source[:_MAX_TITLE])
