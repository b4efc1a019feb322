"""Which of two events comes first, in a claim and in a sentence: 採血してから投与する against 投与後に採血する.

An order is an event at which words like 後, 前, てから or after look (the anchor), whether what else the sentence says
comes after it or before it, and that rest. Two orders say the opposite where the anchors are alike and the directions
differ, and where each anchor stands in the other's rest and the directions are the same.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from monshin_factcheck.core.rules.alignment import MATCHED, Alignment, similarity
from monshin_factcheck.core.rules.findings import FindingKind, RuleFinding
from monshin_factcheck.core.rules.statement import Statement, Unit
from monshin_factcheck.core.text.language import Language
from monshin_factcheck.core.text.spans import Span

_TOPICS = frozenset({"は", "も", "では", "には"})
_SUBJECTS = frozenset({"が", "は", "も", "を"})
# Words of two characters that are an event and a direction in one; longer ones end in a direction: 発症前.
_JOINED = frozenset({"食後", "術後", "産後", "食前", "術前", "産前"})
_NO_EVENT = frozenset({"一人前", "半人前"})
_ENDS = {"後": True, "前": False}
_DIRECTIONS = {"後": True, "直後": True, "のち": True, "後日": True, "前": False, "直前": False}
_AFTER_JA = re.compile(
    r"(?<=[てで])から(?!も)|に(?:引き)?(?:続い|つづい)て|に続[くき]|[をが](?:終え|終わっ|済ま[せし]|済ん)[てで](?:から)?"
)
_BEFORE_JA = re.compile(r"に(?:先立|先だ)(?:って|ち|つ)|より(?:も)?(?:前|先)に|(?<![0-9時分日月年週間末])までに")
_THEN_JA = re.compile(r"(?:その|この)?(?:後|のち)(?:に|で|は)?|次いで|ついで|次に|続いて|それから|引き続き")
# Not `once daily` nor `the following drugs`.
_AFTER_EN = re.compile(
    r"\b(?:after|(?<!the )following|subsequent to"
    r"|once(?= (?:the|you|it|they|this|these|[a-z]+ (?:is|are|has|have))\b))\b",
    re.IGNORECASE,
)
_BEFORE_EN = re.compile(r"\b(?:before|prior to|ahead of|in advance of)\b", re.IGNORECASE)
_THEN_EN = re.compile(r"\b(?:followed by|and then|then|precedes?|preceding)\b", re.IGNORECASE)
_MOST_WORDS = 4  # of an anchor
# What a claim of 2,000 code points costs is bounded.
_MOST_ORDERS, _MOST_REST = 8, 24
_ANCHOR_SHARE = 0.6
_REST_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Order:
    """anchor, rest: units of one statement. comes_after: whether the rest does. cue: the word that says so."""

    anchor: tuple[Unit, ...]
    rest: tuple[Unit, ...]
    comes_after: bool
    cue: Span


@dataclass(frozen=True, slots=True)
class OrdersFound:
    """conflicts: orders of the claim that the sentence turns round. agreed: the words of the claim, in its original
    text, for orders that the sentence tells, too: A後にB and B前にA.
    """

    conflicts: tuple[RuleFinding, ...]
    agreed: tuple[Span, ...]


def compare_orders(alignment: Alignment) -> OrdersFound:
    """Each order of the claim against all of the sentence; one that is told once as it is conflicts with none."""
    claim, evidence = alignment.claim, alignment.evidence
    theirs = orders(evidence)
    agreed: list[Span] = []
    conflicts: list[RuleFinding] = []
    for mine in orders(claim) if theirs else ():
        cue = claim.text.to_original(mine.cue)
        if any(_agree(mine, other) for other in theirs):
            agreed.append(cue)
            continue
        strength, other = max(((_opposition(mine, other), other) for other in theirs), key=lambda found: found[0])
        if strength > 0:
            there = evidence.text.to_original(other.cue)
            conflicts.append(RuleFinding(FindingKind.ORDER_CONFLICT, cue, there, strength))
    return OrdersFound(tuple(conflicts), tuple(agreed))


def orders(statement: Statement) -> list[Order]:
    """The orders that a statement tells, by the words for them; of a very long one the first."""
    cues = _cues_en(statement) if statement.language is Language.ENGLISH else _cues_ja(statement)
    found: list[Order] = []
    for cue, comes_after, anchor in islice(cues, _MOST_ORDERS):
        others = [unit for unit in statement.units if unit not in anchor and not unit.span.overlaps(cue)]
        others.sort(key=lambda unit: abs(unit.span.start - cue.start))
        if anchor and others:
            found.append(Order(anchor, tuple(others[:_MOST_REST]), comes_after, cue))
    return found


_Cue = tuple[Span, bool, tuple[Unit, ...]]


def _cues_ja(statement: Statement) -> Iterator[_Cue]:
    text = statement.text.text
    thens = [match.span() for match in _THEN_JA.finditer(text) if _begins_clause(statement, match.start())]
    for start, end in thens:
        yield Span(start, end), True, _clause_before(statement, start)
    for word in statement.words:
        if any(start <= word.span.start < end for start, end in thens):
            continue
        if word.surface in _DIRECTIONS:
            anchor = _before(statement, word.span.start)
            # Aが先、Bが後: the word is a predicate there.
            if anchor and anchor[-1].particle not in _SUBJECTS:
                yield word.span, _DIRECTIONS[word.surface], anchor
        elif _event(word.surface) != word.surface:
            own = tuple(unit for unit in statement.units if unit.span == word.span)
            yield Span(word.span.end - 1, word.span.end), _ENDS[word.surface[-1]], own
    for pattern, comes_after in ((_AFTER_JA, True), (_BEFORE_JA, False)):
        for match in pattern.finditer(text):
            yield Span(*match.span()), comes_after, _before(statement, match.start())


def _cues_en(statement: Statement) -> Iterator[_Cue]:
    for pattern, comes_after in ((_AFTER_EN, True), (_BEFORE_EN, False)):
        for match in pattern.finditer(statement.text.text):
            yield Span(*match.span()), comes_after, _following(statement, match.end())
    for match in _THEN_EN.finditer(statement.text.text):
        before = _before(statement, match.start()) or _clause_before(statement, match.start())
        yield Span(*match.span()), True, before


def _begins_clause(statement: Statement, at: int) -> bool:
    clause = statement.clauses[statement.clause_at(at)]
    return not any(clause.span.start <= unit.span.start < at for unit in statement.units)


def _clause_before(statement: Statement, at: int) -> tuple[Unit, ...]:
    """The words of the clause before the one that begins here: 輸液を行い of 輸液を行い、その後に."""
    clause = statement.clause_at(at)
    return tuple(unit for unit in statement.units if unit.clause == clause - 1)[-_MOST_WORDS:]


def _before(statement: Statement, at: int) -> tuple[Unit, ...]:
    """The words that end here, back to a topic or the beginning of the clause: 投与 of 採血は投与の前に."""
    clause = statement.clause_at(max(0, at - 1))
    found: list[Unit] = []
    for unit in reversed([unit for unit in statement.units if unit.span.end <= at and unit.clause == clause]):
        if unit.particle in _TOPICS or len(found) == _MOST_WORDS:
            break
        found.append(unit)
    return tuple(reversed(found))


def _following(statement: Statement, at: int) -> tuple[Unit, ...]:
    """The words of the clause behind an English preposition."""
    clause = statement.clause_at(at)
    return tuple(unit for unit in statement.units if unit.span.start >= at and unit.clause == clause)[:_MOST_WORDS]


def _agree(mine: Order, theirs: Order) -> bool:
    is_same_way = mine.comes_after is theirs.comes_after
    return (is_same_way and _same_anchor(mine, theirs) > 0) or (not is_same_way and _crossed(mine, theirs) > 0)


def _opposition(mine: Order, theirs: Order) -> float:
    """How surely the two exclude each other, in [0, 1]."""
    if mine.comes_after is not theirs.comes_after:
        shared = _share(mine.rest, theirs.rest)
        return min(_same_anchor(mine, theirs), shared) if shared >= _REST_SHARE else 0.0
    return 0.0 if _same_anchor(mine, theirs) else _crossed(mine, theirs)


def _same_anchor(mine: Order, theirs: Order) -> float:
    return _enough(min(_share(mine.anchor, theirs.anchor), _share(theirs.anchor, mine.anchor)))


def _crossed(mine: Order, theirs: Order) -> float:
    """Whether each anchor stands in the other's rest, but for what both anchors share: give A, then B."""
    own = [unit for unit in mine.anchor if not any(_are_alike(unit, other) for other in theirs.anchor)]
    others = [unit for unit in theirs.anchor if not any(_are_alike(unit, other) for other in mine.anchor)]
    return _enough(min(_share(own, theirs.rest), _share(others, mine.rest)))


def _enough(share: float) -> float:
    return share if share >= _ANCHOR_SHARE else 0.0


def _share(units: Sequence[Unit], others: Sequence[Unit]) -> float:
    """The weighted share of units that have a counterpart."""
    total = sum(unit.weight for unit in units)
    found = sum(unit.weight for unit in units if any(_are_alike(unit, other) for other in others))
    return found / total if total else 0.0


def _are_alike(one: Unit, other: Unit) -> bool:
    """Of words that are event and direction in one the event counts: 食後 and 食事."""
    if similarity(one, other) >= MATCHED:
        return True
    words = [unit.forms[-1] for unit in (one, other)]
    events = [_event(word) for word in words]
    return events != words and (events[0] in events[1] or events[1] in events[0])


def _event(word: str) -> str:
    """What is before its direction, if a word has both; else the word."""
    is_joined = word in _JOINED or (len(word) > 2 and word[-1] in _ENDS and word not in _NO_EVENT)
    return word[:-1] if is_joined else word
