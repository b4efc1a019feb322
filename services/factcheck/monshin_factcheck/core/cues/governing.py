"""What governs a sentence from outside of it: headings over it, leads before it, sentences that point back at it."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum

from monshin_factcheck.core.cues.afterthoughts import afterthought
from monshin_factcheck.core.cues.governing_words import (
    excludes,
    has_bound,
    has_number,
    is_taken_back,
    names_stays,
    patterns,
    plain,
    takes_back,
)
from monshin_factcheck.core.cues.lists import lists
from monshin_factcheck.core.cues.rows import is_row, told
from monshin_factcheck.core.text.lines import Line, style_of
from monshin_factcheck.core.text.spans import Span

# A heading or a title that is longer is a sentence; code points.
_LONGEST = 60
_LEAD, _QUESTION = "lead", "question"
_BREAK = re.compile(r"\n|[\r\x0b\x0c\x85\u2028\u2029](?!\n)")
# Footnotes and arrows; a sentence ends in one of the marks.
_NOTE, _ENDED = re.compile(r"[*†‡§¶※→⇒\[(（]|注|[-=]+>"), "。．.！!？?"


class Sway(Enum):
    """What a governing text does to the sentence."""

    # It is wrong, forbidden, or no longer so.
    TAKES_BACK = "takes_back"
    # It forbids what stands below: a dose there is none to give.
    FORBIDS = "forbids"
    # It holds of the case that the text names, by any of its words.
    CASE = "case"
    # The same, but only words of people, of a state or of a bound name one: leads, bullets.
    KNOWN_CASE = "known_case"
    # It ends or changes a dose, or is of another person: unless it is of another drug.
    ENDS = "ends"
    # It stands over a list of those to whom something is given or not: what is told of a person there holds of nobody.
    LISTS = "lists"
    # It gives another number: where the claim has one of its kind.
    AMENDS = "amends"


@dataclass(frozen=True, slots=True)
class Governing:
    """A text at `span` of the document that governs a sentence. said: what of its words may name a case."""

    span: Span
    text: str
    sway: Sway
    said: str


@dataclass(slots=True)
class _Open:
    """A heading in force. governing: None where it says nothing. has_body: whether a sentence has stood under it."""

    style: str
    governing: Governing | None
    is_neutral: bool
    has_body: bool = False

    @property
    def forbids(self) -> bool:
        return self.governing is not None and self.governing.sway is Sway.FORBIDS


@dataclass(slots=True)
class _Section:
    """What is in force at a place of the text, and the sentences since the last heading."""

    open_: list[_Open] = field(default_factory=list)
    sentences: list[int] = field(default_factory=list)


def governing(text: str, spans: Sequence[Span]) -> list[tuple[Governing, ...]]:
    """What governs each sentence of a text; spans: of its sentences, in order.

    A heading is in force until the next one of its style. Of two that follow each other the second stands below, and
    a plain one that names no case leaves the case over it in force: where a case ends, only its author knows.
    """
    section = _Section()
    above: list[tuple[Governing, ...]] = []
    back: dict[int, list[Governing]] = {}
    over: int | None = None
    has_stays = names_stays(plain(span.of(text)) for span in spans if style_of(text, span) is not None)
    for place, span in enumerate(spans):
        said = plain(span.of(text))
        style = style_of(text, span)
        is_title = place == 0 and not (has_stays and patterns().stay.search(said))
        heading = _heading(span, text, style, is_first=is_title) if style is not None else None
        # A line that is nothing but ×, or 誤り, may be of what stands above it or below.
        found, reaches_all = _pointing_back(span, span.of(text), said)
        if found is not None:
            for at in section.sentences if reaches_all else section.sentences[-1:]:
                back.setdefault(at, []).append(found)
        for at in _not_chosen(text, spans, section.sentences, said):
            back.setdefault(at, []).append(Governing(span, span.of(text), Sway.TAKES_BACK, ""))
        new = heading or _lead(span, span.of(text), said)
        is_named = is_row(_nfkc(span.of(text)))
        if found is None and over is not None and (new is None or is_named):
            between = text[spans[place - 1].end : span.start]
            back.setdefault(over, []).extend(_afterthought(text, spans[over], span, between))
        # A row under a row is of the sentence over both: 備考 may stand under 用法.
        if not is_named:
            over = place if new is None else None
        if new is None and patterns().resets.match(said) is not None:
            section.open_ = [one for one in section.open_ if one.style != _LEAD]
        above.append(tuple(one.governing for one in section.open_ if one.governing is not None))
        if new is not None:
            _begin(section, new)
            section.sentences = section.sentences if new.style == _LEAD else []
        else:
            asked = _question(span, span.of(text), said)
            if asked is not None:
                _begin(section, asked)
            else:
                for one in section.open_:
                    one.has_body = True
            section.sentences.append(place)
    of_all = tuple(_of_the_document(text, spans))
    listed = [() if over is None else (Governing(over, over.of(text), Sway.LISTS, ""),) for over in lists(text, spans)]
    return [(*one, *back.get(place, ()), *of_all, *listed[place]) for place, one in enumerate(above)]


def governing_title(title: str) -> Governing | None:
    """What a document's title does to its sentences; its span is empty, as it stands nowhere in the text."""
    said = plain(title)
    # A title that is nothing but a case is one, as a heading is.
    is_case = has_bound(said) or patterns().alone.fullmatch(said) is not None
    return _named(Span(0, 0), title, said, Sway.CASE) if is_case else _titled(Span(0, 0), title, said)


def _begin(section: _Section, new: _Open) -> None:
    """Ends what the new heading takes the place of, and puts it on top."""
    if new.is_neutral:
        # Whom it must not be given to is listed below: that ends with it.
        forbidding = [at for at, one in enumerate(section.open_) if one.forbids]
        del section.open_[forbidding[0] if forbidding else len(section.open_) :]
    stack = section.open_
    level = _level(new.style)
    if level:
        # Headings with levels end all others.
        section.open_ = [one for one in stack if 0 < _level(one.style) < level] + [new]
        return
    same = [at for at, one in enumerate(stack) if one.style == new.style]
    if same and stack[-1].has_body:
        if new.style in (Line.PLAIN, Line.COLON):
            same = [at for at in same if stack[at].is_neutral == new.is_neutral]
        if same:
            del stack[same[0] :]
    stack.append(new)


def _level(style: str) -> int:
    return len(style) if style.startswith(Line.MARKDOWN) else 0


def _heading(span: Span, text: str, style: str, *, is_first: bool) -> _Open | None:
    """None where the line is a sentence or a row."""
    table = patterns()
    words = span.of(text)
    said = plain(words)
    retracts = is_taken_back(said.strip("-–—=~"))
    is_marked = style not in (Line.PLAIN, Line.BULLET, Line.NUMBER)
    if len(said) > _LONGEST or not any(character.isalpha() or character in "×✕✗❌" for character in said):
        return None
    is_plainly_one = is_marked or retracts or any((table.heading_end.search(said), table.alone.fullmatch(said)))
    if not is_plainly_one and (table.sentence.search(said) or (style != Line.NUMBER and has_number(said))):
        return None
    if style == Line.COLON and not retracts and (table.forward.search(said) or table.sentence.search(said)):
        return _opened_lead(span, words, said)
    asked = _question(span, words, said)
    if asked is not None and asked.governing is not None:
        found: Governing | None = asked.governing
    elif retracts:
        found = Governing(span, words, Sway.TAKES_BACK, "")
    elif table.forbidding.fullmatch(said) is not None:
        return _Open(style, Governing(span, words, Sway.FORBIDS, ""), is_neutral=True)
    elif is_first and style in (Line.PLAIN, Line.MARKDOWN) and _is_title(said):
        found = _titled(span, words, said)
    else:
        found = _named(span, words, said, Sway.KNOWN_CASE if style == Line.BULLET else Sway.CASE)
    return _Open(style, found, found is None and table.taken.search(said) is None)


def _is_title(said: str) -> bool:
    """Whether a first line is what the text is about, not what it holds for."""
    table = patterns()
    return not (has_bound(said) or table.disease.search(said) or table.alone.fullmatch(said))


def _titled(span: Span, text: str, said: str) -> Governing | None:
    table = patterns()
    is_wrong = is_taken_back(said)
    if table.forbidding.fullmatch(said) is not None or (is_wrong and table.topics.fullmatch(said) is not None):
        # What the text is about, and no dose to give.
        return Governing(span, text, Sway.FORBIDS, "")
    if is_wrong:
        return Governing(span, text, Sway.TAKES_BACK, "")
    cases = " ".join(match.group() for match in table.title.finditer(said))
    return Governing(span, text, Sway.CASE, said if excludes(said) else cases) if cases else None


def _named(span: Span, text: str, said: str, sway: Sway) -> Governing | None:
    if takes_back(said):
        return Governing(span, text, Sway.TAKES_BACK, "")
    left = " ".join(patterns().neutral.sub(" ", said).split())
    return Governing(span, text, sway, left) if any(character.isalpha() for character in left) else None


def _lead(span: Span, text: str, said: str) -> _Open | None:
    """None where the sentence does not speak of what comes next."""
    table = patterns()
    is_lead = table.forward.search(said) is not None or table.voiding.search(said) is not None
    return _opened_lead(span, text, said) if is_lead else None


def _opened_lead(span: Span, text: str, said: str) -> _Open:
    table = patterns()
    words = (table.retraction, table.formerly, table.retracting, table.voiding)
    is_void = table.void.fullmatch(table.announcing.sub("", said.strip(" 。.:"))) is not None
    takes = is_void or any(one.search(said) for one in words)
    sway = Sway.TAKES_BACK if takes else Sway.KNOWN_CASE
    return _Open(_LEAD, Governing(span, text, sway, "" if takes else said), is_neutral=False)


def _question(span: Span, text: str, said: str) -> _Open | None:
    """What a question asks for governs its answer, up to the next question or heading; None where nothing is asked."""
    table = patterns()
    if table.question.search(said) is None:
        return None
    found = None
    if table.asks_wrong.search(said) is not None:
        found = Governing(span, text, Sway.TAKES_BACK, "")
    elif table.asks_forbidden.search(said) is not None:
        found = Governing(span, text, Sway.FORBIDS, "")
    else:
        cases = [one.group() for words in (table.title, table.limiting, table.asked) for one in words.finditer(said)]
        named = said if has_bound(said) or excludes(said) else " ".join(cases)
        found = Governing(span, text, Sway.CASE, named) if named else None
    return _Open(_QUESTION, found, is_neutral=False)


def _of_the_document(text: str, spans: Sequence[Span]) -> Iterator[Governing]:
    """Sentences that say of the whole document that it does not hold."""
    for span in spans:
        if patterns().document.search(plain(span.of(text))) is not None:
            yield Governing(span, span.of(text), Sway.TAKES_BACK, "")


def _pointing_back(span: Span, text: str, said: str) -> tuple[Governing | None, bool]:
    """What a sentence does to what stands before it, and whether to all since the last heading."""
    table = patterns()
    said = table.joining.sub("", said)
    bare = said.strip(" 。.!?()「」")
    reaches_all = table.back_all.match(said) is not None
    points = reaches_all or table.back_one.match(said) is not None
    if table.whole.fullmatch(bare) is not None or (points and table.retraction.search(said) is not None):
        return Governing(span, text, Sway.TAKES_BACK, ""), reaches_all
    if points and table.limiting_back.search(said) is not None:
        return Governing(span, text, Sway.KNOWN_CASE, said), reaches_all
    if not points and len(said) <= _LONGEST and table.limiting_after.fullmatch(bare) is not None:
        return _named(span, text, said, Sway.CASE), False
    return None, False


def _not_chosen(text: str, spans: Sequence[Span], places: Sequence[int], said: str) -> list[int]:
    """The options among the sentences in these places that a line which tells the right ones does not name."""
    table = patterns()
    answer = table.answer.fullmatch(said.strip(" 。."))
    if answer is None:
        return []
    chosen = re.findall(r"[0-9①-⑨a-zア-オ](?![a-z])", answer["options"].lower())
    labels = {at: table.option.match(_nfkc(_line_to(text, spans[at]))) for at in places}
    return [at for at, label in labels.items() if label is not None and label["option"].lower() not in chosen]


def _line_to(text: str, span: Span) -> str:
    """The line of a sentence with what stands in front of it."""
    start = max(text.rfind("\n", 0, span.start), text.rfind("\r", 0, span.start)) + 1
    return text[start : span.end]


def _afterthought(text: str, before: Span, span: Span, between: str) -> Iterator[Governing]:
    """What a sentence in the same paragraph, or a row, does to the one before it; between: what parts it from the last
    one.
    """
    said = span.of(text)
    # A row of a list is of its own, unless it is marked as a note or names what it tells.
    is_apart = _BREAK.search(between) is not None and said[-1] not in _ENDED and not _NOTE.match(said)
    if len(_BREAK.findall(between)) > 1 or (is_apart and not is_row(_nfkc(said))):
        return
    found = afterthought(_nfkc(said), _nfkc(before.of(text)))
    if found is not None:
        yield Governing(span, said, Sway(found.value), told(plain(said)))


def _nfkc(text: str) -> str:
    return unicodedata.normalize("NFKC", text)
