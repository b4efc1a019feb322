"""A sentence into statements: two where each half has a topic of its own, and a condition of one holds for no other."""

import re
from collections.abc import Iterator

from monshin_factcheck.core.claims import english
from monshin_factcheck.core.claims.subjects import kind_and_name
from monshin_factcheck.core.text.normalise import normalise
from monshin_factcheck.core.text.spans import Span

# AはBであり、CはDである. The letters of `goes_on` end a verb or an adjective that goes on (…を使い、…), and nouns, too.
_JOINT = re.compile(
    r"(?:であり|ですが|であるが|おり|ますが|るが|いが|たが|であって)、"
    r"|(?P<goes_on>[いきぎしちにびみりえけげせてねべめれく])、"
    r"|, (?P<and>(?:and|but|while|whereas)) "
    r"|[;；][ \u3000]*"
)
_TOPIC = re.compile(
    r"(?P<name>[^、。]{1,40}?[一-鿿ァ-ヺーA-Za-z0-9)）」])(?P<marker>は(?![じしっずん])|(?:では|には)(?!な|あ))"
)
# What is said of a topic names something; めまい、ふらつき are nouns in a row.
_TELLS = re.compile(r"[をがにでとへ].*[ぁ-ん]$")
_OBJECT = re.compile(r"[をが]")
# 飲んでいる間は: in what case, and when.
_CASE = re.compile(r"(?:場合|とき|時|際|間|中|後|前|うち|以上|以下|未満)$")
_POINTING = re.compile(r"(?:その|それ|この|これ|同)")
_ENGLISH_TOPIC = re.compile(
    r"(?!(?:in|for|if|when|with|at|after|before|during|among|unless|although|since|because|as|it|they|this|these|that"
    rf"|which|what|how|there|he|she|we|you|i)\b)(?:[\w-]+ ){{1,5}}?(?:{english.VERBS})\b",
    re.IGNORECASE,
)
_BOLD = "*_` \u3000\t"


def split_statements(sentence: str) -> Iterator[Span]:
    """The places of the statements in their order, without the marks of bold type around them.

    Halves part at a semicolon, and where both have a topic. A condition in front (`妊婦では…を避け、…は…`, `In
    pregnancy, …, and …`) holds for what follows, too, and keeps them together; only another condition of the same form
    ends it (`妊婦では…を避け、授乳婦では…`).
    """
    start = 0
    for joint in _JOINT.finditer(sentence):
        if joint.group()[0] in ";；" or _are_apart(sentence[start : joint.start()], joint, sentence[joint.end() :]):
            yield from _bare(sentence, Span(start, joint.end()))
            start = joint.end()
    yield from _bare(sentence, Span(start, len(sentence)))


def _are_apart(left: str, joint: re.Match[str], right: str) -> bool:
    if joint["and"]:
        return _ENGLISH_TOPIC.match(left) is not None and _ENGLISH_TOPIC.match(right) is not None
    this, that = _TOPIC.match(left), _TOPIC.match(right)
    if this is None or that is None or this["marker"] != that["marker"]:
        return False
    if _POINTING.match(that["name"]) or (_CASE.search(this["name"]) and not _CASE.search(that["name"])):
        return False
    if this["marker"] != "は":
        # Of ほとんど上昇しない alone nobody knows what does not rise.
        return _are_of_a_kind(this["name"], that["name"]) and _OBJECT.search(right, that.end()) is not None
    if not joint["goes_on"]:
        return True
    tells = _TELLS.search(left + joint["goes_on"], this.end()) is not None
    return tells and _are_of_a_kind(this["name"], that["name"])


def _are_of_a_kind(name: str, other: str) -> bool:
    """弁膜症性 and 非弁膜症性, アスピリン and ワルファリン; not 保菌者 and その後, which goes on about the first."""
    kind, _ = kind_and_name(normalise(name).text)
    return name[-1] == other[-1] or (kind != "" and kind == kind_and_name(normalise(other).text)[0])


def _bare(answer: str, span: Span) -> Iterator[Span]:
    start, end = span.start, span.end
    while start < end and answer[start] in _BOLD:
        start += 1
    while end > start and answer[end - 1] in _BOLD:
        end -= 1
    if start < end:
        yield Span(start, end)
