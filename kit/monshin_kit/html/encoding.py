"""Which characters bytes are: declared, never guessed."""

import codecs
import re

from monshin_kit.errors import InvalidInput

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_DECLARED = re.compile(
    rb"<(?:meta\b[^>]{0,512}?\bcharset|\?xml\b[^>]{0,128}?\bencoding)"
    rb"""\s*=\s*["']?\s*([A-Za-z0-9_:.-]{1,40})""",
    re.IGNORECASE,
)
# Where a page must declare itself by.
_PROLOGUE_BYTES = 4096
# A list, for some codecs of Python (idna, punycode) take minutes on a megabyte. Pages that say Shift_JIS hold ① and ㎎
# of Windows, and those that say ISO-8859-1 its quotation marks: browsers read both so.
_CODECS = {
    "utf-8": "utf-8", "utf8": "utf-8", "us-ascii": "ascii", "ascii": "ascii", "utf-16": "utf-16",
    "utf-16le": "utf-16-le", "utf-16be": "utf-16-be", "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932",
    "x-sjis": "cp932", "ms932": "cp932", "cp932": "cp932", "windows-31j": "cp932", "euc-jp": "euc_jp",
    "iso-2022-jp": "iso2022_jp",
    "iso-8859-1": "cp1252", "latin1": "cp1252", "windows-1252": "cp1252",
}  # fmt: skip


def decode_text(data: bytes, charset: str = "", *, field: str = "") -> str:
    """The characters of a text: by its byte order mark, `charset`, or else as UTF-8.

    Raises InvalidInput for an encoding that is unknown or that the bytes are not in; nothing is replaced.
    """
    for mark, name in _BOMS:
        if data.startswith(mark):
            return _decoded(data.removeprefix(mark), name, field)
    name = charset.strip().lower() or "utf-8"
    if name not in _CODECS:
        known = ", ".join(sorted(set(_CODECS.values())))
        raise InvalidInput(f"the declared encoding is none of {known}: convert to UTF-8", field=field)
    return _decoded(data, _CODECS[name], field)


def decode_html(data: bytes, charset: str = "", *, field: str = "") -> str:
    """As decode_text; where nothing else says it, a page's own declaration counts.

    >>> decode_html('<meta charset="Shift_JIS">①'.encode("cp932"))[-1]
    '①'
    """
    declared = _DECLARED.search(data, 0, _PROLOGUE_BYTES)
    return decode_text(data, charset or (declared[1].decode("ascii") if declared else ""), field=field)


def _decoded(data: bytes, name: str, field: str) -> str:
    try:
        return data.decode(name)
    except UnicodeDecodeError as error:
        raise InvalidInput(f"not valid {name} (byte {error.start})", field=field) from None
