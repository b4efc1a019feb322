"""zip and gzip, unpacked in memory within bounds: nothing is written, no name is used as a path."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace

from monshin.importers.document import File

MAX_MEMBERS = 10_000
MAX_UNPACKED = 512 * 1024 * 1024
_GZIP = b"\x1f\x8b"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_CHUNK = 1024 * 1024


def is_archive(data: bytes) -> bool:
    """By its first bytes."""
    return data.startswith((_GZIP, *_ZIP))


def members(file: File, most: int = MAX_UNPACKED) -> Iterator[File]:
    """The files inside. Raises InvalidInput for a damaged or encrypted archive, an archive in it, or too much in it.

    most: bytes of all files together.
    """
    if file.data.startswith(_GZIP):
        yield _gunzipped(file, most)
        return
    try:
        archive = zipfile.ZipFile(io.BytesIO(file.data))
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    except (zipfile.BadZipFile, ValueError, OSError):
        raise file.refuse("", "the zip archive is damaged") from None
    if any(entry.filename == "[Content_Types].xml" for entry in entries):
        raise file.refuse("", "it is an Office file: save it as PDF or text")
    if len(entries) > MAX_MEMBERS:
        raise file.refuse("", f"{len(entries)} files in one archive: at most {MAX_MEMBERS}")
    room = most
    for number, entry in enumerate(entries, 1):
        inner = File(f"{file.name}!{entry.filename}", _unzipped(file, archive, entry, number, room), file.charset)
        room -= len(inner.data)
        if is_archive(inner.data):
            raise file.refuse(f"file {number} in it", "an archive in an archive: unpack it first")
        yield inner


def _unzipped(file: File, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, number: int, room: int) -> bytes:
    if entry.flag_bits & 1:
        raise file.refuse(f"file {number} in it", "it is encrypted: unpack it first")
    try:
        with archive.open(entry) as opened:
            data = opened.read(room + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError):
        raise file.refuse(f"file {number} in it", "it is damaged, or packed in a way that is not read") from None
    if len(data) > room:
        raise file.refuse("", f"more than {room} bytes when unpacked, beside the files before")
    return data


def _gunzipped(file: File, most: int) -> File:
    unpacked, rest, size = io.BytesIO(), file.data, 0
    while rest:
        stream = zlib.decompressobj(wbits=31)
        try:
            while not stream.eof:
                piece = stream.decompress(rest, _CHUNK)
                rest = stream.unconsumed_tail
                size += len(piece)
                unpacked.write(piece)
                if size > most:
                    raise file.refuse("", f"more than {most} bytes when unpacked")
                if not rest and not piece and not stream.eof:
                    raise file.refuse("", "the gzip file is cut off")
        except zlib.error:
            raise file.refuse("", "the gzip file is damaged") from None
        rest = stream.unused_data.lstrip(b"\0")
    inner = replace(file, name=file.name.removesuffix(".gz"), data=unpacked.getvalue())
    if is_archive(inner.data):
        raise file.refuse("", "an archive in an archive: unpack it first")
    return inner
