"""Plain text: as it is."""

from monshin_kit.errors import InvalidInput
from monshin_kit.html import decode_text

from monshin.formats import CorpusLine
from monshin.importers.document import File, Reading, document_id, stem


def read(file: File) -> Reading:
    """One document, character by character; form feeds, which part pages, become line ends."""
    text = decoded(file).replace("\x0c", "\n")
    return Reading((CorpusLine(document_id(file), stem(file), text, file.base, ""),))


def decoded(file: File) -> str:
    """UTF-8, UTF-16 with its mark, or the encoding that the caller names; never guessed."""
    try:
        return decode_text(file.data, file.charset)
    except InvalidInput as error:
        raise file.refuse("", f"{error.message}; convert it to UTF-8, or name its encoding by --encoding") from None
