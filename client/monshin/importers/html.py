"""HTML pages."""

from monshin_kit.errors import InvalidInput
from monshin_kit.html import decode_html, read_html

from monshin.formats import CorpusLine
from monshin.importers.document import File, Reading, document_id, iso_date, stem

_DATES = ("article:modified_time", "dcterms.modified", "dc.date.modified", "last-modified", "article:published_time",
          "dcterms.issued", "dc.date", "dcterms.date", "date")  # fmt: skip


def read(file: File) -> Reading:
    """One document: the lines that a reader sees, tables as rows of `head: cell`."""
    try:
        page = read_html(decode_html(file.data, file.charset))
    except InvalidInput as error:
        raise file.refuse("", error.message) from None
    date = next(filter(None, (iso_date(page.meta.get(name, "")) for name in _DATES)), "")
    return Reading((CorpusLine(document_id(file), page.title or stem(file), page.text, file.base, date),))
