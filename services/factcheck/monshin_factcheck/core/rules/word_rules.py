"""Words of a claim that exclude words of a sentence: direction, side, route, and yes against no."""

import re

from monshin_factcheck.core.cues.opposites import clash
from monshin_factcheck.core.cues.polarity import Stance, do_conflict, stance
from monshin_factcheck.core.rules.alignment import MATCHED, Alignment, similarity
from monshin_factcheck.core.rules.findings import FindingKind, RuleFinding
from monshin_factcheck.core.rules.openers import is_phrase, opens_the_next
from monshin_factcheck.core.rules.places import has_word_in_its_place
from monshin_factcheck.core.rules.statement import Clause, Statement, Unit
from monshin_factcheck.core.text.language import Language
from monshin_factcheck.core.text.spans import Span
from monshin_factcheck.core.text.words import Kind

_NEIGHBOURS = 2
# Predicates that a bare cue implies: 妊婦には禁忌 is 妊婦には投与しない.
_GIVING = frozenset(
    {
        "投与",
        "経口投与",
        "行う",
        "静脈内注射",
        "点滴静注",
        "持続静注",
        "急速静注",
        "ワンショット静注",
        "筋肉内注射",
        "皮下注射",
        "持続皮下注射",
        "皮内注射",
        "髄腔内注射",
        "動脈内注射",
        "接種",
        "use",
        "give",
        "administer",
    }
)  # fmt: skip


def opposite_findings(alignment: Alignment) -> list[RuleFinding]:
    """A word and its opposite in the same place: beside the same words, or in a sentence that says all the rest."""
    claim, evidence = alignment.claim, alignment.evidence
    findings: list[RuleFinding] = []
    for index, unit in enumerate(claim.units):
        clashes = [
            (_neighbourhood(alignment, index, other), other, kind)
            for other, theirs in enumerate(evidence.units)
            if (kind := clash(unit.opposable, theirs.opposable)) is not None
            and not (kind == FindingKind.ROUTE_CONFLICT.value and _is_case(claim, unit) != _is_case(evidence, theirs))
        ]
        if not clashes:
            continue
        same = [
            _neighbourhood(alignment, index, other)
            for other, theirs in enumerate(evidence.units)
            if similarity(unit, theirs) >= MATCHED
        ]
        near, other, kind = max(clashes)
        is_antonym = kind == FindingKind.ANTONYM_CONFLICT.value
        if same and (
            max(same) >= near or (is_antonym and has_word_in_its_place(alignment, unit, evidence.units[other]))
        ):
            continue
        findings.append(
            RuleFinding(
                FindingKind(kind),
                claim.text.to_original(unit.span),
                evidence.text.to_original(evidence.units[other].span),
                near,
            )
        )
    return findings


def polarity_findings(alignment: Alignment) -> list[RuleFinding]:
    """The claim's last predicate against the same predicate in the sentence: one says yes, the other no."""
    claim, evidence = alignment.claim, alignment.evidence
    mine = claim.clauses[-1]
    if _is_phrase(claim, len(claim.clauses) - 1):
        return []
    candidates = [
        (_clause_overlap(alignment, len(claim.clauses) - 1, index), index)
        for index, theirs in enumerate(evidence.clauses)
        if _is_same_predicate(claim, mine, evidence, theirs) and not _states_nothing(evidence, index)
    ]
    if not candidates:
        return []
    overlap, index = max(candidates)
    theirs = evidence.clauses[index]
    is_turned = do_conflict(mine.stance, theirs.stance) and do_conflict(
        _whole_stance(claim, mine), _whole_stance(evidence, theirs)
    )
    if overlap <= 0 or not is_turned:
        return []
    return [
        RuleFinding(
            FindingKind.POLARITY_CONFLICT,
            claim.text.to_original(_cue_span(claim, mine)),
            evidence.text.to_original(_cue_span(evidence, theirs)),
            overlap,
        )
    ]


def _is_same_predicate(claim: Statement, mine: Clause, evidence: Statement, theirs: Clause) -> bool:
    """Alike last words; or words of giving and taking, which 禁忌 and 不要 leave out."""
    if mine.head is None or theirs.head is None:
        return False
    one, other = claim.units[mine.head], evidence.units[theirs.head]
    if similarity(one, other) >= MATCHED:
        return True
    # `妊婦には禁忌` ends in whom it concerns: its predicate is what the other side names.
    return (one.key in _GIVING and bool(theirs.cues) and bool(other.particle)) or (
        other.key in _GIVING and bool(mine.cues) and bool(one.particle)
    )


def _states_nothing(statement: Statement, index: int) -> bool:
    """Whether a clause only names of what, or when, the rest of its sentence holds: 妊婦の場合、…は禁忌である."""
    clause = statement.clauses[index]
    if _is_phrase(statement, index):
        return True
    is_name = clause.head is not None and bool(statement.units[clause.head].particle)
    return (
        (clause.is_condition or clause.opens_the_next or is_name)
        and not clause.cues
        and index < len(statement.clauses) - 1
    )


def _is_phrase(statement: Statement, index: int) -> bool:
    """Whether a clause has no predicate of its own, also behind what it belongs to: …は禁忌である、特に妊婦には."""
    clause = statement.clauses[index]
    if statement.language is Language.ENGLISH:
        return is_phrase(clause.span.of(statement.text.text))
    words = [word for word in statement.words if word.span.is_inside(clause.span) and word.kind is not Kind.MARK]
    said = clause.span.of(statement.text.text).rstrip("。. は")
    return index > 0 and not clause.cues and opens_the_next(said, words, statement.language)


def _whole_stance(statement: Statement, clause: Clause) -> Stance:
    """With cues that begin in front of the last word: は避け of ワルファリンは避ける, as 避け of 妊娠中、避ける."""
    if clause.head is None or statement.language is Language.ENGLISH:
        return clause.stance
    start = statement.units[clause.head].span.start
    return stance(tuple(cue for cue in clause.cues if cue.span.end > start), statement.language)


def _is_case(statement: Statement, unit: Unit) -> bool:
    """Whether more is told of the word than that it is done: 急速静注では発作が起こるため is no order to inject."""
    return re.match("では(?!な)", statement.text.text[unit.span.end :]) is not None


def _neighbourhood(alignment: Alignment, index: int, other: int) -> float:
    """The share of the words beside a claim's word that stand beside the other word, too, in [0, 1]."""
    units, theirs = alignment.claim.units, alignment.evidence.units
    total = found = 0.0
    for distance in (-2, -1, 1, 2):
        at = index + distance
        if not 0 <= at < len(units):
            continue
        nearness = units[at].weight / abs(distance)
        total += nearness
        near = range(max(0, other - _NEIGHBOURS), min(len(theirs), other + _NEIGHBOURS + 1))
        best = max((similarity(units[at], theirs[place]) for place in near if place != other), default=0.0)
        found += nearness * best
    return found / total if total else 0.0


def _clause_overlap(alignment: Alignment, mine: int, theirs: int) -> float:
    """How much of a clause of the claim a clause of the sentence accounts for."""
    units = [index for index, unit in enumerate(alignment.claim.units) if unit.clause == mine]
    others = [unit for unit in alignment.evidence.units if unit.clause == theirs]
    if not units:
        return 0.0
    total = sum(alignment.claim.units[index].weight for index in units)
    found = 0.0
    for index in units:
        unit = alignment.claim.units[index]
        found += unit.weight * max((similarity(unit, other) for other in others), default=0.0)
    return found / total if total else 0.0


def _cue_span(statement: Statement, clause: Clause) -> Span:
    """The words that give the clause its stance; its last word where it simply affirms."""
    if clause.cues:
        return Span(clause.cues[0].span.start, clause.cues[-1].span.end)
    inside: list[Unit] = [unit for unit in statement.units if clause.span.start <= unit.span.start < clause.span.end]
    return inside[-1].span if inside else clause.span
