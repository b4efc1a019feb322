"""A verdict from several witnesses: rules, which see numbers and words, and judges that read (core/weighing.py).

Rules keep a veto: no claim is SUPPORTED with a quantity that the document does not confirm, nor against a conflict that
they name in its nearest sentences, nor with another side, route, order in time or name there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from monshin_factcheck.core.decision import (
    MAX_EVIDENCE,
    NEARLY_BEST,
    NOTHING_FOUND,
    AbstainReason,
    Decision,
    Saying,
    Verdict,
    decide,
)
from monshin_factcheck.core.document_account import Account, relevance_of
from monshin_factcheck.core.evidence import Probabilities, mean
from monshin_factcheck.core.judge import Condition, Opinion, Stance
from monshin_factcheck.core.orders import (
    is_against,
    is_disputed_dose,
    is_other_order,
    is_other_source,
    other_doses,
)
from monshin_factcheck.core.weighing import Weighing, weigh

_SUPPORTING = (Verdict.SUPPORTED, Verdict.CONDITIONAL)


def decide_by_all(
    accounts: Sequence[Account], weighing: Weighing, judges_run: tuple[str, ...], unread: Sequence[Opinion] = ()
) -> Decision:
    """The verdict of the reading that says most about the claim; two documents that disagree outright, or two active
    orders of a chart, are CONFLICTING. Of other readings of one document, which may tell of two days or cases, the best
    one counts, or where it settles nothing the next that supports.

    Support of the highest tier stands against the contradictions of its own tier and of higher ones; those of a lower
    tier are left aside, and a superseded document settles nothing. SUPPORTED becomes CONDITIONAL where the rules name a
    condition of its best passage that the claim leaves out. accounts: best reading first, each with sayings of the
    judges that `weighing` is for. unread: the rules' opinions on documents beyond these; they support nothing, and
    contradict as the rules say; a superseded one is only shown. Below the least probabilities, or under a veto:
    NOT_ENOUGH_EVIDENCE, or what the rules contradict by themselves where `weighing` keeps that.
    """
    if not accounts:
        return Decision(Verdict.NOT_ENOUGH_EVIDENCE, NOTHING_FOUND, (), AbstainReason.NO_EVIDENCE, judges_run)
    weighed = _one_a_source([_Weighed.of(account, weighing) for account in accounts])
    # A superseded document says nothing that counts, and one under a veto does not hide what another says.
    told = min(weighed, key=lambda one: (one.is_superseded, not one.settles, one.odds.neither))
    against: Sequence[_Against] = ()
    every: Sequence[Opinion] = ()
    if told.verdict in (Verdict.SUPPORTED, Verdict.CONTRADICTED):
        supporting = [one for one in weighed if one.verdict is Verdict.SUPPORTED]
        told = min(supporting, key=lambda one: (one.rank, one.odds.neither), default=told)
    if told.verdict in _SUPPORTING:
        every = [*(one for account in accounts for one in account.every), *unread]
        against = _against(told, weighed, every)
    known = Decision(
        told.verdict, told.odds, told.evidence, AbstainReason.NONE, judges_run, weighing.is_calibrated, told.sayings,
        told.conditions,
    )  # fmt: skip
    if against:
        opinion, odds, sayings = against[0]
        return replace(
            known,
            verdict=Verdict.CONFLICTING,
            probabilities=mean([told.odds, odds]),
            evidence=(told.evidence[0], opinion),
            sayings=(*told.sayings, *sayings),
            conditions=(),
        )
    if told.verdict is Verdict.SUPPORTED and is_disputed_dose(_supporting(told, every)):
        return replace(known, verdict=Verdict.NOT_ENOUGH_EVIDENCE, abstain_reason=AbstainReason.UNDECIDED)
    outdated = _outdated(unread)
    shown = (*told.evidence[: MAX_EVIDENCE - len(outdated)], *outdated)
    if told.verdict is Verdict.NOT_ENOUGH_EVIDENCE:
        ruled = _contradicted_by_rules(accounts, unread, weighing)
        if ruled is not None:
            return replace(ruled, judges_run=judges_run)
        spoken = [*outdated, *(opinion for one in accounts for opinion in one.opinions)]
        is_related = any(opinion.stance is not Stance.UNRELATED for opinion in spoken)
        reason = AbstainReason.UNDECIDED if is_related else AbstainReason.NO_EVIDENCE
        return replace(known, evidence=shown, abstain_reason=reason)
    return replace(known, evidence=shown) if told.verdict is Verdict.CONTRADICTED else known


def _contradicted_by_rules(
    accounts: Sequence[Account], unread: Sequence[Opinion], weighing: Weighing
) -> Decision | None:
    """What the rules decide by themselves, if that is CONTRADICTED and counts: see `careful`."""
    is_supported = any(
        saying.probabilities.supported >= weighing.supported for account in accounts for saying in account.sayings
    )
    if is_supported or not weighing.keeps_contradictions:
        return None
    every = [*(opinion for account in accounts for opinion in account.every), *unread]
    # Two readings of one document have the same opinions, each with another part of them beside it.
    ruled = decide(list(dict.fromkeys(every)), ())
    if ruled.verdict is not Verdict.CONTRADICTED:
        return None
    read = next((account for account in accounts if ruled.evidence[0] in account.opinions), accounts[0])
    return replace(ruled, sayings=read.sayings)


def _outdated(opinions: Sequence[Opinion]) -> tuple[Opinion, ...]:
    """The nearest superseded passage, if one speaks of the claim: it may be where a wrong claim comes from."""
    found = (one for one in opinions if one.passage.is_superseded and one.stance is not Stance.UNRELATED)
    return tuple(sorted(found, key=relevance_of, reverse=True)[:1])


_Against = tuple[Opinion, Probabilities, tuple[Saying, ...]]


def _against(told: "_Weighed", weighed: Sequence["_Weighed"], opinions: Sequence[Opinion]) -> list[_Against]:
    """What contradicts a reading that supports: others by all witnesses, then sentences of other documents that speak
    of about as much of the claim, or other active orders, by the rules alone.
    """
    support = told.evidence[0]
    doses = other_doses([support], opinions)
    whole = [
        one
        for one in weighed
        if one.verdict is Verdict.CONTRADICTED and one.rank <= told.rank and _is_other_source(one.evidence[0], support)
    ]
    near = [
        opinion
        for opinion in opinions
        if (
            (opinion.stance is Stance.CONTRADICTS and is_against(opinion, [support], support.relevance - NEARLY_BEST))
            or opinion in doses
        )
        and not opinion.passage.is_superseded
        and opinion.passage.rank <= told.rank
    ]
    return [
        *((one.evidence[0], one.odds, one.sayings) for one in sorted(whole, key=lambda one: one.odds.neither)),
        *((one, one.probabilities, ()) for one in sorted(near, key=relevance_of, reverse=True)),
    ]


def _supporting(told: "_Weighed", opinions: Sequence[Opinion]) -> list[Opinion]:
    return [one for one in opinions if one.stance is Stance.SUPPORTS] or [told.evidence[0]]


def _one_a_source(weighed: Sequence["_Weighed"]) -> list["_Weighed"]:
    """Of the readings of each document the best, or where that settles nothing the next that supports: what another
    stretch says otherwise may be of another day. Active orders stay apart.
    """
    kept: list[_Weighed] = []
    for one in weighed:
        same = (at for at, other in enumerate(kept) if not _is_other_source(one.evidence[0], other.evidence[0]))
        place = next(same, None)
        if place is None:
            kept.append(one)
        elif kept[place].verdict is Verdict.NOT_ENOUGH_EVIDENCE and one.verdict in _SUPPORTING:
            kept[place] = one
    return kept


def _is_other_source(opinion: Opinion, than: Opinion) -> bool:
    """Whether it is of another source, or of an active order beside another one that speaks of no more of the claim:
    an order of another drug speaks of less.
    """
    if is_other_source(opinion.passage, than.passage):
        return True
    return is_other_order(opinion, than.passage) and opinion.relevance >= than.relevance - NEARLY_BEST


@dataclass(frozen=True, slots=True)
class _Weighed:
    verdict: Verdict
    odds: Probabilities
    evidence: tuple[Opinion, ...]
    sayings: tuple[Saying, ...]

    @classmethod
    def of(cls, account: Account, weighing: Weighing) -> "_Weighed":
        odds = weigh(account, weighing)
        verdict, stance = Verdict.NOT_ENOUGH_EVIDENCE, None
        if account.nearest.passage.is_superseded:
            pass
        elif odds.supported >= weighing.supported and not account.is_vetoed:
            verdict, stance = Verdict.SUPPORTED, Stance.SUPPORTS
        elif odds.contradicted >= weighing.contradicted and not account.is_of_unsaid_case:
            verdict, stance = Verdict.CONTRADICTED, Stance.CONTRADICTS
        ranked = sorted(account.opinions, key=relevance_of, reverse=True)
        if stance is not None:
            # The same stance from the rules leads, as it points at the words; the reader's verdict is of the whole.
            ranked.sort(key=lambda opinion: opinion.stance is not stance)
            if verdict is Verdict.SUPPORTED and ranked[0].stance is not stance and ranked[0].conditions:
                # The reader overlooks what a claim leaves out; the rules name it.
                verdict, stance = Verdict.CONDITIONAL, Stance.SUPPORTS_IF
            ranked[0] = replace(ranked[0], stance=stance)
        elif opposing := account.opposing:
            ranked = [*opposing, *(opinion for opinion in ranked if opinion not in opposing)]
        return cls(verdict, odds, tuple(ranked[:MAX_EVIDENCE]), account.sayings)

    @property
    def rank(self) -> int:
        return self.evidence[0].passage.rank

    @property
    def settles(self) -> bool:
        """Whether it has a verdict of its own."""
        return self.verdict is not Verdict.NOT_ENOUGH_EVIDENCE

    @property
    def is_superseded(self) -> bool:
        return self.evidence[0].passage.is_superseded

    @property
    def conditions(self) -> tuple[Condition, ...]:
        return self.evidence[0].conditions if self.verdict is Verdict.CONDITIONAL else ()
