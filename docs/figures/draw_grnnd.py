"""Draws docs/figures/grnnd.svg, the steps of a build, with real points: `python docs/figures/draw_grnnd.py`."""

import heapq
from pathlib import Path
from typing import Any

import grnnd
import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray

mpl.use("svg")
mpl.rcParams["svg.hashsalt"] = "monshin"
from matplotlib import pyplot  # noqa: E402

Points = NDArray[np.float32]
_INK, _RED, _BLUE, _GREY = "#333333", "#c0392b", "#2c6e9b", "#bbbbbb"
_LEAF = 8


def points(count: int) -> Points:
    """Three clouds."""
    rng = np.random.default_rng(4)
    centres = np.array([[0, 0], [3, 0.6], [1.4, 2.6]])
    return (centres[np.arange(count) % 3] + 0.55 * rng.standard_normal((count, 2))).astype(np.float32)


def leaves(rows: Points) -> list[NDArray[np.intp]]:
    """Halved along random directions until a leaf is small."""
    rng, done, waiting = np.random.default_rng(1), [], [np.arange(len(rows))]
    while waiting:
        part = waiting.pop()
        if len(part) <= _LEAF:
            done.append(part)
            continue
        order = part[np.argsort(rows[part] @ rng.standard_normal(2))]
        waiting += [order[: len(part) // 2], order[len(part) // 2 :]]
    return done


def draw() -> None:
    """Four panels: start, round, pruning, search."""
    rows = points(60)
    figure, panels = pyplot.subplots(1, 4, figsize=(16, 4.2))
    _start(panels[0], rows)
    _round(panels[1])
    _pruning(panels[2])
    _search(panels[3], rows)
    for panel in panels:
        panel.set(xticks=[], yticks=[], aspect="equal")
        for side in panel.spines.values():
            side.set_visible(False)
    figure.tight_layout()
    figure.savefig(Path(__file__).with_name("grnnd.svg"), metadata={"Date": None})


def _start(panel: Any, rows: Points) -> None:
    panel.set_title("1  start: all pairs in the leaves of a tree")
    for number, leaf in enumerate(leaves(rows)):
        for place, u in enumerate(leaf):
            for v in leaf[place + 1 :]:
                _line(panel, rows[u], rows[v], _GREY, 0.5)
        panel.plot(*rows[leaf].T, "o", markersize=5, color=f"C{number % 10}")


def _round(panel: Any) -> None:
    panel.set_title("2  a round: the longer of two edges moves")
    u, w, v = np.array([0, 0]), np.array([1.5, 1.1]), np.array([2.6, 0.2])
    _arrow(panel, u, w, _INK)
    _arrow(panel, u, v, _RED, "--")
    _arrow(panel, w, v, _BLUE)
    for name, place, shift in (("u", u, (-0.2, 0)), ("w", w, (-0.05, 0.15)), ("v", v, (0.1, 0))):
        panel.plot(*place, "o", color=_INK, markersize=7)
        panel.annotate(name, place + shift, fontsize=14)
    panel.annotate("leaves u", (1.2, -0.15), color=_RED)
    panel.annotate("is pushed into w's inbox", (2.0, 0.9), color=_BLUE)
    panel.set(xlim=(-0.4, 3.9), ylim=(-0.9, 2))


def _pruning(panel: Any) -> None:
    panel.set_title("3  pruning: v goes where a kept w is nearer to it")
    rng = np.random.default_rng(7)
    around = rng.standard_normal((14, 2))
    kept: list[NDArray[np.float64]] = []
    for v in sorted(around, key=lambda each: float(each @ each)):
        if any(1.2 * np.square(v - w).sum() < v @ v for w in kept):
            _line(panel, np.zeros(2), v, _GREY, 0.8, "--")
        else:
            kept.append(v)
            _line(panel, np.zeros(2), v, _INK, 1.6)
        panel.plot(*v, "o", color=_INK if len(kept) and v is kept[-1] else _GREY, markersize=6)
    panel.plot(0, 0, "o", color=_RED, markersize=9)
    panel.annotate("u", (0.08, -0.3), fontsize=14, color=_RED)


def _search(panel: Any, rows: Points) -> None:
    panel.set_title("4  search: a beam walks along the edges")
    edges = grnnd.build(rows, degree=4, threads=1, code="f32").neighbours()
    for u, row in enumerate(edges):
        for v in row[row >= 0]:
            _line(panel, rows[u], rows[v], _GREY, 0.6)
    panel.plot(*rows.T, "o", color=_GREY, markersize=4)
    query = np.array([3.2, 1.3], dtype=np.float32)
    visited = _walk(rows, edges, query, start=int(np.argmin(rows @ np.array([1, 0.3]))), width=3)
    for place, step in enumerate(visited):
        panel.plot(*rows[step], "o", color=_BLUE, markersize=7)
        panel.annotate(str(place + 1), rows[step] + (0.06, 0.06), color=_BLUE)
    panel.plot(*query, "*", color=_RED, markersize=14)


def _walk(rows: Points, edges: NDArray[np.int64], query: Points, start: int, width: int) -> list[int]:
    """The vertices expanded by a beam of this width, in order."""
    apart = np.square(rows - query).sum(axis=1).tolist()
    beam, seen, expanded = [(apart[start], start)], {start}, list[int]()
    while (nearest := next((v for _, v in beam if v not in expanded), None)) is not None:
        expanded.append(nearest)
        fresh = [int(v) for v in edges[nearest] if v >= 0 and v not in seen]
        seen.update(fresh)
        beam = heapq.nsmallest(width, beam + [(apart[v], v) for v in fresh])
    return expanded


def _line(panel: Any, a: Any, b: Any, colour: str, width: float, style: str = "-") -> None:
    panel.plot([a[0], b[0]], [a[1], b[1]], style, color=colour, linewidth=width, zorder=0)


def _arrow(panel: Any, a: Any, b: Any, colour: str, style: str = "-") -> None:
    shape = {"arrowstyle": "-|>", "color": colour, "linestyle": style, "linewidth": 1.8, "shrinkA": 6, "shrinkB": 6}
    panel.annotate("", b, a, arrowprops=shape)


if __name__ == "__main__":
    draw()
