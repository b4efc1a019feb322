"""XML with entities, external files and the network switched off."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from monshin.importers.document import File

_DEEPEST = 200
# Marks that XML cannot hold: a raised piece, and a line end set by a processing instruction.
_RAISED, BREAK = "\0", "\x1e"


def parsed(file: File) -> Element:
    """The root. A document type may be named, as PubMed does, but not loaded; it must declare no entity.

    Raises InvalidInput for XML that is not well formed, with its line, or nested deeper than 200.
    """
    try:
        parser = DefusedXMLParser(target=TreeBuilder(insert_pis=True), forbid_dtd=False, forbid_entities=True)
        parser.feed(file.data)
        root: Element = parser.close()
    except ParseError as error:
        line, column = error.position
        raise file.refuse(f"line {line}, column {column + 1}", "not well-formed XML") from None
    except DefusedXmlException:
        raise file.refuse("", "the XML declares entities: they are not read") from None
    except (ValueError, LookupError):
        raise file.refuse("", "the XML is in an encoding that is not read: convert it to UTF-8") from None
    _check_depth(file, root)
    return root


def root_name(file: File) -> str:
    """`{namespace}name` of the root, from the first bytes alone. Raises as `parsed`."""
    parser = DefusedXMLParser(target=_FirstTag(), forbid_dtd=False, forbid_entities=True)
    try:
        for start in range(0, len(file.data), 65536):
            parser.feed(file.data[start : start + 65536])
    except _FoundError as found:
        return found.tag
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        pass
    return str(parsed(file).tag)


def local(element: Element) -> str:
    """An element's name without its namespace; empty for a processing instruction."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def running_text(element: Element) -> str:
    """All text in an element, white space folded; a raised number after a digit is told as an exponent.

    A line end that PMDA sets by `<?enter?>` stays as BREAK.
    """
    lines = "".join(_pieces(element)).split(BREAK)
    return BREAK.join(filter(None, (" ".join(line.split()) for line in lines)))


def _pieces(element: Element) -> Iterator[str]:
    before = ""
    for piece in _marked(element):
        is_raised = piece[:1] == _RAISED
        text = piece.removeprefix(_RAISED)
        if is_raised and before[-1:].isdigit() and text.strip().lstrip("+-−").isdecimal():
            yield "^"
        yield text
        before = text or before


def _marked(element: Element) -> Iterator[str]:
    if not isinstance(element.tag, str):  # a processing instruction
        yield BREAK if (element.text or "").split()[:1] == ["enter"] else ""
        return
    yield (_RAISED if local(element).lower() == "sup" else "") + (element.text or "")
    for child in element:
        yield from _marked(child)
        yield child.tail or ""


class _FoundError(Exception):
    def __init__(self, tag: str) -> None:
        super().__init__()
        self.tag = tag


class _FirstTag:
    def start(self, tag: str, attributes: dict[str, str]) -> None:
        raise _FoundError(tag)

    def end(self, tag: str) -> None:
        pass

    def data(self, text: str) -> None:
        pass

    def close(self) -> None:
        pass


def _check_depth(file: File, root: Element) -> None:
    level, depth = [root], 0
    while level:
        depth += 1
        if depth > _DEEPEST:
            raise file.refuse("", f"the XML is nested deeper than {_DEEPEST}")
        level = [child for element in level for child in element]
