"""What users write: JSON lines of corpora and claims, plain lines of texts. Errors name the line.

Blank lines are skipped, a byte order mark at the start too.
"""

import codecs
import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from monshin_kit.errors import InvalidInput, Violation

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class CorpusLine:
    """A document of a corpus; date and effective_until are `YYYY-MM-DD` or empty. tier: 1 (binding) to 5, 0 unknown."""

    id: str
    title: str
    text: str
    source: str
    date: str
    tier: int = 0
    supersedes: tuple[str, ...] = ()
    effective_until: str = ""


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A text that judges see under its title; date is `YYYY-MM-DD` or empty."""

    text: str
    title: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """A claim; with sources, these alone are the evidence."""

    id: str
    claim: str
    sources: tuple[SourceLine, ...] = ()


@dataclass(frozen=True, slots=True)
class LabelledLine:
    """A claim with what is true of it, see LABELS. type: such as `dose`, or empty. sources: as the line brings them.

    item: lines with the same one stay together where claims are resampled; the id where none is given.
    """

    id: str
    claim: str
    label: str
    type: str
    sources: tuple[SourceLine, ...]
    item: str


LABELS = ("supported", "contradicted", "not_enough_evidence", "conflicting", "not_checkable", "conditional")
_SHORT_LABELS = {"s": "supported", "c": "contradicted", "n": "not_enough_evidence"}


@dataclass(frozen=True, slots=True)
class AliasLine:
    """A name and what else it is called. ambiguous: of the aliases, those that mean something else, too."""

    name: str
    aliases: tuple[str, ...]
    ambiguous: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is not what it should be. `number` counts from 1; the problem quotes no content.

    id: the line's id where one could be read.
    """

    number: int
    problem: str
    id: str = ""


def corpus_lines(data: bytes) -> Iterator[CorpusLine | BadLine]:
    """Reads `{"id","title","text","source","date"}` lines; title, source and date may be left out."""
    return _lines(data, _corpus_line)


def claim_lines(data: bytes) -> Iterator[ClaimLine | BadLine]:
    """Reads `{"id","claim"[,"sources":[SOURCE,…]]}` lines; SOURCE: a text, or `{"text"[,"title","date"]}`."""
    return _lines(data, _claim_line)


def labelled_lines(data: bytes) -> Iterator[LabelledLine | BadLine]:
    """Reads `{"claim","label"[,"id","type","sources":[SOURCE,…],"item"]}` lines, such as ExportReviews gives.

    SOURCE: as in claim_lines. `kind` may stand for `type`, and `document`, one text, for `sources`. A label: one of
    LABELS, or S, C, N.
    """
    return _lines(data, _labelled_line)


def alias_lines(data: bytes) -> Iterator[AliasLine | BadLine]:
    """Reads `{"name","aliases":["text",…][,"ambiguous":["text",…]]}` lines."""
    return _lines(data, _alias_line)


def alias_rows(data: bytes) -> Iterator[AliasLine | BadLine]:
    """Reads CSV rows of a name and its aliases; `?` before an alias marks it ambiguous. UTF-8, no heading."""
    rows = csv.reader(io.StringIO(plain_text(data, "the CSV file")), strict=True)
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error:
            yield BadLine(rows.line_num, "not a CSV row")
            continue
        cells = [cell.strip() for cell in row]
        name, aliases = (cells or [""])[0], [cell for cell in cells[1:] if cell.removeprefix("?")]
        if name and aliases:
            doubtful = tuple(cell.removeprefix("?") for cell in aliases if cell.startswith("?"))
            yield AliasLine(name, tuple(cell.removeprefix("?") for cell in aliases), doubtful)
        elif any(cells):
            yield BadLine(rows.line_num, "a row needs a name and at least one alias")


def only_good(lines: Iterator[T | BadLine]) -> list[T]:
    """All lines; raises InvalidInput that names each bad one."""
    good: list[T] = []
    bad: list[BadLine] = []
    for line in lines:
        bad.append(line) if isinstance(line, BadLine) else good.append(line)
    if bad:
        raise InvalidInput.of([Violation(f"line {line.number}", line.problem, "BAD_LINE") for line in bad])
    return good


def text_lines(data: bytes) -> list[str]:
    """The lines of a text, parted by line feeds alone; raises InvalidInput unless it is UTF-8."""
    return [line.removesuffix("\r") for line in plain_text(data, "the input").split("\n") if line.strip()]


def plain_text(data: bytes, what: str) -> str:
    """Raises InvalidInput unless `data` is UTF-8; what: named in the error."""
    try:
        return data.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidInput(f"{what} is not valid UTF-8") from None


def argument_text(text: str, what: str) -> str:
    """A text of the command line; raises InvalidInput where its bytes were no UTF-8."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise InvalidInput(f"{what} is not valid UTF-8") from None
    return text


def _lines(data: bytes, parse: Any) -> Iterator[Any]:
    for number, raw in enumerate(data.removeprefix(codecs.BOM_UTF8).split(b"\n"), start=1):
        if not raw.strip():
            continue
        record: Any = None
        try:
            record = json.loads(raw.decode("utf-8"))
            if not isinstance(record, dict):
                raise InvalidInput("not a JSON object")
            yield parse(record)
        except UnicodeDecodeError:
            yield BadLine(number, "not valid UTF-8")
        except json.JSONDecodeError as error:
            yield BadLine(number, f"not JSON (column {error.colno})")
        except (ValueError, RecursionError):  # a number of thousands of digits, or brackets without end
            yield BadLine(number, "not JSON that can be read")
        except InvalidInput as error:
            found = record.get("id", "") if isinstance(record, dict) else ""
            yield BadLine(number, error.message, found if isinstance(found, str) else "")


def _corpus_line(record: dict[str, Any]) -> CorpusLine:
    return CorpusLine(
        id=_text(record, "id"),
        title=_text(record, "title", default=""),
        text=_text(record, "text"),
        source=_text(record, "source", default=""),
        date=_text(record, "date", default=""),
        tier=_tier(record),
        supersedes=_texts(record, "supersedes"),
        effective_until=_text(record, "effective_until", default=""),
    )


def _tier(record: dict[str, Any]) -> int:
    tier = record.get("tier", 0)
    if not isinstance(tier, int) or isinstance(tier, bool) or not 0 <= tier <= 5:
        raise InvalidInput('"tier" must be a number from 1 to 5, or 0 for unknown')
    return tier


def _claim_line(record: dict[str, Any]) -> ClaimLine:
    return ClaimLine(_text(record, "id"), _text(record, "claim"), _sources(record))


def _labelled_line(record: dict[str, Any]) -> LabelledLine:
    said = _text(record, "label").lower()
    label = _SHORT_LABELS.get(said, said)
    if label not in LABELS:
        raise InvalidInput(f'"label" must be one of {", ".join(LABELS)}, or S, C, N')
    document = _text(record, "document", default="")
    line_id = _text(record, "id", default="")
    return LabelledLine(
        id=line_id,
        claim=_text(record, "claim"),
        label=label,
        type=_text(record, "type", default="") or _text(record, "kind", default=""),
        sources=_sources(record) or ((SourceLine(document),) if document else ()),
        item=_text(record, "item", default="") or line_id or _text(record, "claim"),
    )


def _sources(record: dict[str, Any]) -> tuple[SourceLine, ...]:
    values = record.get("sources", [])
    if not isinstance(values, list):
        raise InvalidInput('"sources" must be a list')
    return tuple(_source(value if isinstance(value, dict) else {"text": value}) for value in values)


def _source(record: dict[str, Any]) -> SourceLine:
    try:
        return SourceLine(_text(record, "text"), _text(record, "title", default=""), _text(record, "date", default=""))
    except InvalidInput as error:
        raise InvalidInput(f'"sources": {error.message}') from None


def _alias_line(record: dict[str, Any]) -> AliasLine:
    return AliasLine(_text(record, "name"), _texts(record, "aliases"), _texts(record, "ambiguous"))


def _texts(record: dict[str, Any], key: str) -> tuple[str, ...]:
    values = record.get(key, [])
    if not isinstance(values, list) or not all(isinstance(item, str) and item for item in values):
        raise InvalidInput(f'"{key}" must be a list of texts that are not empty')
    for item in values:
        _encodable(item, key)
    return tuple(values)


def _text(record: dict[str, Any], key: str, default: str | None = None) -> str:
    value = record.get(key, default)
    if not isinstance(value, str) or (default is None and not value):
        raise InvalidInput(f'"{key}" must be a text{"" if default is not None else " that is not empty"}')
    _encodable(value, key)
    return value


def _encodable(value: str, key: str) -> None:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise InvalidInput(f'"{key}" holds a lone surrogate, which is not a character') from None
