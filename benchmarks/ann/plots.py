"""The benchmark's curves as pictures: `python -m benchmarks.ann.plots` draws those kept by the last run."""

import json
from pathlib import Path
from typing import Any

from benchmarks.ann.curves import CURVES
from benchmarks.ann.document import KINDS

FIGURES = Path(__file__).parents[2] / "docs" / "figures"
_COLOURS = {"ours": "#c0392b", "graph": "#2c6e9b", "slow": "#8a8a8a", "quantised": "#2e8b57"}
_MARKS = "osv^D<>p*hX"


def draw() -> None:
    """Recall against queries a second and time of build for each kind of data, and growth, as SVG in docs/figures."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "monshin"  # the same picture for the same curves
    from matplotlib import pyplot
    from matplotlib.ticker import NullLocator

    FIGURES.mkdir(parents=True, exist_ok=True)
    kept = [json.loads(path.read_text()) for path in sorted(CURVES.glob("*.json")) if path.stem in KINDS]
    figure, panels = pyplot.subplots(1, len(kept), figsize=(5 * len(kept), 4), squeeze=False)
    for panel, each in zip(panels[0], kept, strict=True):
        _rates(panel, each)
    _save(figure, "ann-recall.svg")
    figure, panels = pyplot.subplots(1, len(kept), figsize=(5 * len(kept), 3.2), squeeze=False)
    for panel, each in zip(panels[0], kept, strict=True):
        _builds(panel, each)
    _save(figure, "ann-build.svg")
    figure, panel = pyplot.subplots(figsize=(5, 4))
    grown = json.loads((CURVES / "growth.json").read_text())
    panel.loglog([int(count) for count in grown], list(grown.values()), "o-", color=_COLOURS["ours"], label="grnnd")
    panel.set(xlabel="rows", ylabel="CPU-seconds of a build", title="growth, photos × 128")
    counts = [int(count) for count in grown]
    panel.set_xticks(counts, [f"{count // 1000:,} k" for count in counts], minor=False)
    panel.xaxis.set_minor_locator(NullLocator())
    panel.grid(alpha=0.3)
    _save(figure, "ann-growth.svg")


def _rates(panel: Any, kept: dict[str, Any]) -> None:
    for mark, curve in zip(_MARKS, kept["curves"], strict=False):
        style = {"color": _COLOURS[curve["kind"]], "marker": mark, "markersize": 3, "linewidth": 1}
        panel.plot(curve["recalls"], curve["rates"], label=curve["name"], **style)
    panel.set(xlim=(0.8, 1.0), yscale="log", xlabel="recall@10", ylabel="queries a CPU-second", title=_title(kept))
    panel.grid(alpha=0.3, which="both")
    panel.legend(fontsize=6)


def _builds(panel: Any, kept: dict[str, Any]) -> None:
    curves = kept["curves"]
    panel.barh(
        [curve["name"] for curve in curves],
        [curve["build_s"] for curve in curves],
        color=[_COLOURS[curve["kind"]] for curve in curves],
    )
    panel.invert_yaxis()
    panel.tick_params(labelsize=6)
    panel.set(xscale="log", xlabel="CPU-seconds of a build", title=_title(kept))


def _title(kept: dict[str, Any]) -> str:
    return f"{kept['data']}, {kept['rows']:,} rows"


def _save(figure: Any, name: str) -> None:
    figure.tight_layout()
    figure.savefig(FIGURES / name, metadata={"Date": None})


if __name__ == "__main__":
    draw()
