"""An evaluation as tables: for the terminal and as a folder with report.md and its pictures. Never a claim's text."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from monshin.evaluation import plots
from monshin.evaluation.score import Evaluation, Precision
from monshin.evaluation.statistics import Interval
from monshin.results import Verdict

# Coverages of the table beside the curve.
_SHOWN = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


@dataclass(frozen=True, slots=True)
class Subject:
    """What was evaluated. file_sha256: of the labelled file. failed: lines that could not be checked. left_out: lines
    without sources where no corpus was named; they do not count as claims. revisions: of the rules, judges and
    embedding model that took part, `NAME@HASH`; empty where they may not be seen.
    """

    file: str
    file_sha256: str
    date: str
    claims: int
    failed: int
    version: str
    judges: Sequence[str]
    not_run: dict[str, str]
    left_out: int = 0
    revisions: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of words under a title."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


def tables(found: Evaluation) -> list[Table]:
    """In the order of reading."""
    types = [
        [one.type, str(one.claims), _share(one.right), _of(one.counts.caught, one.counts.wrong),
         str(one.counts.wrong_supported), _of(one.counts.confirmed, one.counts.right), str(one.counts.false_alarms)]
        for one in found.types
    ]  # fmt: skip
    confusion = [[label, *(str(row[verdict]) for verdict in Verdict)] for label, row in found.confusion.items()]
    precisions = [_precision("said SUPPORTED", found.told)]
    precisions += [_precision("largest p_supported", one) for one in found.precisions]
    figures = [
        ["AUROC, supported against contradicted", _figure(found.auroc)],
        ["expected calibration error, 10 bins", _figure(found.ece)],
        ["share wrong at coverage 1.0", _at(found, 1.0)],
        ["share wrong at coverage 0.7", _at(found, 0.7)],
    ]
    bins = [
        [f"{one.low:.1f} to {one.high:.1f}", str(one.count), f"{one.confidence:.2f}", f"{one.right / one.count:.2f}"]
        for one in found.bins
    ]
    return [
        Table("Verdicts by type", ["type", "claims", "right (95 %)", "wrong ones flagged", "wrong ones SUPPORTED",
                                   "right ones SUPPORTED", "false alarms"], types),
        Table("Labels (rows) and verdicts", ["label", *Verdict], confusion),
        Table("Figures", ["figure", "value (95 %)"], figures),
        Table("Precision of SUPPORTED", ["claims chosen by", "coverage", "claims", "precision (95 %)"], precisions),
        Table("Reliability", ["confidence", "claims", "mean confidence", "share right"], bins),
        Table("Risk and coverage", ["coverage", "share wrong"], [[f"{at:.1f}", _at(found, at)] for at in _SHOWN]),
    ]  # fmt: skip


def write(folder: Path, subject: Subject, found: Evaluation) -> None:
    """Makes the folder if there is none, and writes report.md, figures.json and two SVG files into it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "reliability.svg").write_text(plots.reliability(found.bins), "utf-8")
    (folder / "risk-coverage.svg").write_text(plots.risk_coverage(found.coverages, found.risks), "utf-8")
    (folder / "report.md").write_text(_markdown(subject, found), "utf-8")
    (folder / "figures.json").write_text(json.dumps(figures(subject, found), ensure_ascii=False, indent=1), "utf-8")


def figures(subject: Subject, found: Evaluation) -> dict[str, Any]:
    """All numbers; the curve at the coverages of its table."""
    told = {name: value for name, value in asdict(found).items() if name not in ("coverages", "risks")}
    return {"subject": asdict(subject), **told, "risk_at_coverage": {str(at): _risk(found, at) for at in _SHOWN}}


def _markdown(subject: Subject, found: Evaluation) -> str:
    left_out = "; ".join(f"{name} ({reason})" for name, reason in subject.not_run.items()) or "nothing"
    lines = [
        "# Evaluation of factcheck",
        "",
        f"- labelled file: {subject.file}, SHA-256 {subject.file_sha256}",
        f"- {subject.claims} claims, {subject.date}; {subject.failed} lines could not be checked and do not count",
        f"- {subject.left_out} lines without sources were left out",
        f"- evidence: {subject.version or 'the sources of each line'}",
        f"- judges: {', '.join(subject.judges) or 'none'}; not run: {left_out}",
        f"- revisions: {', '.join(subject.revisions) or 'not to be seen by this caller'}",
        "- intervals: Wilson for shares; bootstrap over items, 1,000 draws, for AUROC and calibration error",
        "- right: the verdict is the label; a contradicted claim may also be CONFLICTING",
        "- confidence: the largest of the three probabilities, right where its side is the label",
    ]
    pictures = {"Reliability": "reliability.svg", "Risk and coverage": "risk-coverage.svg"}
    for table in tables(found):
        lines += ["", f"## {table.title}"]
        if table.title in pictures:
            lines += ["", f"![{table.title}]({pictures[table.title]})"]
        lines += ["", _row(table.columns), _row(["---"] * len(table.columns)), *map(_row, table.rows)]
    return "\n".join(lines) + "\n"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _precision(chosen: str, one: Precision) -> list[str]:
    return [chosen, f"{one.coverage:.2f}", str(one.claims), _share(one.precision)]


def _share(found: Interval | None) -> str:
    return f"{found.value:.2f} ({found.low:.2f} to {found.high:.2f})" if found is not None else "-"


def _figure(found: Interval | None) -> str:
    return f"{found.value:.3f} ({found.low:.3f} to {found.high:.3f})" if found is not None else "-"


def _of(part: int, whole: int) -> str:
    return f"{part} of {whole}"


def _at(found: Evaluation, coverage: float) -> str:
    risk = _risk(found, coverage)
    return f"{risk:.3f}" if risk is not None else "-"


def _risk(found: Evaluation, coverage: float) -> float | None:
    if not found.risks:
        return None
    return found.risks[max(1, round(coverage * len(found.risks))) - 1]
