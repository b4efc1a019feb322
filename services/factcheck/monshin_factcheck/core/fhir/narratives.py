"""Composition, DiagnosticReport and DocumentReference: texts in their own words."""

import re
from collections.abc import Iterator
from dataclasses import replace

from monshin_kit.errors import InvalidInput
from monshin_kit.html import decode_html, decode_text, read_html

from monshin_factcheck.core.fhir import headings, words
from monshin_factcheck.core.fhir.node import Node, shown
from monshin_factcheck.core.fhir.told import Find, Told, sentence
from monshin_factcheck.core.fhir.tongue import Telling

_PLAIN = frozenset({"text/plain"})
_HTML = frozenset({"text/html", "application/xhtml+xml"})
_CHARSET = re.compile(r"charset\s*=\s*\"?([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_EMPTY = "empty"
# Something is struck through for a reader; of which words it is, only a browser knows.
_STRUCK = re.compile(r"line-through", re.IGNORECASE)
_DEEPEST = 20


def composition(node: Node, telling: Telling, find: Find) -> Iterator[Told]:
    """The narrative of each section, under its title."""
    if node.text("status") == "preliminary":
        return
    _, date = telling.when(node, "date")
    yield from _sections(node, words.line(node.text("title")), date, ())


def report(node: Node, telling: Telling, find: Find) -> Iterator[Told]:
    """Conclusion and text of a DiagnosticReport; its results are Observations of their own."""
    if node.text("status") in ("registered", "cancelled", "unknown", "partial", "preliminary"):
        return
    _, date = telling.when(node, "effectiveDateTime", "effectivePeriod", "issued")
    name = words.concept(node.child("code")) or telling.pick("検査報告", "Report")
    if conclusion := node.text("conclusion").strip():
        yield Told(conclusion, date, name)
    if coded := words.concepts(node, "conclusionCode", telling):
        yield Told(sentence(telling, f"{name}の結論は{coded}である", f"conclusion of {name} is {coded}"), date)
    if forms := list(node.children("presentedForm")):
        told = _attached(forms, "presentedForm", date)
        yield replace(told, title=told.title or name, problem=None)


def document(node: Node, telling: Telling, find: Find) -> Iterator[Told]:
    """The text of a DocumentReference. Its contents are the same in several formats: the first that can be read is."""
    if node.text("status") == "superseded" or node.text("docStatus") == "preliminary":
        return
    _, date = telling.when(node, "date")
    attachments = [item.child("attachment") for item in node.children("content")]
    given = [attachment for attachment in attachments if attachment is not None]
    if not given:
        refused = node.refuse("content", "an attachment with text is needed", "NO_TEXT")
        yield Told("", element="content", problem=refused)
        return
    told = _attached(given, "content", date)
    named = words.line(node.text("description")) or words.concept(node.child("type")) or words.line(told.title)
    # Each of its names may tell what it is.
    names = (words.line(node.text("description")), words.concept(node.child("type")), words.line(told.title))
    governing = headings.over_document("、".join(filter(None, names)))
    yield replace(told, title=named or telling.pick("文書", "Document"), governing=governing)


def _sections(node: Node, title: str, date: str, above: tuple[str, ...]) -> Iterator[Told]:
    """title: of the document. above: the titles of the sections around these, outermost first."""
    if len(above) > _DEEPEST:
        raise node.refuse("section", f"at most {_DEEPEST} levels of sections are read")
    for section in node.children("section"):
        titles = (*above, words.line(section.text("title")) or words.concept(section.child("code")))
        own = next(filter(None, reversed(titles)), title)
        narrative = section.child("text")
        is_filled = narrative is not None and narrative.text("status") != _EMPTY
        markup = narrative.text("div") if narrative is not None and is_filled else ""
        if _STRUCK.search(markup):
            yield Told("", element="section.text")
        elif text := _without_controls(read_html(markup).text):
            governing = (*headings.over_document(title), *headings.over_sections(titles))
            yield Told(text, date, own or "Composition", governing=governing)
        yield from _sections(section, title, date, titles)


def _is_readable(attachment: Node) -> bool:
    return _type(attachment) in _PLAIN | _HTML and bool(attachment.text("data"))


def _type(attachment: Node) -> str:
    return attachment.text("contentType").partition(";")[0].strip().lower()


def _unreadable(attachment: Node) -> InvalidInput:
    if _type(attachment) not in _PLAIN | _HTML:
        kind = shown(_type(attachment)) if _type(attachment) else "without contentType"
        return attachment.refuse("contentType", f"text/plain or text/html is needed, not {kind}", "CONTENT_TYPE")
    return attachment.refuse("data", "the text itself is needed: nothing is fetched from a url", "NO_TEXT")


def _attached(attachments: list[Node], element: str, date: str) -> Told:
    """The first that can be read, under its own title; without text where none can."""
    chosen = next((attachment for attachment in attachments if _is_readable(attachment)), None)
    if chosen is None:
        return Told("", element=element, problem=_unreadable(attachments[0]))
    data = chosen.data("data")
    try:
        return Told(_decoded(chosen, data), date, chosen.text("title"))
    except InvalidInput as error:
        return Told("", element=element, problem=error)


def _decoded(attachment: Node, data: bytes) -> str:
    declared = _CHARSET.search(attachment.text("contentType"))
    charset, field = declared[1] if declared else "", f"{attachment.path}.data"
    if _type(attachment) in _HTML:
        markup = decode_html(data, charset, field=field)
        if _STRUCK.search(markup):
            raise attachment.refuse("data", "a part of it is struck through by its style", "NO_TEXT")
        text = read_html(markup).text
    else:
        text = decode_text(data, charset, field=field)
    text = _without_controls(text)
    if not text.strip():
        raise attachment.refuse("data", "there is no text in it", "NO_TEXT")
    return text


def _without_controls(text: str) -> str:
    """Control characters separate nothing that a reader sees; judges must not meet them."""
    return _CONTROL.sub(" ", text)
