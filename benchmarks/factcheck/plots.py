"""The evaluation as pictures, in benchmarks/factcheck/figures: the same data give the same bytes."""

import json
from collections.abc import Mapping, Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import numpy as np
from monshin_factcheck.core.calibration import reliability, risk_at

from benchmarks.factcheck.figures import Claims, Interval
from benchmarks.factcheck.methods import Judged

FIGURES = Path(__file__).parent / "figures"
_CURVE = Path(__file__).parents[2] / "services" / "factcheck" / "training" / "adapter" / "curve.jsonl"
# Steps after which each of the 3,114 items has been read once, 8 a step.
_EPOCH = 389
_SHARES = tuple(round(share, 2) for share in np.arange(0.05, 1.001, 0.05))
_OURS = "#c0392b"
_COLOURS = ("#8a8a8a", "#b08d57", "#2c6e9b", "#2e8b57", "#7b4fa3", "#d98c00", "#17808f")


def draw(sets: Mapping[str, tuple[Claims, Sequence[Judged]]], areas: Mapping[str, Sequence[Interval]]) -> None:
    """AUROC by method (areas: of each set), calibration, risk by coverage, and the learning curve of the adapter."""
    pyplot = _pyplot()
    FIGURES.mkdir(exist_ok=True)
    for name, panel_of in (
        ("auroc", lambda panel, title: _aurocs(panel, sets[title][1], areas[title])),
        ("calibration", lambda panel, title: _calibration(panel, *sets[title])),
        ("coverage", lambda panel, title: _coverage(panel, *sets[title])),
    ):
        figure, panels = pyplot.subplots(1, len(sets), figsize=(5 * len(sets), 3.6), squeeze=False)
        for panel, (title, (claims, _)) in zip(panels[0], sets.items(), strict=True):
            panel_of(panel, title)
            panel.set_title(f"{title}, {len(claims.rows):,} claims", fontsize=9)
        _save(figure, name)
    figure, panel = pyplot.subplots(figsize=(5, 3.6))
    _learning(panel)
    _save(figure, "learning")


def _aurocs(panel: Any, judged: Sequence[Judged], areas: Sequence[Interval]) -> None:
    middles = np.array([value for value, _, _ in areas])
    errors = np.array([[value - low, high - value] for value, low, high in areas]).T
    panel.barh([one.name for one in judged], middles, xerr=np.abs(errors), color=_colours(judged))
    panel.axvline(0.5, color="#444", linewidth=0.8)
    panel.axvline(0.88, color="#444", linewidth=0.8, linestyle=":")
    panel.invert_yaxis()
    panel.tick_params(labelsize=7)
    panel.set(xlim=(0, 1), xlabel="C against S AUROC (dotted: target)")


def _calibration(panel: Any, claims: Claims, judged: Sequence[Judged]) -> None:
    panel.plot([0.3, 1], [0.3, 1], color="#444", linewidth=0.8)
    for one, colour in zip(judged, _colours(judged), strict=True):
        bins = reliability(one.odds, claims.labels)
        panel.plot(
            [b.confidence for b in bins], [b.right for b in bins], "o-", label=one.name, color=colour, markersize=3
        )
    panel.set(xlabel="probability of the likeliest verdict", ylabel="right")
    panel.grid(alpha=0.3)
    panel.legend(fontsize=6)


def _coverage(panel: Any, claims: Claims, judged: Sequence[Judged]) -> None:
    for one, colour in zip(judged, _colours(judged), strict=True):
        panel.plot(_SHARES, risk_at(one.odds, claims.labels, _SHARES), label=one.name, color=colour)
    panel.set(xlabel="claims answered, surest first", ylabel="wrong")
    panel.grid(alpha=0.3)
    panel.legend(fontsize=6)


def _colours(judged: Sequence[Judged]) -> list[str]:
    return [*islice(cycle(_COLOURS), len(judged) - 1), _OURS]


def _learning(panel: Any) -> None:
    """A line for each run: where the steps of the file fall back, another begins. Up to the mark every item is new."""
    runs: list[list[dict[str, Any]]] = []
    for step in map(json.loads, _CURVE.read_text("utf-8").splitlines()):
        if not runs or step["step"] < runs[-1][-1]["step"]:
            runs.append([])
        runs[-1].append(step)
    for at, group in enumerate(("held_out all", "factcheck_dev all", "factcheck_dev set:free80")):
        for run, style in zip(runs, ("o-", "s--"), strict=True):
            known = [(step["step"], step[group]["auroc"]) for step in run if group in step]
            label = group.replace("_", " ") if run is runs[0] else None
            panel.plot(*zip(*known, strict=True), style, label=label, color=_COLOURS[at + 2], markersize=3)
    panel.axvline(_EPOCH, color="black", linewidth=0.8, linestyle=":")
    panel.text(_EPOCH + 6, 0.66, "each item\nread once", fontsize=7)
    panel.set(
        xlabel="steps of training (8 items each)", ylabel="C against S AUROC", title="judge local, learning curve"
    )
    panel.grid(alpha=0.3)
    panel.legend(fontsize=7)


def _pyplot() -> Any:
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "monshin"
    from matplotlib import pyplot

    return pyplot


def _save(figure: Any, name: str) -> None:
    figure.tight_layout()
    figure.savefig(FIGURES / f"{name}.svg", metadata={"Date": None})


def draw_sizes(sizes: Sequence[int], recalls: Mapping[str, Sequence[float]], ms: Mapping[str, Sequence[float]]) -> None:
    """recall@5 and milliseconds a claim by size of the corpus, a line each."""
    figure, panels = _pyplot().subplots(1, 2, figsize=(10, 3.6))
    for panel, lines, label in ((panels[0], recalls, "recall@5"), (panels[1], ms, "ms a claim")):
        for at, (method, values) in enumerate(lines.items()):
            colour = _OURS if at == len(recalls) - 1 else _COLOURS[at % len(_COLOURS)]
            panel.plot(sizes, values, "o-", label=method, color=colour, markersize=3)
        panel.set(xscale="log", xlabel="passages", ylabel=label)
        panel.grid(alpha=0.3)
        panel.legend(fontsize=7)
    panels[1].set_yscale("log")  # a check that reads costs a hundred searches
    _save(figure, "retrieval")
