"""The rules as a judge: verbatim support, named conflicts, and otherwise no opinion."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from monshin_factcheck.core.aliases.table import AliasTable
from monshin_factcheck.core.evidence import Passage, Probabilities
from monshin_factcheck.core.judge import Finding, Opinion, Stance
from monshin_factcheck.core.rules.afterwards import corrected
from monshin_factcheck.core.rules.alignment import Alignment, align
from monshin_factcheck.core.rules.conditional import Conditional, conditional, told
from monshin_factcheck.core.rules.doses import tells_dose
from monshin_factcheck.core.rules.elsewhere import disputed
from monshin_factcheck.core.rules.findings import NUMBER_CONFLICTS, FindingKind, RuleFinding
from monshin_factcheck.core.rules.loose_numbers import unconfirmed_numbers
from monshin_factcheck.core.rules.name_rules import is_of_a_name, name_findings, names_another
from monshin_factcheck.core.rules.order_rules import compare_orders
from monshin_factcheck.core.rules.other_case import Parted, left_out_qualifiers, other_cases, parted
from monshin_factcheck.core.rules.otherwise import said_otherwise
from monshin_factcheck.core.rules.probability import estimate, leaning_to_contradicted, verbatim
from monshin_factcheck.core.rules.quantity_rules import pair_quantities, quantity_findings
from monshin_factcheck.core.rules.statement import Reader, Statement
from monshin_factcheck.core.rules.subjects import subjects
from monshin_factcheck.core.rules.surroundings import Surroundings, beside, says_the_same_of, surroundings
from monshin_factcheck.core.rules.verbatim import says_the_same
from monshin_factcheck.core.rules.word_rules import opposite_findings, polarity_findings
from monshin_factcheck.core.text.spans import Span

NAME = "rules"
# So many sentences on either side may name the case of which a claim says it.
_NEAR = 3


def _default_strengths() -> Mapping[FindingKind, float]:
    return MappingProxyType(
        {
            FindingKind.QUANTITY_CONFLICT: 0.6,
            FindingKind.UNIT_CONFLICT: 0.6,
            FindingKind.COMPARATOR_CONFLICT: 0.5,
            FindingKind.POLARITY_CONFLICT: 0.4,
            FindingKind.ANTONYM_CONFLICT: 0.6,
            FindingKind.LATERALITY_CONFLICT: 0.4,
            FindingKind.ORDER_CONFLICT: 0.6,
            FindingKind.ROUTE_CONFLICT: 0.4,
        }
    )


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where opinions begin; set on training items that no figure is reported on (README, "Rules")."""

    # Below: the passage does not speak of the claim's subject.
    related: float = 0.45
    # A conflict counts only where the sentence accounts for this much of the claim and of its subject.
    conflict_coverage: float = 0.62
    conflict_topic: float = 0.7
    # How sure a conflict must be that both sides speak of the same thing.
    strengths: Mapping[FindingKind, float] = field(default_factory=_default_strengths)


# Two turns at once say the same again: 低下しない against 上昇する. Whether they do, only a reader can tell.
TURNS = (
    frozenset({FindingKind.POLARITY_CONFLICT}),
    frozenset({FindingKind.ANTONYM_CONFLICT, FindingKind.ORDER_CONFLICT}),
    NUMBER_CONFLICTS,
)
ALWAYS = frozenset({FindingKind.LATERALITY_CONFLICT, FindingKind.ROUTE_CONFLICT})


class RulesJudge:
    """Rules over normal forms, quantities and cues. They explain and veto; they support near-verbatim claims only."""

    def __init__(self, reader: Reader, thresholds: Thresholds | None = None) -> None:
        self._reader = reader
        self._thresholds = thresholds if thresholds is not None else Thresholds()

    @property
    def name(self) -> str:
        """`rules`."""
        return NAME

    def knowing(self, aliases: AliasTable) -> "RulesJudge":
        """The same rules with one more table of names."""
        return RulesJudge(self._reader.knowing(aliases), self._thresholds)

    def judge(self, claim: str, passages: Sequence[Passage]) -> list[Opinion]:
        """One opinion a passage, in their order."""
        read = _Memory(self._reader)
        statement = read(claim)
        near = [_around(passage, passages) for passage in passages]
        opinions = [
            corrected(statement, self._opinion(statement, *one, read), read) for one in zip(passages, near, strict=True)
        ]
        return disputed(statement, [_beside_its_like(opinion, opinions) for opinion in opinions], read)

    def _opinion(
        self, claim: Statement, passage: Passage, near: tuple[Sequence[str], Sequence[str]], read: "_Memory"
    ) -> Opinion:
        evidence = read(passage.text)
        title, before = (read(text) if text else None for text in (passage.title, passage.before))
        alignment = align(claim, evidence, [one for one in (title, before) if one is not None])
        around = subjects(claim, title, before)
        found = findings(alignment)
        setting = surroundings(claim, evidence, passage, read)
        parts = read.parted(passage.text)
        in_front, behind = ([read.parted(text) for text in side] for side in near)
        elsewhere = [
            *other_cases(read.parted(claim.text.original), parts, in_front, behind), *said_otherwise(alignment, before),
        ]  # fmt: skip
        same = not elsewhere and (
            says_the_same(claim, evidence, around) or says_the_same_of(setting, claim, evidence, around, read)
        )
        case = Conditional() if same or elsewhere else conditional(alignment, around, read)
        if same or case.is_satisfied:
            stance = Stance.SUPPORTS
        else:
            stance = Stance.SUPPORTS_IF if case.left_out else self._stance(alignment, found)
        stance = governed(stance, setting)
        noticed = (*found, *elsewhere, *setting.findings)
        told_findings = tuple(_finding(rule, passage) for rule in noticed if rule.strength > 0)
        odds = _probabilities(alignment, found, stance)
        left_out = case.left_out or (*left_out_qualifiers(claim, parts), *case.unmentioned)
        left_out = () if stance is Stance.SUPPORTS else left_out
        return Opinion(
            passage, stance, alignment.coverage, odds, told_findings, _unconfirmed(alignment, found),
            (*setting.left_out, *(told(stretch, evidence, passage.span.start) for stretch in left_out)),
            tells_dose(claim),
        )  # fmt: skip

    def _stance(self, alignment: Alignment, found: Sequence[RuleFinding]) -> Stance:
        limits = self._thresholds
        kinds = {rule.kind for rule in found if rule.kind.is_conflict and rule.strength >= limits.strengths[rule.kind]}
        is_turned = sum(bool(kinds & turn) for turn in TURNS) % 2 == 1 or bool(kinds & ALWAYS)
        rest = alignment.without([rule.claim for rule in found if rule.kind in kinds])
        if is_turned and rest.coverage >= limits.conflict_coverage and rest.topic_coverage >= limits.conflict_topic:
            return Stance.CONTRADICTS
        return Stance.RELATED if alignment.coverage >= limits.related else Stance.UNRELATED


def _beside_its_like(opinion: Opinion, opinions: Sequence[Opinion]) -> Opinion:
    """Another number contradicts nothing where a sentence of the document that is as near has the claim's very numbers:
    維持量は5〜10 mg beside 最大量は10 mg. Of two active orders each counts for itself.
    """
    kinds = {kind for finding in opinion.findings if (kind := FindingKind(finding.kind)).is_conflict}
    if opinion.stance is not Stance.CONTRADICTS or opinion.passage.is_active_order or not kinds <= NUMBER_CONFLICTS:
        return opinion
    for one in opinions:
        is_as_near = one.passage.document == opinion.passage.document and one.relevance >= opinion.relevance
        if is_as_near and one.stance is Stance.RELATED and _has_the_numbers(one):
            return replace(opinion, stance=Stance.RELATED, probabilities=one.probabilities)
    return opinion


def _has_the_numbers(opinion: Opinion) -> bool:
    is_match = [finding.kind == FindingKind.QUANTITY_MATCH.value for finding in opinion.findings]
    return bool(is_match) and all(is_match) and not opinion.unconfirmed


def governed(stance: Stance, setting: Surroundings) -> Stance:
    """A stance of the sentence alone, under what governs it: of a case that the claim does not name it supports only
    conditionally, and contradicts nothing.
    """
    if stance in (Stance.RELATED, Stance.UNRELATED) or not (setting.is_other or setting.left_out):
        return stance
    return Stance.RELATED if setting.is_other or stance is Stance.CONTRADICTS else Stance.SUPPORTS_IF


def findings(alignment: Alignment) -> list[RuleFinding]:
    """Everything that the rules notice about a claim and one sentence."""
    orders = compare_orders(alignment)
    return [
        *(
            rule
            for rule in quantity_findings(alignment, pair_quantities(alignment))
            if not (rule.kind.is_conflict and is_of_a_name(alignment, rule))
        ),
        *(rule for rule in opposite_findings(alignment) if not any(rule.claim.overlaps(cue) for cue in orders.agreed)),
        *polarity_findings(alignment),
        *orders.conflicts,
        *name_findings(alignment),
    ]


class _Memory:
    """Sentences read for one claim: neighbours come up again and again, and nothing of them is kept afterwards."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._read: dict[str, Statement] = {}
        self._parted: dict[str, Parted] = {}

    def __call__(self, text: str) -> Statement:
        found = self._read.get(text)
        if found is None:
            found = self._read[text] = self._reader.read(text)
        return found

    def parted(self, text: str) -> Parted:
        """The same in its parts."""
        found = self._parted.get(text)
        if found is None:
            found = self._parted[text] = parted(self(text))
        return found


def _around(passage: Passage, passages: Sequence[Passage]) -> tuple[list[str], list[str]]:
    """What stands in front of a sentence, the title first, and behind it, as far as a case named there counts."""
    same = [one for one in passages if one.document == passage.document and one.part == passage.part]
    before = [one.text for one in same if one.span.end <= passage.span.start][-_NEAR:] or [passage.before]
    behind = [one.text for one in same if one.span.start >= passage.span.end][:_NEAR] or [passage.after]
    return beside(passage, (passage.title, *before)), beside(passage, behind)


def _probabilities(alignment: Alignment, found: Sequence[RuleFinding], stance: Stance) -> Probabilities:
    if stance is Stance.SUPPORTS:
        return verbatim()
    estimated = estimate(alignment, found)
    return leaning_to_contradicted(estimated) if stance is Stance.CONTRADICTS else estimated


def _unconfirmed(alignment: Alignment, found: Sequence[RuleFinding]) -> frozenset[Span]:
    """Quantities and loose numbers of the claim that the sentence does not say, all quantities where it speaks of
    another drug.
    """
    claim = alignment.claim
    every = frozenset(claim.text.to_original(quantity.span) for quantity in claim.quantities)
    loose = unconfirmed_numbers(claim, alignment.evidence)
    if names_another(alignment):
        return every | loose
    return (every - {rule.claim for rule in found if rule.confirms}) | loose


def _finding(rule: RuleFinding, passage: Passage) -> Finding:
    return Finding(rule.kind.value, NAME, rule.claim, rule.evidence.shifted(passage.span.start))
