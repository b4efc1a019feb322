"""What the sentence right behind one does to a claim that this one says word for word: with a dose or without.

It takes the claim back where it points back at it to correct or doubt it, where it tells another amount of the order or
the label, and where it is short, has no subject of its own and says the opposite. Then only a reader of the whole can
tell which of the two holds: the claim is neither supported nor contradicted.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from monshin_factcheck.core.cues.afterthoughts import is_of_a_start
from monshin_factcheck.core.cues.corrections import corrections
from monshin_factcheck.core.cues.governing_words import names_a_case
from monshin_factcheck.core.cues.opposites import clash
from monshin_factcheck.core.cues.polarity import Stance as Polarity
from monshin_factcheck.core.cues.polarity import do_conflict, find_cues
from monshin_factcheck.core.cues.polarity import stance as polarity
from monshin_factcheck.core.evidence import Passage
from monshin_factcheck.core.judge import ConditionKind, Finding, Opinion, Stance
from monshin_factcheck.core.quantities.comparators import Comparator
from monshin_factcheck.core.quantities.quantity import Quantity
from monshin_factcheck.core.rules.alignment import MATCHED, similarity
from monshin_factcheck.core.rules.conditional import Read
from monshin_factcheck.core.rules.conditions import conditions, stretch
from monshin_factcheck.core.rules.findings import FindingKind
from monshin_factcheck.core.rules.other_drug import is_of_another_drug
from monshin_factcheck.core.rules.qualifiers import qualifiers
from monshin_factcheck.core.rules.segments import is_given
from monshin_factcheck.core.rules.statement import Statement, Unit
from monshin_factcheck.core.rules.subjects import ALIKE
from monshin_factcheck.core.text.language import Language
from monshin_factcheck.core.text.normalise import normalise
from monshin_factcheck.core.text.sentences import SENTENCE_MARKS
from monshin_factcheck.core.text.spans import Span
from monshin_factcheck.core.text.words import Kind

# A longer sentence has more to say than that the one before is otherwise; code points.
_SHORT, _LONGEST = 40, 120
# So many of its last words say what it says.
_LAST = 2
_TOPICS = frozenset({"は", "も", "が", "を"})
_QUOTES = ("", "と")
_SIGNS = " \u3000・-–*•※→⇒。．.「」"
_FORBIDS = (Polarity.FORBIDDEN, Polarity.DENIED)
_LETS = (Polarity.AFFIRMED, Polarity.ALLOWED, Polarity.OBLIGED)
_PRESENT = re.compile(r"(?:あり|ある|有り|認め(?:る|た)|みられ(?:る|た)|\b(?:present|found|seen))[。.]?$")
_SIDES = (("左", "右"), ("右", "左"))
# In front of what an English sentence speaks of beside its subject.
_WITH = re.compile(
    r"\b(?:with|without|in|for|by|at|on|to|from|during|before|after|of) (?:(?:the|an?|any|this) )?$", re.I
)
# 投与してはならない, 陽性ではない.
_IN_A_VERB = re.compile(r"て$")
_COUNT = "count:回/time"


def corrected(claim: Statement, opinion: Opinion, read: Read) -> Opinion:
    """The opinion, which is only related where the sentence behind its passage takes the claim back."""
    if opinion.stance not in (Stance.SUPPORTS, Stance.SUPPORTS_IF):
        return opinion
    if not takes_back(claim, opinion.passage, read):
        return opinion
    found = Finding(FindingKind.RETRACTION.value, "rules", Span(0, len(claim.text.original)), opinion.passage.span)
    return replace(opinion, stance=Stance.RELATED, is_overruled=True, findings=(*opinion.findings, found))


def takes_back(claim: Statement, passage: Passage, read: Read) -> bool:
    """Whether the sentence behind a passage that says a claim takes it back."""
    table, said = corrections(), normalise(passage.after).text.strip(_SIGNS)
    if not said or len(said) > _LONGEST:
        return False
    if table.points.search(said) is not None or table.points.search(table.rest(said)) is not None:
        return True
    evidence, whole, rest = read(passage.text), read(said), read(table.rest(said) or said)
    if _shows_one(claim, whole):
        return True
    if is_of_another_drug(whole, whole.units, evidence.units) or _has_a_case(rest, evidence):
        return False
    if _has_a_subject(rest, evidence):
        return False
    if _is_replaced(claim, evidence, whole):
        return True
    is_heading = passage.after.rstrip()[-1:] not in SENTENCE_MARKS and _names_a_case(whole)
    if table.warns.search(said) is not None or is_heading:
        return False
    if table.doubts.search(rest.text.text) is not None:
        return True
    is_plain = (
        len(rest.text.text) <= _SHORT and table.later.search(said) is None and not _tells_more(claim, rest, evidence)
    )
    return is_plain and (_turns(claim, rest) or _clashes(claim, rest))


def _has_a_case(after: Statement, evidence: Statement) -> bool:
    """Whether it says of whom, of what or of which value it holds, and the sentence before does not."""
    text = after.text.text
    found = [unit for one in conditions(after) if one.kind is not ConditionKind.TIME for unit in one.telling]
    found += [unit for unit in after.units if corrections().whose.match(text, unit.span.end) is not None]
    return any(not _is_there(unit, evidence) for unit in found)


def _names_a_case(line: Statement) -> bool:
    return names_a_case(line.text.text) or stretch(line, Span(0, len(line.text.text))).names_people


def _has_a_subject(after: Statement, evidence: Statement) -> bool:
    """Whether it speaks of something that the sentence before does not name, as no order and no result is."""
    table, text = corrections(), after.text.text
    if after.language is Language.ENGLISH:
        is_named = bool(after.units) and _is_there(after.units[0], evidence)
        points = table.pronouns.match(text) is not None
        return not (is_named or points or any(one.search(text) for one in (table.replaces, table.renews, table.limits)))
    start = 0
    for word in after.words:
        is_topic = word.kind is Kind.PARTICLE and word.surface in _TOPICS
        if not is_topic or _IN_A_VERB.search(text[: word.span.start]) or text.startswith("な", word.span.end):
            continue
        topic = text[start : word.span.start].rpartition("、")[2]
        start = word.span.end
        is_number = any(one.span.start < word.span.start <= one.span.end for one in after.quantities)
        if is_number or any(
            one.search(f"{topic}は") is not None for one in (table.topics, table.replaces, table.renews, table.limits)
        ):
            continue
        unit = next((unit for unit in after.units if unit.span.end == word.span.start), None)
        if unit is None or not _is_there(unit, evidence):
            return True
    return False


def _tells_more(claim: Statement, after: Statement, evidence: Statement) -> bool:
    """Whether it has words or numbers, other than its last ones, that the sentence before has not."""
    known = {one.key for one in evidence.quantities}
    # How often something is done shows that it is.
    is_denied = _stance(claim) is Polarity.DENIED
    if any(one.key not in known for one in after.quantities if one.dimension and not is_denied):
        return True
    if after.language is Language.ENGLISH:
        text = after.text.text
        return any(
            _WITH.search(text[: unit.span.start]) is not None and not _is_there(unit, evidence) for unit in after.units
        )
    return any(
        not _is_there(unit, evidence) and (unit.particle not in _QUOTES or at < len(after.units) - _LAST)
        for at, unit in enumerate(after.units)
    )


def _is_there(unit: Unit, there: Statement) -> bool:
    return any(similarity(unit, other) >= ALIKE for other in there.units)


def _is_replaced(claim: Statement, evidence: Statement, after: Statement) -> bool:
    """Whether it tells another amount of an order, a label or a second look, or a highest one that the claim passes."""
    table, text = corrections(), after.text.text
    mine = [one for one in claim.quantities if _is_value(one)]
    theirs = [one for one in after.quantities if _is_value(one)]
    if table.limits.search(text) is not None:
        return any(_passes(claim, bound) for bound in theirs)
    is_new = table.renews.search(text) is not None and not is_of_a_start(evidence.text.text)
    if not (is_new or table.replaces.search(text)) or _poles(after) - _poles(evidence):
        return False
    known = {one.key for one in (*mine, *evidence.quantities)}
    daily = _daily(claim)
    return any(
        _measure(one) == _measure(other) and one.analyte in ("", other.analyte)
        for one in theirs
        for other in mine
        if one.key not in known and (daily is None or one.interval.low != daily or not one.dimension.endswith("/time"))
    )


def _is_value(number: Quantity) -> bool:
    return is_given(number) or bool(number.analyte) or "/" in number.dimension or number.dimension == "share"


def _measure(number: Quantity) -> str:
    """What is measured, of a dose per day or at once: 3 mg takes the place of 5 mg/日."""
    return number.dimension.partition("/")[0] if is_given(number) else number.dimension


def _poles(statement: Statement) -> frozenset[tuple[str, int]]:
    text = statement.text.text
    return frozenset((one.axis, one.pole) for one in qualifiers(text, Span(0, len(text))) if one.limits)


def _passes(claim: Statement, bound: Quantity) -> bool:
    """Whether the claim's amount, or that of a day, is above a bound."""
    most = bound.interval.high if bound.interval.high is not None else bound.interval.low
    if most is None or bound.comparator in (Comparator.AT_LEAST, Comparator.MORE_THAN):
        return False
    same = [one.interval.low for one in claim.quantities if one.dimension == bound.dimension]
    daily = _daily(claim) if bound.dimension.endswith("/time") else None
    return any(value is not None and value > most for value in (*same, daily))


def _daily(claim: Statement) -> Fraction | None:
    """What is given in a day, as amount by times."""
    amounts = [one.interval.low for one in claim.quantities if is_given(one) and "/" not in one.dimension]
    times = [one.interval.low for one in claim.quantities if one.dimension == _COUNT]
    if len(amounts) != 1 or len(times) != 1 or amounts[0] is None or times[0] is None:
        return None
    return amounts[0] * times[0]


def _shows_one(claim: Statement, after: Statement) -> bool:
    """Whether there is one of what the claim says that there is none: 蕁麻疹の既往あり behind アレルギーはない."""
    if claim.clauses[-1].stance is not Polarity.DENIED and not _denies(claim):
        return False
    if _denies(after) or corrections().warns.search(after.text.text) is not None:
        return False
    text, said = claim.text.text, after.text.text
    return any(
        one.of.search(text) is not None and one.signs.search(said) is not None for one in corrections().instances
    )


def _denies(statement: Statement) -> bool:
    cues = find_cues(statement.text.text, statement.language)
    return polarity(cues, statement.language) in _FORBIDS


def _turns(claim: Statement, after: Statement) -> bool:
    """Whether it says no of what the claim does, allows or forbids, or yes of what it denies."""
    mine, theirs = _stance(claim), _stance(after)
    if not do_conflict(mine, theirs):
        return False
    if not after.units or (theirs is Polarity.FORBIDDEN and mine in _LETS):
        return True
    if any(similarity(one, other) >= MATCHED for one in _telling(claim) for other in _telling(after)):
        return True
    is_bare = len(after.units) == 1 and _PRESENT.search(after.text.text) is not None
    return theirs is Polarity.AFFIRMED and is_bare


def _stance(statement: Statement) -> Polarity:
    """Of the last clause, with all its cues."""
    return polarity(statement.clauses[-1].cues, statement.language)


def _clashes(claim: Statement, after: Statement) -> bool:
    """Whether its last words exclude words of the claim: 左腎である behind 右腎を摘出した."""
    return any(
        clash(one.opposable, other.opposable) is not None or _are_opposite(one, other)
        for other in _telling(after)
        for one in claim.units
        if not any(similarity(other, mine) >= ALIKE for mine in claim.units)
    )


def _are_opposite(one: Unit, other: Unit) -> bool:
    """Of two results; and of 左膝 and 右, which are of two lengths."""
    pairs = corrections().opposites
    if (one.key, other.key) in pairs or (other.key, one.key) in pairs:
        return True
    return len(other.key) == 1 and (one.key[:1], other.key) in _SIDES


def _telling(after: Statement) -> Sequence[Unit]:
    return after.units[-_LAST:] if after.language is Language.JAPANESE else after.units
