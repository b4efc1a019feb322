"""What would change a verdict. Each change is made and judged anew by the rules; it is told if it turns the verdict."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from monshin_factcheck.core.decision import Verdict
from monshin_factcheck.core.evidence import Passage
from monshin_factcheck.core.rules.account import Noticed, RuleAccount
from monshin_factcheck.core.text.spans import Span

# The verdict of the rules on a claim and passages.
Judged = Callable[[str, Sequence[Passage]], Verdict]
# Conflicts that are tried one by one; a claim of many numbers would be judged for minutes.
_MOST_TRIED = 6


class ChangeKind(Enum):
    """The fixed words; README explains each."""

    EVIDENCE_WORDS = "evidence_words"
    EVIDENCE_CONDITION = "evidence_condition"
    WITHOUT_DOCUMENT = "without_document"
    ONE_MORE_DOCUMENT = "one_more_document"


@dataclass(frozen=True, slots=True)
class Change:
    """claim: as it was tried. was, becomes: the words replaced. verdict: of the rules, after it."""

    kind: ChangeKind
    verdict: Verdict
    claim: str
    was: str = ""
    becomes: str = ""
    document: str = ""


def changes(
    claim: str, verdict: Verdict, passages: Sequence[Passage], accounts: Sequence[RuleAccount], judged: Judged
) -> list[Change]:
    """Those that give a verdict other than `verdict`, and other than what the rules say of the claim as it is.

    accounts: of the passages that the verdict rests on, best first.
    """
    as_it_is = judged(claim, passages)

    def turns(change: Change) -> bool:
        return change.verdict not in (verdict, as_it_is)

    tried = [
        *_with_evidence_words(claim, passages, accounts, judged),
        *_with_conditions(claim, passages, accounts, judged),
        *(_without_document(claim, passages, accounts, judged) if verdict is as_it_is else ()),
        *_with_one_more_document(claim, passages, judged),
    ]
    return [change for change in tried if turns(change)]


def _with_evidence_words(
    claim: str, passages: Sequence[Passage], accounts: Sequence[RuleAccount], judged: Judged
) -> Iterator[Change]:
    for account in accounts:
        conflicts = [one for one in account.noticed if one.kind.is_conflict][:_MOST_TRIED]
        for one in conflicts:
            text = _replaced(claim, [one])
            verdict = judged(text, passages)
            yield Change(ChangeKind.EVIDENCE_WORDS, verdict, text, one.claim_text, one.evidence_text,
                         account.passage.document)  # fmt: skip
        apart = _not_overlapping(conflicts)
        if len(apart) > 1:
            text = _replaced(claim, apart)
            was = " / ".join(one.claim_text for one in apart)
            becomes = " / ".join(one.evidence_text for one in apart)
            verdict = judged(text, passages)
            yield Change(ChangeKind.EVIDENCE_WORDS, verdict, text, was, becomes, account.passage.document)


def _with_conditions(
    claim: str, passages: Sequence[Passage], accounts: Sequence[RuleAccount], judged: Judged
) -> Iterator[Change]:
    for account in accounts[:1]:
        for condition in account.conditions_left_out:
            text = f"{condition} {claim}" if condition.isascii() else condition + claim
            verdict = judged(text, passages)
            yield Change(ChangeKind.EVIDENCE_CONDITION, verdict, text, becomes=condition,
                         document=account.passage.document)  # fmt: skip


def _without_document(
    claim: str, passages: Sequence[Passage], accounts: Sequence[RuleAccount], judged: Judged
) -> Iterator[Change]:
    for document in dict.fromkeys(account.passage.document for account in accounts):
        left = [passage for passage in passages if passage.document != document]
        yield Change(ChangeKind.WITHOUT_DOCUMENT, judged(claim, left), claim, document=document)


def _with_one_more_document(claim: str, passages: Sequence[Passage], judged: Judged) -> Iterator[Change]:
    saying_so = Passage(document="", span=Span(0, len(claim)), text=claim)
    yield Change(ChangeKind.ONE_MORE_DOCUMENT, judged(claim, [*passages, saying_so]), claim)


def _not_overlapping(conflicts: Sequence[Noticed]) -> list[Noticed]:
    kept: list[Noticed] = []
    for one in sorted(conflicts, key=lambda one: -one.strength):
        if not any(one.claim.overlaps(other.claim) for other in kept):
            kept.append(one)
    return kept


def _replaced(claim: str, conflicts: Sequence[Noticed]) -> str:
    for one in sorted(conflicts, key=lambda one: one.claim, reverse=True):
        claim = claim[: one.claim.start] + one.evidence_text + claim[one.claim.end :]
    return claim
