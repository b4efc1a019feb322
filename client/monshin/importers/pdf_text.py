"""The text of a PDF, by pdfminer.six: its layout analysis and its CMaps know Japanese.

Pictures of text are not read: what has no text layer is refused by name, or told page by page. Lines that were wrapped
are one again, for a sentence must not end where the page is narrow; rows of tables are not.

`python -m monshin.importers.pdf_text NAME` reads a file from stdin and prints what came of it as JSON, for `pdf.py`.
"""

import io
import json
import re
import resource
import string
import struct
import sys
import zlib
from collections.abc import Iterator
from dataclasses import asdict
from itertools import accumulate, groupby, pairwise

from monshin_kit.errors import InvalidInput
from pdfminer.converter import PDFPageAggregator
from pdfminer.layout import LAParams, LTChar, LTComponent, LTContainer, LTImage, LTPage, LTTextLine
from pdfminer.pdfdocument import PDFDocument, PDFEncryptionError, PDFPasswordIncorrect
from pdfminer.pdffont import PDFFont
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser
from pdfminer.psexceptions import PSException
from pdfminer.utils import decode_text as decode_pdf_text

from monshin.formats import CorpusLine
from monshin.importers.document import File, Reading, document_id, iso_date, stem
from monshin.importers.page_margins import without_margins

MAX_PAGES = 5000
_MEMORY_BYTES = 4 * 1024**3
# Letters that a column of running text is wide at least; cells of tables are narrower.
_NARROWEST = 14
_SENTENCE_END = "。．！？!?.:：;；"
_BULLET = re.compile(r"\s*(?:[・●○■□◆◇▪•‣※◎]|[-*–—]\s|[(（]?[0-9０-９]{1,2}[.．)）]|[①-⑳]|[(（][ア-ンa-z][)）])")
_OFFICE = re.compile(r"^Microsoft \w+ - |\.(?:docx?|xlsx?|pptx?|jtd|indd|pdf)$", re.IGNORECASE)
# What pdfminer raises on files that are no PDF inside, beside its own exceptions.
_BROKEN = (PSException, ValueError, TypeError, KeyError, IndexError, AttributeError, AssertionError, RecursionError,
           OverflowError, zlib.error, struct.error)  # fmt: skip


def extract(file: File) -> Reading:
    """One document in reading order. Raises InvalidInput for encrypted, damaged or scanned files, and for fonts whose
    characters nobody can know."""
    document = _opened(file)
    pages: list[list[str]] = []
    remarks: list[str] = []
    for number, page in enumerate(_pages(file, document), 1):
        if number > MAX_PAGES:
            raise file.refuse("", f"more than {MAX_PAGES} pages: split it")
        pages.append(list(_blocks(page)))
        if not pages[-1] and any(isinstance(item, LTImage) for item in _all(page)):
            remarks.append(f"{file.name}: page {number} is a picture without a text layer: nothing of it was read")
    if not any(pages):
        raise file.refuse("", "it has no text layer (a scan?): run a text recognition first")
    title, date = _information(document)
    text = "\n".join(block for page in without_margins(pages) for block in page)
    return Reading((CorpusLine(document_id(file), title or stem(file), text, file.base, date),), remarks=tuple(remarks))


def _opened(file: File) -> PDFDocument:
    try:
        document = PDFDocument(PDFParser(io.BytesIO(file.data)))
    except PDFPasswordIncorrect:
        raise file.refuse("", "it is encrypted and needs a password: remove it first") from None
    except PDFEncryptionError:
        raise file.refuse("", "it is encrypted in a way that is not read") from None
    except _BROKEN:
        raise file.refuse("", "it is damaged, or no PDF") from None
    if not document.is_extractable:
        raise file.refuse("", "its owner does not allow to take text out of it")
    return document


def _pages(file: File, document: PDFDocument) -> Iterator[LTPage]:
    resources = PDFResourceManager()
    device = _Device(file, resources, laparams=LAParams(all_texts=True))
    interpreter = PDFPageInterpreter(resources, device)
    pages = PDFPage.create_pages(document)
    while True:
        device.page_number += 1
        try:
            page = next(pages, None)
            if page is None:
                return
            interpreter.process_page(page)
        except _BROKEN:
            raise file.refuse(f"page {device.page_number}", "the page is damaged") from None
        yield device.get_result()


class _Device(PDFPageAggregator):
    """Refuses glyphs that stand for no known character; pdfminer would write `(cid:12)` for them."""

    def __init__(self, file: File, resources: PDFResourceManager, *, laparams: LAParams) -> None:
        super().__init__(resources, laparams=laparams)
        self._file = file
        self.page_number = 0

    def handle_undefined_char(self, font: PDFFont, cid: int) -> str:
        problem = "a font does not say which characters its glyphs are: print it to a new PDF, or use the original"
        raise self._file.refuse(f"page {self.page_number}", problem)


def _blocks(page: LTPage) -> Iterator[str]:
    """Lines in reading order: wrapped ones put together, cells of a table's row parted by tabs."""
    lines = [_Line(item) for item in _all(page) if isinstance(item, LTTextLine)]
    lines = [line for line in lines if line.text]
    row_of = _rows(lines)
    present: list[_Line] = []
    for line in lines:
        row = row_of.get(line)
        if row is None and present and _goes_on(present[-1], line):
            present.append(line)
            continue
        yield from _told(present)
        present = []
        if row is None:
            present = [line]
        elif row[0] is line:
            yield "\t".join(cell.text for cell in row)
    yield from _told(present)


class _Line:
    """A line of text and where it stands, in points."""

    def __init__(self, line: LTTextLine) -> None:
        self.text = line.get_text().replace("\xad", "").replace("\x00", "").strip()
        self.size = next((item.size for item in line if isinstance(item, LTChar)), line.height) or 1.0
        self.left, self.right, self.middle = line.x0, line.x1, (line.y0 + line.y1) / 2

    @property
    def is_short(self) -> bool:
        """Narrower than any column of running text."""
        return self.right - self.left < _NARROWEST * self.size


def _goes_on(line: _Line, following: _Line) -> bool:
    """Whether a sentence was wrapped here: a long line, as wide as its neighbour, and close above it."""
    return (
        not line.is_short
        and line.text[-1] not in _SENTENCE_END
        and not _BULLET.match(following.text)
        and abs(line.size - following.size) < 0.15 * line.size
        and abs(line.left - following.left) < 2.2 * line.size
        and following.right - line.right < 1.5 * line.size
        and 0 < line.middle - following.middle < 2.2 * line.size
    )


def _told(lines: list[_Line]) -> Iterator[str]:
    text = ""
    for line in lines:
        text += (" " if text and not _joins(text, line.text) else "") + line.text
    if text:
        yield text


def _rows(lines: list[_Line]) -> dict[_Line, list[_Line]]:
    """The short lines that stand beside each other, each with its row from left to right."""
    cells = sorted((line for line in lines if line.is_short and line.text[-1] not in "。．."), key=_height)
    rows: dict[_Line, list[_Line]] = {}
    for _, group in groupby(enumerate(cells), key=_Steps(cells)):
        row = sorted((cell for _, cell in group), key=lambda cell: cell.left)
        if len(row) > 1 and all(one.right <= other.left for one, other in pairwise(row)):
            rows.update((cell, row) for cell in row)
    return rows


class _Steps:
    """Numbers the heights of sorted cells: a new one where the step is more than a third of the letters."""

    def __init__(self, cells: list[_Line]) -> None:
        steps = (above.middle - below.middle > 0.35 * below.size for above, below in pairwise(cells))
        self._numbers = list(accumulate(steps, initial=0))

    def __call__(self, cell: tuple[int, _Line]) -> int:
        return self._numbers[cell[0]]


def _height(line: _Line) -> float:
    return -line.middle


def _joins(before: str, after: str) -> bool:
    """Whether no space stands between two lines: Japanese on either side, or a hyphen."""
    latin = string.ascii_letters + string.digits + ",;)]%'\""
    return before[-1] == "-" or before[-1] not in latin or after[0] not in latin + "(["


def _all(container: LTContainer[LTComponent]) -> Iterator[LTComponent]:
    for item in container:
        yield item
        if isinstance(item, LTContainer):
            yield from _all(item)


def _information(document: PDFDocument) -> tuple[str, str]:
    """Title and day of creation, as the file tells them; a title that is only a file's name is none."""
    told = {}
    for info in document.info[:1]:
        for name in ("Title", "CreationDate"):
            value = info.get(name)
            told[name] = decode_pdf_text(value).strip() if isinstance(value, bytes) else ""
    title = told.get("Title", "")
    made = re.match(r"(?:D:)?(\d{4})(\d{2})(\d{2})", told.get("CreationDate", ""))
    return "" if _OFFICE.search(title) or title.lower() in ("untitled", "anonymous") else title, iso_date(
        "-".join(made.groups())
    ) if made else ""


def _main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    file = File(sys.argv[1], sys.stdin.buffer.read())
    try:
        reading = extract(file)
        answer = {"documents": [asdict(one) for one in reading.documents], "remarks": reading.remarks}
    except InvalidInput as error:
        told = error.message.removeprefix(f"{file.name}: ")
        place, parted, problem = told.partition(": ") if told.startswith("page ") else ("", "", told)
        answer = {"refused": problem if parted else told, "place": place}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    _main()
