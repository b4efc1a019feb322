"""What the rules saw in one sentence, told in full: for explanations, not for verdicts."""

from collections.abc import Sequence
from dataclasses import dataclass

from monshin_factcheck.core.evidence import Passage
from monshin_factcheck.core.rules.afterwards import takes_back
from monshin_factcheck.core.rules.alignment import MATCHED, Alignment, align, similarity
from monshin_factcheck.core.rules.conditional import Conditional, conditional
from monshin_factcheck.core.rules.findings import FindingKind, RuleFinding
from monshin_factcheck.core.rules.judge import ALWAYS, TURNS, Thresholds, findings
from monshin_factcheck.core.rules.other_case import other_cases, parted
from monshin_factcheck.core.rules.otherwise import said_otherwise
from monshin_factcheck.core.rules.statement import Clause, Reader, Statement
from monshin_factcheck.core.rules.subjects import subjects
from monshin_factcheck.core.rules.surroundings import beside, says_the_same_of, surroundings
from monshin_factcheck.core.rules.verbatim import says_the_same
from monshin_factcheck.core.text.spans import Span

# A condition of which less than half of the words stand on the other side is not there.
_CONDITION_THERE = 0.5
_MOST_WORDS = 5


@dataclass(frozen=True, slots=True)
class Noticed:
    """A finding with its words on both sides. needed: the strength from which on a conflict counts; 0 for others."""

    kind: FindingKind
    claim: Span
    claim_text: str
    evidence_text: str
    strength: float
    needed: float

    @property
    def counts(self) -> bool:
        """Whether it is a conflict, and sure enough."""
        return self.kind.is_conflict and self.strength >= self.needed


@dataclass(frozen=True, slots=True)
class RuleAccount:
    """One passage. coverage, topic_coverage: what decides on a conflict, so without the words that clash, in [0, 1].

    is_verbatim: also where the claim is a case of the sentence's condition. relevance: coverage with all words.
    is_cancelled: two turns at once, which say the same again.
    conditions_left_out: of the sentence and of headings over it, not in the claim. conditions_unconfirmed: of the
    claim, not in the sentence.
    words_unconfirmed: content words of the claim that neither the sentence nor its context holds, the weightiest first.
    """

    passage: Passage
    is_verbatim: bool
    relevance: float
    coverage: float
    topic_coverage: float
    noticed: tuple[Noticed, ...]
    is_cancelled: bool
    conditions_left_out: tuple[str, ...]
    conditions_unconfirmed: tuple[str, ...]
    words_unconfirmed: tuple[str, ...]


def account(reader: Reader, claim: str, passage: Passage, limits: Thresholds) -> RuleAccount:
    """Reads both once more; what it measures is what the rules judge by."""
    mine, theirs = reader.read(claim), reader.read(passage.text)
    title, before = (reader.read(text) if text else None for text in (passage.title, passage.before))
    context = [one for one in (title, before) if one is not None]
    around = subjects(mine, title, before)
    alignment = align(mine, theirs, context)
    setting = surroundings(mine, theirs, passage, reader.read)
    own, before_it, behind = (
        [parted(reader.read(text)) for text in texts]
        for texts in (
            [passage.text], beside(passage, (passage.title, passage.before)), beside(passage, (passage.after,)),
        )
    )  # fmt: skip
    elsewhere = [*other_cases(parted(mine), own[0], before_it, behind), *said_otherwise(alignment)]
    every = (*findings(alignment), *elsewhere, *setting.findings)
    noticed = tuple(_noticed(rule, claim, passage.text, limits) for rule in every if rule.strength > 0)
    counting = {one.kind for one in noticed if one.counts}
    rest = alignment.without([one.claim for one in noticed if one.kind in counting])
    turns = sum(bool(counting & turn) for turn in TURNS)
    is_same = not elsewhere and (
        says_the_same(mine, theirs, around) or says_the_same_of(setting, mine, theirs, around, reader.read)
    )
    case = Conditional() if is_same or elsewhere else conditional(alignment, around, reader.read)
    is_told = is_same or case.is_satisfied or bool(case.left_out)
    is_taken_back = is_told and takes_back(mine, passage, reader.read)
    if is_taken_back:
        every_span = Span(0, len(claim)), Span(0, len(passage.text))
        back = RuleFinding(FindingKind.RETRACTION, *every_span, 1.0)
        noticed = (*noticed, _noticed(back, claim, passage.text, limits))
    governing = tuple(condition.text for condition in setting.left_out)
    left_out = tuple(theirs.text.to_original(stretch.span).of(passage.text).strip() for stretch in case.left_out)
    return RuleAccount(
        passage=passage,
        is_verbatim=(is_same or case.is_satisfied) and not (governing or setting.is_other or is_taken_back),
        relevance=alignment.coverage,
        coverage=rest.coverage,
        topic_coverage=rest.topic_coverage,
        noticed=noticed,
        is_cancelled=turns > 0 and turns % 2 == 0 and not counting & ALWAYS,
        conditions_left_out=(*governing, *left_out) or _conditions_missing(theirs, [mine], passage.text),
        conditions_unconfirmed=_conditions_missing(mine, [theirs, *context], claim),
        words_unconfirmed=_words_missing(alignment, claim),
    )


def _noticed(rule: RuleFinding, claim: str, passage: str, limits: Thresholds) -> Noticed:
    needed = limits.strengths.get(rule.kind, 0.0)
    return Noticed(rule.kind, rule.claim, rule.claim.of(claim), rule.evidence.of(passage), rule.strength, needed)


def _conditions_missing(statement: Statement, others: Sequence[Statement], text: str) -> tuple[str, ...]:
    return tuple(
        statement.text.to_original(clause.span).of(text).strip()
        for index, clause in enumerate(statement.clauses)
        if clause.is_condition and _share_found(statement, index, others) < _CONDITION_THERE
        and not _holds_the_rest(statement, clause)
    )  # fmt: skip


def _share_found(statement: Statement, clause: int, others: Sequence[Statement]) -> float:
    units = [unit for unit in statement.units if unit.clause == clause]
    total = sum(unit.weight for unit in units)
    if not total:
        return 1.0
    there = [other for one in others for other in one.units]
    found = (unit.weight for unit in units if any(similarity(unit, other) >= MATCHED for other in there))
    return sum(found) / total


def _holds_the_rest(statement: Statement, clause: Clause) -> bool:
    """A sentence of one clause is no condition of something else: 患者では血圧を測る."""
    return len(statement.clauses) == 1 or clause is statement.clauses[-1]


def _words_missing(alignment: Alignment, claim: str) -> tuple[str, ...]:
    missing = [unit for unit, match in zip(alignment.claim.units, alignment.matches, strict=True) if match is None]
    missing.sort(key=lambda unit: -unit.weight)
    spans = sorted(alignment.claim.text.to_original(unit.span) for unit in missing[:_MOST_WORDS])
    return tuple(span.of(claim) for span in spans)
