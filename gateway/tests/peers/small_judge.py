"""A judge small enough to be obvious: it stands in for factcheck where the web app is tested.

A claim is compared with the sentence that shares most pairs of letters with it: numbers that the sentence lacks
contradict, numbers that it has support, and a sentence that shares too little is no evidence.
"""

import re
from dataclasses import dataclass

SENTENCE = re.compile(r"[^。\n]+?(?:。|(?<=[a-z])\.(?= |$)|(?=\n)|$)")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
NOT_CHECKABLE = re.compile(r"(ください|ましょう|でしょうか|\?|？)[。.]?$")
ENOUGH = 0.35


@dataclass(frozen=True)
class Document:
    """As imported."""

    id: str
    title: str
    text: str
    source: str
    date: str
    tier: int = 0


@dataclass(frozen=True)
class Clash:
    """Words of both sides; offsets in code points of the claim and of the document."""

    kind: str
    claim: tuple[int, int]
    evidence: tuple[int, int]


@dataclass(frozen=True)
class Judgement:
    """verdict: as in the protos, without prefix. passage: code points of the document's text."""

    verdict: str
    document: Document | None = None
    passage: tuple[int, int] = (0, 0)
    clashes: tuple[Clash, ...] = ()


def sentences(text: str) -> list[tuple[int, int]]:
    """Stretches of the sentences, without white space and bullets around them."""
    found = []
    for match in SENTENCE.finditer(text):
        stretch = match.group()
        left = len(stretch) - len(stretch.lstrip(" \u3000・-\n"))
        if stretch.strip(" \u3000・-\n"):
            found.append((match.start() + left, match.end()))
    return found


def judge(claim: str, documents: list[Document]) -> Judgement:
    """What the documents say of a claim."""
    if NOT_CHECKABLE.search(claim):
        return Judgement("NOT_CHECKABLE")
    if "衝突" in claim:
        return Judgement("CONFLICTING", documents[0], sentences(documents[0].text)[0])
    if "条件" in claim:
        return Judgement("CONDITIONAL", documents[0], sentences(documents[0].text)[0])
    places = [(document, span) for document in documents for span in sentences(document.text)]
    document, span = max(places, key=lambda place: _overlap(claim, _part(place[0].text, place[1])))
    passage = _part(document.text, span)
    if _overlap(claim, passage) < ENOUGH:
        return Judgement("NOT_ENOUGH_EVIDENCE", document, span)
    clashes = _clashes(claim, document, span)
    kinds = {clash.kind for clash in clashes}
    verdict = "CONTRADICTED" if "quantity_conflict" in kinds else "SUPPORTED"
    return Judgement(verdict, document, span, tuple(clashes))


def _clashes(claim: str, document: Document, span: tuple[int, int]) -> list[Clash]:
    passage = _part(document.text, span)
    theirs = [(match.group(), match.start() + span[0], match.end() + span[0]) for match in NUMBER.finditer(passage)]
    said = {match.group() for match in NUMBER.finditer(claim)}
    unsaid = [(start, end) for text, start, end in theirs if text not in said]
    found = []
    for match in NUMBER.finditer(claim):
        same = next(((start, end) for text, start, end in theirs if text == match.group()), None)
        if same:
            found.append(Clash("quantity_match", match.span(), same))
        elif unsaid:
            found.append(Clash("quantity_conflict", match.span(), unsaid[0]))
    return found


def _overlap(claim: str, passage: str) -> float:
    pairs = {claim[index : index + 2] for index in range(len(claim) - 1)}
    return len(pairs & {passage[index : index + 2] for index in range(len(passage) - 1)}) / max(len(pairs), 1)


def _part(text: str, span: tuple[int, int]) -> str:
    return text[span[0] : span[1]]
