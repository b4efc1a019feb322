"""FHIR DocumentReference, alone or in a Bundle: the text of each as a document.

As a source of a check a chart goes to the service as it is; here only documents become documents.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterator
from typing import Any

from monshin_kit.errors import InvalidInput
from monshin_kit.html import decode_html, decode_text, read_html

from monshin.formats import CorpusLine
from monshin.importers import plain
from monshin.importers.document import File, Reading, document_id, iso_date, stem

_RESOURCE = re.compile(rb'"resourceType"\s*:\s*"')
_CHARSET = re.compile(r"charset\s*=\s*\"?([A-Za-z0-9_.:-]+)", re.IGNORECASE)
_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")


def is_resource(data: bytes) -> bool:
    """Whether JSON is one FHIR resource, not lines of documents."""
    return _RESOURCE.search(data, 0, 65536) is not None


def read(file: File) -> Reading:
    """Superseded and erroneous documents, and other resources of a Bundle, are remarks."""
    root = _object(file)
    documents: list[CorpusLine] = []
    remarks: list[str] = []
    for place, resource in _resources(file, root):
        kind = resource.get("resourceType")
        if kind != "DocumentReference":
            remarks.append(f"{file.name}: {place} is no DocumentReference: not imported")
        elif resource.get("status") != "current" or resource.get("docStatus") in ("preliminary", "entered-in-error"):
            remarks.append(f"{file.name}: {place} is not a current, final document: left out")
        else:
            documents.append(_document(file, place, resource))
    if not documents and not remarks:
        raise file.refuse("", "it holds no DocumentReference")
    return Reading(tuple(documents), remarks=tuple(remarks))


def _object(file: File) -> dict[str, Any]:
    try:
        root = json.loads(plain.decoded(file))
    except json.JSONDecodeError as error:
        raise file.refuse(f"line {error.lineno}, column {error.colno}", "not JSON") from None
    except (ValueError, RecursionError):
        raise file.refuse("", "not JSON that can be read") from None
    if not isinstance(root, dict) or root.get("resourceType") not in ("Bundle", "DocumentReference"):
        raise file.refuse("", "a Bundle or DocumentReference is needed; a chart is a source of a check, not a document")
    return root


def _resources(file: File, root: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    if root["resourceType"] == "DocumentReference":
        yield "the resource", root
        return
    entries = root.get("entry", [])
    if not isinstance(entries, list):
        raise file.refuse("entry", "a list is needed")
    for number, entry in enumerate(entries):
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if not isinstance(resource, dict):
            raise file.refuse(f"entry[{number}]", "a resource is needed")
        yield f"entry[{number}]", resource


def _document(file: File, place: str, resource: dict[str, Any]) -> CorpusLine:
    content = resource.get("content")
    attachments = [_inner(item, "attachment") for item in content] if isinstance(content, list) else []
    # Contents of one DocumentReference are the same document in several formats (FHIR R4).
    chosen = next((one for one in attachments if _kind(one) in ("text/plain", "text/html") and one.get("data")), None)
    if chosen is None:
        raise file.refuse(place, "no attachment of text/plain or text/html with data; nothing is fetched from a url")
    named = resource.get("description") or _inner(resource, "type").get("text") or chosen.get("title")
    own = resource.get("id")
    name = f"DocumentReference-{own}" if isinstance(own, str) and _ID.fullmatch(own) else ""
    if not name:
        name = document_id(file) if place == "the resource" else f"{document_id(file)[:100]}-{place[6:-1]}"
    title = named if isinstance(named, str) and named else stem(file)
    date = resource.get("date")
    return CorpusLine(
        name, title, _text(file, place, chosen), file.base, iso_date(date) if isinstance(date, str) else ""
    )


def _text(file: File, place: str, attachment: dict[str, Any]) -> str:
    declared = _CHARSET.search(attachment["contentType"])
    charset = declared[1] if declared else ""
    try:
        data = base64.b64decode("".join(str(attachment["data"]).split()), validate=True)
        if _kind(attachment) == "text/html":
            return read_html(decode_html(data, charset)).text
        return decode_text(data, charset)
    except (binascii.Error, ValueError):
        raise file.refuse(place, "the data of its attachment are not base64") from None
    except InvalidInput as error:
        raise file.refuse(place, error.message) from None


def _kind(attachment: dict[str, Any]) -> str:
    kind = attachment.get("contentType")
    return kind.partition(";")[0].strip().lower() if isinstance(kind, str) else ""


def _inner(value: Any, name: str) -> dict[str, Any]:
    inner = value.get(name) if isinstance(value, dict) else None
    return inner if isinstance(inner, dict) else {}
