"""Why a claim has its verdict: fixed kinds with parameters, which clients translate."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from monshin_factcheck.core.alignment.guards import Obstacle
from monshin_factcheck.core.alignment.judge import NAME as ALIGNMENT
from monshin_factcheck.core.alignment.telling import Told
from monshin_factcheck.core.decision import AbstainReason, Decision, Verdict
from monshin_factcheck.core.document_account import Account
from monshin_factcheck.core.judge import Opinion
from monshin_factcheck.core.rules.account import Noticed, RuleAccount
from monshin_factcheck.core.rules.findings import FindingKind
from monshin_factcheck.core.rules.judge import NAME, Thresholds

_AGREEING = frozenset({FindingKind.QUANTITY_MATCH, FindingKind.QUANTITY_WITHIN})
# No conflicts of words, and yet what stands in the way.
_HINDERING = frozenset({FindingKind.NAME_SWAP, FindingKind.RETRACTION, FindingKind.OTHER_CASE})


class ReasonKind(Enum):
    """The fixed words; README explains each."""

    DECIDED_BY = "decided_by"
    SETTLED_BY = "settled_by"
    SAYS_THE_SAME = "says_the_same"
    AGREES = "agrees"
    CLASH = "clash"
    WEAK_CLASH = "weak_clash"
    TURNS_CANCEL = "turns_cancel"
    SOURCES_DISAGREE = "sources_disagree"
    MARGIN = "margin"
    QUANTITY_VETO = "quantity_veto"
    DOSE_VETO = "dose_veto"
    SUPERSEDED = "superseded"
    CONDITION_LEFT_OUT = "condition_left_out"
    CONDITION_UNCONFIRMED = "condition_unconfirmed"
    WORDS_UNCONFIRMED = "words_unconfirmed"
    UNIT_MATCHED = "unit_matched"
    UNIT_CLASHES = "unit_clashes"
    UNIT_MISSING = "unit_missing"
    UNIT_OBSTACLE = "unit_obstacle"
    TOO_FAR = "too_far"
    NOTHING_FOUND = "nothing_found"
    NOT_RUN = "not_run"
    LANGUAGE = "language"
    NOT_CHECKABLE = "not_checkable"


class Measure(Enum):
    """What a margin is of; in [0, 1]."""

    COVERAGE = "coverage"
    TOPIC_COVERAGE = "topic_coverage"
    STRENGTH = "strength"
    P_SUPPORTED = "p_supported"
    P_CONTRADICTED = "p_contradicted"


@dataclass(frozen=True, slots=True)
class Reason:
    """evidence: place in the decision's evidence, None where none is meant. value, threshold: for a measure."""

    kind: ReasonKind
    judge: str = ""
    evidence: int | None = None
    claim_text: str = ""
    evidence_text: str = ""
    finding: str = ""
    measure: Measure | None = None
    value: float = 0.0
    threshold: float = 0.0
    document: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """From where on verdicts are given. reading: least joint probabilities; None where no judge that reads ran."""

    rules: Thresholds
    reading: Mapping[Measure, float] | None = None


def reasons(
    claim: str, decision: Decision, accounts: Sequence[RuleAccount], opinions: Sequence[Opinion], limits: Limits
) -> list[Reason]:
    """The weightiest first. accounts: of the decision's evidence, in its order; opinions: on all passages found."""
    if decision.verdict is Verdict.NOT_CHECKABLE:
        is_language = decision.abstain_reason is AbstainReason.LANGUAGE
        return [Reason(ReasonKind.LANGUAGE if is_language else ReasonKind.NOT_CHECKABLE)]
    told = list(_told(claim, decision, accounts, opinions, limits))
    judges = ", ".join(decision.judges_run)
    return [Reason(ReasonKind.DECIDED_BY, judge=judges), *told] if judges else told


def _told(
    claim: str, decision: Decision, accounts: Sequence[RuleAccount], opinions: Sequence[Opinion], limits: Limits
) -> Iterator[Reason]:
    match decision.verdict:
        case Verdict.SUPPORTED:
            yield _settled(decision)
            yield from _agreement(accounts[0])
            yield from _margins(decision, limits, [Measure.P_SUPPORTED])
        case Verdict.CONTRADICTED:
            yield _settled(decision)
            yield from _clashes(0, accounts[0], limits)
            if limits.reading and decision.probabilities.contradicted >= limits.reading[Measure.P_CONTRADICTED]:
                # Else the rules contradict by themselves, and their probability is no joint one.
                yield from _margins(decision, limits, [Measure.P_CONTRADICTED])
        case Verdict.CONFLICTING:
            for place, opinion in enumerate(decision.evidence):
                yield Reason(ReasonKind.SOURCES_DISAGREE, evidence=place, document=opinion.passage.document)
            yield from _agreement(accounts[0])
            yield from _clashes(1, accounts[1], limits)
        case Verdict.CONDITIONAL:
            yield _settled(decision)
            for condition in decision.conditions:
                yield Reason(ReasonKind.CONDITION_LEFT_OUT, judge=NAME, evidence=0, evidence_text=condition.text)
            yield from _margins(decision, limits, [Measure.P_SUPPORTED])
        case _:
            yield from _abstained(claim, decision, accounts, opinions, limits)


def unit_reasons(place: int, told: Told) -> Iterator[Reason]:
    """What `alignment` makes of the claim's units in one piece of evidence: what is wrong before what is right."""
    for unit in told.clashed:
        yield Reason(
            ReasonKind.UNIT_CLASHES, judge=ALIGNMENT, evidence=place, claim_text=unit.claim_text,
            evidence_text=unit.evidence_text, finding=unit.finding,
        )  # fmt: skip
    for text in told.missing:
        yield Reason(ReasonKind.UNIT_MISSING, judge=ALIGNMENT, evidence=place, claim_text=text)
    for obstacle in sorted(set(told.obstacles) - {Obstacle.MISSING.value}):
        yield Reason(ReasonKind.UNIT_OBSTACLE, judge=ALIGNMENT, evidence=place, finding=obstacle)
    for unit in told.matched:
        yield Reason(
            ReasonKind.UNIT_MATCHED, judge=ALIGNMENT, evidence=place, claim_text=unit.claim_text,
            evidence_text=unit.evidence_text,
        )  # fmt: skip


def _settled(decision: Decision) -> Reason:
    return Reason(ReasonKind.SETTLED_BY, evidence=0, document=decision.evidence[0].passage.document)


def _agreement(account: RuleAccount) -> Iterator[Reason]:
    if account.is_verbatim:
        yield Reason(ReasonKind.SAYS_THE_SAME, judge=NAME, evidence=0, evidence_text=account.passage.text)
    for one in account.noticed:
        if one.kind in _AGREEING:
            yield _words(ReasonKind.AGREES, 0, one)


def _clashes(place: int, account: RuleAccount, limits: Limits) -> Iterator[Reason]:
    counting = [one for one in account.noticed if one.counts]
    for one in sorted(counting, key=lambda one: -one.strength):
        yield _words(ReasonKind.CLASH, place, one)
    if counting:
        yield _margin(place, Measure.COVERAGE, account.coverage, limits.rules.conflict_coverage)
        yield _margin(place, Measure.TOPIC_COVERAGE, account.topic_coverage, limits.rules.conflict_topic)


def _abstained(
    claim: str, decision: Decision, accounts: Sequence[RuleAccount], opinions: Sequence[Opinion], limits: Limits
) -> Iterator[Reason]:
    if decision.abstain_reason is AbstainReason.NOT_RUN:
        yield Reason(ReasonKind.NOT_RUN)
    if not accounts:
        yield Reason(ReasonKind.NOTHING_FOUND)
        return
    for place, account in enumerate(accounts):
        if account.passage.is_superseded:
            yield Reason(ReasonKind.SUPERSEDED, evidence=place, document=account.passage.document)
    nearest = accounts[0]
    if decision.abstain_reason is not AbstainReason.UNDECIDED:
        best = max(account.relevance for account in accounts)
        yield Reason(
            ReasonKind.TOO_FAR, judge=NAME, evidence=0, measure=Measure.COVERAGE, value=best,
            threshold=limits.rules.related, document=nearest.passage.document,
        )  # fmt: skip
    yield from _margins(decision, limits, [Measure.P_SUPPORTED, Measure.P_CONTRADICTED])
    for text in _vetoed(claim, nearest.passage.document, opinions):
        yield Reason(ReasonKind.QUANTITY_VETO, judge=NAME, evidence=0, claim_text=text)
    own = tuple(opinion for opinion in opinions if opinion.passage.document == nearest.passage.document)
    if limits.reading is not None and own and Account(own, ()).is_dose_in_other_words:
        yield Reason(ReasonKind.DOSE_VETO, judge=NAME, evidence=0)
    yield from _undecided(nearest, limits)


def _undecided(nearest: RuleAccount, limits: Limits) -> Iterator[Reason]:
    for one in nearest.noticed:
        if one.kind.is_conflict or one.kind in _HINDERING:
            is_sure = one.counts or one.kind in _HINDERING
            yield _words(ReasonKind.CLASH if is_sure else ReasonKind.WEAK_CLASH, 0, one)
    if nearest.is_cancelled:
        yield Reason(ReasonKind.TURNS_CANCEL, judge=NAME, evidence=0)
    elif any(one.counts for one in nearest.noticed):
        yield _margin(0, Measure.COVERAGE, nearest.coverage, limits.rules.conflict_coverage)
        yield _margin(0, Measure.TOPIC_COVERAGE, nearest.topic_coverage, limits.rules.conflict_topic)
    for text in nearest.conditions_left_out:
        yield Reason(ReasonKind.CONDITION_LEFT_OUT, judge=NAME, evidence=0, evidence_text=text)
    for text in nearest.conditions_unconfirmed:
        yield Reason(ReasonKind.CONDITION_UNCONFIRMED, judge=NAME, evidence=0, claim_text=text)
    for text in nearest.words_unconfirmed:
        yield Reason(ReasonKind.WORDS_UNCONFIRMED, judge=NAME, evidence=0, claim_text=text)


def _margins(decision: Decision, limits: Limits, measures: Sequence[Measure]) -> Iterator[Reason]:
    """Of the joint probabilities, where a reading judge took part."""
    if limits.reading is None:
        return
    found = {
        Measure.P_SUPPORTED: decision.probabilities.supported,
        Measure.P_CONTRADICTED: decision.probabilities.contradicted,
    }
    for measure in measures:
        yield Reason(
            ReasonKind.MARGIN, judge=", ".join(decision.judges_run), measure=measure, value=found[measure],
            threshold=limits.reading[measure],
        )  # fmt: skip


def _margin(place: int, measure: Measure, value: float, threshold: float) -> Reason:
    return Reason(ReasonKind.MARGIN, judge=NAME, evidence=place, measure=measure, value=value, threshold=threshold)


def _words(kind: ReasonKind, place: int, one: Noticed) -> Reason:
    is_measured = one.kind.is_conflict
    return Reason(
        kind, judge=NAME, evidence=place, claim_text=one.claim_text, evidence_text=one.evidence_text,
        finding=one.kind.value, measure=Measure.STRENGTH if is_measured else None,
        value=one.strength if is_measured else 0.0, threshold=one.needed if is_measured else 0.0,
    )  # fmt: skip


def _vetoed(claim: str, document: str, opinions: Sequence[Opinion]) -> list[str]:
    """The claim's quantities that no passage of a document confirms."""
    own = [opinion.unconfirmed for opinion in opinions if opinion.passage.document == document]
    return [span.of(claim) for span in sorted(frozenset.intersection(*own))] if own else []
