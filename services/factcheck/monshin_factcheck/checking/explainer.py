"""Explains the verdict of one claim: judged as ever, then told by what it rests on and what would turn it."""

from collections.abc import Sequence
from dataclasses import dataclass

from monshin_kit.executor import Executor

from monshin_factcheck.checking.checker import Checked, Checker, Run
from monshin_factcheck.checking.reading import ReadingRoom
from monshin_factcheck.core.aliases.table import AliasTable
from monshin_factcheck.core.alignment.judge import NAME as ALIGNMENT
from monshin_factcheck.core.alignment.telling import tell
from monshin_factcheck.core.changes import Change, changes
from monshin_factcheck.core.claims.claim import Claim
from monshin_factcheck.core.decision import Decision, Verdict, decide
from monshin_factcheck.core.evidence import Passage
from monshin_factcheck.core.judge import Judge
from monshin_factcheck.core.reasons import Limits, Measure, Reason, reasons, unit_reasons
from monshin_factcheck.core.rules.account import account
from monshin_factcheck.core.rules.judge import Thresholds
from monshin_factcheck.core.rules.statement import Reader


@dataclass(frozen=True, slots=True)
class Explained:
    """A verdict, why, and what would change it."""

    checked: Checked
    reasons: Sequence[Reason]
    changes: Sequence[Change]


class Explainer:
    """rules, thresholds: those of the checker. reading: its judges that read."""

    def __init__(
        self, checker: Checker, rules: Judge, reader: Reader, executor: Executor, reading: ReadingRoom
    ) -> None:
        self._checker = checker
        self._rules = rules
        self._reader = reader
        self._executor = executor
        self._reading = reading
        self._thresholds = Thresholds()

    async def explain(self, run: Run, claim: Claim) -> Explained:
        """Judges the claim, as it is, against the evidence of the run."""
        checked = [one async for one in self._checker.check(run, [claim]) if not one.is_provisional][-1]
        return await self._executor.run(self._explained, checked, run.evidence.aliases)

    def _explained(self, checked: Checked, aliases: AliasTable | None) -> Explained:
        text, decision = checked.claim.text, checked.decision
        rules = self._rules if aliases is None else self._rules.knowing(aliases)
        reader = self._reader if aliases is None else self._reader.knowing(aliases)

        def verdict(claim: str, passages: Sequence[Passage]) -> Verdict:
            return decide(rules.judge(claim, passages), (rules.name,)).verdict

        accounts = [account(reader, text, one.passage, self._thresholds) for one in decision.evidence]
        told = reasons(text, decision, accounts, checked.opinions, self._limits(decision))
        if ALIGNMENT in decision.judges_run:
            told += unit_reasons(0, tell(reader, text, decision.evidence[0].passage))
        if decision.verdict is Verdict.NOT_CHECKABLE:
            return Explained(checked, told, ())
        passages = [opinion.passage for opinion in checked.opinions]
        return Explained(checked, told, changes(text, decision.verdict, passages, accounts, verdict))

    def _limits(self, decision: Decision) -> Limits:
        weighing = self._reading.weighing_of(decision.sayings)
        if weighing is None:
            return Limits(self._thresholds)
        least = {Measure.P_SUPPORTED: weighing.supported, Measure.P_CONTRADICTED: weighing.contradicted}
        return Limits(self._thresholds, least)
