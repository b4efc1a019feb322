"""Results for people at a terminal: colour, sign and word for each verdict, evidence below its claim."""

from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from monshin.explanation import Explanation
from monshin.results import ClaimResult, Verdict

SIGNS = {
    Verdict.SUPPORTED: ("✓", "支持", "green"),
    Verdict.CONTRADICTED: ("✕", "矛盾", "bold red"),
    Verdict.CONFLICTING: ("△", "衝突", "magenta"),
    Verdict.CONDITIONAL: ("◇", "条件付き", "blue"),
    Verdict.NOT_ENOUGH_EVIDENCE: ("?", "根拠なし", "yellow"),
    Verdict.NOT_CHECKABLE: ("–", "対象外", "dim"),
}


def marked_answer(answer: str, results: Sequence[ClaimResult]) -> Text:
    """The answer with each claim in the colour of its verdict."""
    text = Text(answer)
    for result in results:
        if result.answer_start is not None:
            text.stylize(SIGNS[result.verdict][2], result.answer_start, result.answer_end)
    return text


def show_marked(console: Console, answer: str, results: Sequence[ClaimResult]) -> None:
    """The marked answer, with room around it."""
    console.print(Padding(marked_answer(answer, results), (1, 2)))


def show_worst(console: Console, verdict: Verdict) -> None:
    """The verdict of the answer as a whole."""
    sign, word, style = SIGNS[verdict]
    console.print(Text.assemble("the answer as a whole: ", (f"{sign} {word}", style)))


def show_explanation(console: Console, explanation: Explanation) -> None:
    """Reasons, then what would turn the verdict."""
    for reason in explanation.reasons:
        console.print(Padding(Text(f"why: {reason.words}", "dim"), (0, 0, 0, 6)))
    for change in explanation.changes:
        console.print(Padding(Text(f"if:  {change.words}", "dim"), (0, 0, 0, 6)))
    if not explanation.changes and explanation.verdict is not Verdict.NOT_CHECKABLE:
        console.print(Padding(Text("if:  nothing that was tried turns it", "dim"), (0, 0, 0, 6)))


def show_result(console: Console, result: ClaimResult) -> None:
    """One claim: verdict, findings, and the passage it rests on."""
    sign, word, style = SIGNS[result.verdict]
    line = Text.assemble((f" {sign} {word} ", style), result.claim)
    if result.abstain_reason:
        line.append(f"  ({result.abstain_reason.lower().replace('_', ' ')})", "dim")
    console.print(line)
    if result.verdict is Verdict.NOT_CHECKABLE:
        return
    for condition in result.conditions:
        words = f"only if: {condition.text} ({condition.normalised}); the claim does not say so"
        console.print(Padding(Text(words, "blue"), (0, 0, 0, 6)))
    for finding in result.findings:
        words = f"{finding.claim_text} ↔ {finding.evidence_text}" if finding.evidence_text else finding.claim_text
        console.print(Padding(Text(f"{finding.kind}: {words}", "cyan"), (0, 0, 0, 6)))
    if result.evidence:
        best = result.evidence[0]
        # A source has no id of its own that would tell where it comes from.
        origin = best.source if best.document.startswith("sources/") else ""
        where = f"[{' '.join(filter(None, (best.document, best.title, origin)))}] "
        mark = ("superseded: ", "yellow") if best.superseded else ""
        console.print(Padding(Text.assemble((where, "blue"), mark, best.text), (0, 0, 0, 6)))
