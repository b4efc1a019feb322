"""PDF with a text layer, by pdfminer.six: its layout analysis and its CMaps know Japanese.

Pictures of text are not read: what has no text layer is refused by name, or told page by page. Lines that were wrapped
are one again, for a sentence must not end where the page is narrow; rows of tables are not.
"""

import io
import re
import string
import struct
import zlib
from collections.abc import Iterator
from itertools import pairwise

from pdfminer.converter import PDFPageAggregator
from pdfminer.layout import LAParams, LTChar, LTComponent, LTContainer, LTImage, LTPage, LTTextBox, LTTextLine
from pdfminer.pdfdocument import PDFDocument, PDFEncryptionError, PDFPasswordIncorrect
from pdfminer.pdffont import PDFFont
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser
from pdfminer.psexceptions import PSException
from pdfminer.utils import decode_text as decode_pdf_text

from monshin.formats import CorpusLine
from monshin.importers.document import File, Reading, document_id, iso_date, stem

MAX_PAGES = 5000
_SENTENCE_END = "。．！？!?.:：;；"
_BULLET = re.compile(r"\s*(?:[・●○■□◆◇▪•‣※◎]|[-*–—]\s|[(（]?[0-9０-９]{1,2}[.．)）]|[①-⑳]|[(（][ア-ンa-z][)）])")
_OFFICE = re.compile(r"^Microsoft \w+ - |\.(?:docx?|xlsx?|pptx?|jtd|indd|pdf)$", re.IGNORECASE)
# What pdfminer raises on files that are no PDF inside, beside its own exceptions.
_BROKEN = (PSException, ValueError, TypeError, KeyError, IndexError, AttributeError, AssertionError, RecursionError,
           OverflowError, zlib.error, struct.error)  # fmt: skip


def read(file: File) -> Reading:
    """One document in reading order. Raises InvalidInput for encrypted, damaged or scanned files, and for fonts whose
    characters nobody can know."""
    document = _opened(file)
    pages: list[str] = []
    remarks: list[str] = []
    for number, page in enumerate(_pages(file, document), 1):
        if number > MAX_PAGES:
            raise file.refuse("", f"more than {MAX_PAGES} pages: split it")
        pages.append("\n".join(_blocks(page)))
        if not pages[-1] and any(isinstance(item, LTImage) for item in _all(page)):
            remarks.append(f"{file.name}: page {number} is a picture without a text layer: nothing of it was read")
    if not any(pages):
        raise file.refuse("", "it has no text layer (a scan?): run a text recognition first")
    title, date = _information(document)
    text = "\n".join(filter(None, pages))
    return Reading((CorpusLine(document_id(file), title or stem(file), text, file.name, date),), remarks=tuple(remarks))


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
    for item in page:
        if isinstance(item, LTTextBox):
            yield from _joined([line for line in item if isinstance(line, LTTextLine)], item.x1)
        elif isinstance(item, LTContainer):
            for line in _all(item):
                if isinstance(line, LTTextLine):
                    yield from _joined([line], line.x1)


def _joined(lines: list[LTTextLine], right: float) -> Iterator[str]:
    """The lines of a box; one that reaches the right edge and ends no sentence goes on in the next."""
    texts = [_clean(line.get_text()) for line in lines]
    present = texts[0] if texts else ""
    for (line, following), text in zip(pairwise(lines), texts[1:], strict=False):
        is_full = line.x1 >= right - 1.5 * _size(line)
        ends = not present or present[-1] in _SENTENCE_END or _BULLET.match(text) or _is_larger(line, following)
        if is_full and not ends and text:
            present += ("" if _joins(present, text) else " ") + text
            continue
        if present:
            yield present
        present = text
    if present:
        yield present


def _joins(before: str, after: str) -> bool:
    """Whether no space stands between two lines: Japanese on either side, or a hyphen."""
    latin = string.ascii_letters + string.digits + ",;)]%'\""
    return before[-1] == "-" or before[-1] not in latin or after[0] not in latin + "(["


def _is_larger(line: LTTextLine, following: LTTextLine) -> bool:
    return abs(_size(line) - _size(following)) > 0.15 * max(_size(line), _size(following))


def _size(line: LTTextLine) -> float:
    return next((item.size for item in line if isinstance(item, LTChar)), line.height)


def _clean(text: str) -> str:
    return text.replace("\xad", "").replace("\x00", "").strip()


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
    return "" if _OFFICE.search(title) else title, iso_date("-".join(made.groups())) if made else ""
