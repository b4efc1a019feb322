"""Another name in the place of the claim's: クラリスロマイシン for アジスロマイシン, 1型 for 2型.

It makes a sentence no contradiction, for what is said of one drug may well hold for another; but it cannot support.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache

from monshin_factcheck.core import cues
from monshin_factcheck.core.aliases.table import builtin_section, katakana_drug, may_abbreviate
from monshin_factcheck.core.quantities.compare import are_comparable
from monshin_factcheck.core.rules.alignment import Alignment, similarity
from monshin_factcheck.core.rules.findings import FindingKind, RuleFinding
from monshin_factcheck.core.rules.statement import Statement, Unit
from monshin_factcheck.core.rules.subjects import ALIKE
from monshin_factcheck.core.tables import read_table
from monshin_factcheck.core.text.language import Language
from monshin_factcheck.core.text.spans import Span

# The rest of the claim must stand there to this share, weighted; else the sentence speaks of something else anyway.
ALIKE_BUT_FOR_NAMES = 0.7
_DRUGS, _DISEASES = "drugs", "diseases"
_DRUG_LIKE = re.compile(
    r"(?:cin|illin|azole|olol|pril|sartan|statin|mab|nib|pam|lam|pine|dine|zine|cycline|vir|arin|xaban|gatran|grel"
    r"|formin|gliptin|flozin|tide|sone|lone|profen|caine|setron|triptan|afil|phylline|thiazide|semide|barbital|toin"
    r"|phine|codone|amine|erol|aspirin|insulin)$"
)
# A name with a letter or number in it, such as 2型, 第VIII因子, factor IX, CYP3A4, IgA, β1受容体, ビタミンB12, stage 3.
_LABEL = r"(?:\d{1,2}|[IVX]{1,4}a?|[A-Z]|[α-ω]\d?)"
_LABEL_BEHIND = r"(?:[0-9]{1,2}(?:[A-Z][0-9]{1,2})?|[IVX]{1,4}|[A-Z][0-9]{0,2})"
_GRADE = r"(?:[0-9]{1,2}[a-d]?|[IVX]{1,4}[a-d]?|[A-D])"


def name_findings(alignment: Alignment) -> list[RuleFinding]:
    """Names of the claim that the sentence lacks while another name of the same kind stands there, in sentences that
    are alike otherwise. strength: the share of the rest that the sentence accounts for.
    """
    claim, evidence = alignment.claim, alignment.evidence
    swapped = [*_other_names(claim, evidence), *_other_labels(claim, evidence)]
    if not swapped:
        return []
    spans = [(claim.text.to_original(mine), evidence.text.to_original(theirs)) for mine, theirs in swapped]
    rest = alignment.without([mine for mine, _ in spans]).coverage
    if rest < ALIKE_BUT_FOR_NAMES or not _has_more(alignment, [mine for mine, _ in swapped]):
        return []
    return [RuleFinding(FindingKind.NAME_SWAP, mine, theirs, rest) for mine, theirs in spans]


def is_of_a_name(alignment: Alignment, rule: RuleFinding) -> bool:
    """Whether the number of a finding is one that makes a name: 1型 against 2型 is another name, and no wrong number.

    `stage 3 or higher` and `level 3 mEq/L` are numbers: they end behind the name.
    """
    sides = (alignment.claim, rule.claim), (alignment.evidence, rule.evidence)
    return any(
        label.start < number.end <= label.end
        for statement, number in sides
        for label in (statement.text.to_original(span) for _, _, span in _every_label(statement))
    )


def names_another(alignment: Alignment) -> bool:
    """Whether a name of the claim is lacking and another of its kind stands there, however unlike the rest is."""
    claim, evidence = alignment.claim, alignment.evidence
    return next(_other_names(claim, evidence), None) is not None or any(True for _ in _other_labels(claim, evidence))


def _has_more(alignment: Alignment, names: Sequence[Span]) -> bool:
    """Whether the claim has other words, or else a number of a kind that the sentence has as well."""
    claim, evidence = alignment.claim, alignment.evidence
    if any(not any(unit.span.overlaps(span) for span in names) for unit in claim.units):
        return True
    return any(are_comparable(mine, theirs) for mine in claim.quantities for theirs in evidence.quantities)


def _other_names(claim: Statement, evidence: Statement) -> Iterator[tuple[Span, Span]]:
    mine, theirs = _names(claim), _names(evidence)
    # A name that both sides have is nobody's other name.
    free = [(unit, kind) for unit, kind in theirs if not any(_is_same(unit, other) for other in claim.units)]
    for unit, kind in mine:
        if any(_is_same(unit, other) for other in evidence.units):
            continue
        other = next((other for other, its_kind in free if its_kind == kind), None)
        if other is not None:
            yield unit.span, other.span


def _names(statement: Statement) -> list[tuple[Unit, str]]:
    return [(unit, kind) for unit in statement.units if (kind := kind_of_name(statement, unit))]


def kind_of_name(statement: Statement, unit: Unit) -> str:
    """`drugs`, `diseases`, or empty for what is no name, as far as tables and spelling tell."""
    section = builtin_section(unit.key)
    if section:
        return section if section in (_DRUGS, _DISEASES) else ""
    surface = unit.span.of(statement.text.text)
    if statement.language is Language.ENGLISH:
        is_proper = surface[:1].isupper() and unit.span.start > 0 and not surface.isupper()
        return _DRUGS if is_proper or _DRUG_LIKE.search(surface.lower()) else ""
    return _DRUGS if katakana_drug(surface) == surface else ""


def _is_same(one: Unit, other: Unit) -> bool:
    """Alike, or a longer form that begins with it; メチルプレドニゾロン is not プレドニゾロン.

    MI may be 心筋梗塞: whether it is, a judge that reads may say.
    """
    if similarity(one, other) >= ALIKE or may_abbreviate(one.key, other.key):
        return True
    shorter, longer = sorted((one.key, other.key), key=len)
    return len(shorter) >= 2 and longer.startswith(shorter)


def _other_labels(claim: Statement, evidence: Statement) -> Iterator[tuple[Span, Span]]:
    mine, theirs = _labels(claim), _labels(evidence)
    for stem, own in mine.items():
        others = theirs.get(stem, {})
        free = [span for label, span in others.items() if label not in own]
        lacking = [span for label, span in own.items() if label not in others]
        if free and lacking:
            yield lacking[0], free[0]


def _labels(statement: Statement) -> dict[str, dict[str, Span]]:
    """Stem → label → where it stands first."""
    found: dict[str, dict[str, Span]] = defaultdict(dict)
    for stem, label, span in _every_label(statement):
        found[stem].setdefault(label, span)
    return found


def _every_label(statement: Statement) -> Iterator[tuple[str, str, Span]]:
    """Stems, labels and where both stand."""
    for pattern in _labelled():
        for match in pattern.finditer(statement.text.text):
            yield match["stem"].lower(), match["label"].upper(), Span(match.start(), match.end())


@cache
def _labelled() -> tuple[re.Pattern[str], ...]:
    source = read_table(cues, "labels.yaml")
    behind, before, grades = source["behind"], source["before"], source["grades"]
    return (
        re.compile(rf"(?<![A-Za-z0-9.])(?P<label>{_LABEL})(?P<stem>{behind})"),
        re.compile(rf"(?P<stem>{before})[ -]?(?P<label>{_LABEL_BEHIND})(?![A-Za-z0-9])", re.IGNORECASE),
        re.compile(rf"(?P<stem>(?i:{grades}))[ -]?(?P<label>{_GRADE})(?![A-Za-z0-9])"),
    )
