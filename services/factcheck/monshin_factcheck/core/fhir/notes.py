"""Notes, reasons and instructions beside a resource: whether they leave it as it is."""

import re
from collections.abc import Iterator

from monshin_factcheck.core.fhir import words
from monshin_factcheck.core.fhir.node import Node
from monshin_factcheck.core.fhir.vocabulary import folded, vocabulary

_WORDS = "notes.yaml"


def notes(node: Node) -> Iterator[str]:
    """The texts of its notes that say anything."""
    for note in node.children("note"):
        if text := words.line(note.text("text")):
            yield text


def doubts(text: str) -> bool:
    """Whether a note says that what it stands at may be wrong: 溶血のため信頼できない."""
    return vocabulary(_WORDS)["doubt"].search(folded(text)) is not None


def changes(text: str) -> bool:
    """Whether a note of an order says that it holds no more, or otherwise: 4月5日より中止."""
    return vocabulary(_WORDS)["change"].search(folded(text)) is not None


def is_plain(text: str) -> bool:
    """Whether an instruction changes neither how much is given nor when: 水で服用, 一包化."""
    parts = [part.strip() for part in re.split(r"[。、,.;；\n]", folded(text))]
    return all(not part or vocabulary(_WORDS)["plain"].fullmatch(part) for part in parts)
