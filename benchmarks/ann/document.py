"""Writes the tables of the library between the markers in RESULTS.md, and their copy in grnnd's README.

    python -m benchmarks.ann.document

from what curves.py keeps of the last run.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.ann.curves import CURVES

_ROOT = Path(__file__).parents[2]
_RESULTS = _ROOT / "benchmarks" / "RESULTS.md"
_README = _ROOT / "services" / "ann" / "grnnd" / "README.md"
BEGIN, END = "<!-- ann: begin -->", "<!-- ann: end -->"
KINDS = ("photos", "diagnoses", "clusters")

Kept = dict[str, Any]


def write() -> None:
    """Both files."""
    whole = [speeds(kind) for kind in KINDS]
    _replace(_RESULTS, [*whole, comparison(), growth()])
    _replace(_README, [whole[0], comparison(), growth()])


def speeds(kind: str) -> str:
    """Build and search of each peer on one kind of data."""
    lines = [
        f"| {kind} | build (CPU-s) | queries/CPU-s at recall .95 | at .99 | effort for .95 / .99 |",
        "|---|---|---|---|---|",
    ]
    for curve in json.loads((CURVES / f"{kind}.json").read_text())["curves"]:
        name = "**grnnd**" if curve["kind"] == "ours" else curve["name"]
        found = [curve["at"][recall] for recall in ("0.95", "0.99")]
        rates = " | ".join(f"{one['rate']:,.0f}" if one["rate"] else "not reached" for one in found)
        efforts = " / ".join(_effort(curve["name"], one["effort"]) for one in found)
        lines.append(f"| {name} | {curve['build_s']:.1f} | {rates} | {_unit(curve['name'])}{efforts} |")
    return "\n".join(lines)


def comparison() -> str:
    """Ours beside the peer that the issue names, for each kind of data, with the target."""
    results: Sequence[Kept] = json.loads((CURVES / "results.json").read_text())
    lines = ["| what: ours / peer | photos | diagnoses | clusters | target |", "|---|---|---|---|---|"]
    lines += (f"| {what} | {' | '.join(cells)} | {target} |" for what, cells, target in _rows(results))
    return "\n".join(lines)


def growth() -> str:
    """Build time by rows, and the exponent that fits it."""
    kept = {int(rows): s for rows, s in json.loads((CURVES / "growth.json").read_text()).items()}
    exponent = np.polyfit(np.log(list(kept)), np.log(list(kept.values())), 1)[0]
    told = ", ".join(f"{s:.3g}" if s >= 1 else f"{s:.2f}" for s in kept.values())
    return (
        f"Build time of photos, {min(kept):,} to {max(kept):,} rows: {told} CPU-s; exponent {exponent:.2f} (goal 1.15)."
    )


def _rows(results: Sequence[Kept]) -> Iterator[tuple[str, list[str], str]]:
    def of(name: str, place: int = 0) -> list[Kept]:
        return [[one for one in results if one["name"].startswith(name.format(kind))][place] for kind in KINDS]

    peers = ", ".join(one["peer_name"].split("=")[0].rsplit(" ", 1)[0] for one in of("{}: search at recall 0.95"))
    yield "build against the fastest of faiss HNSW, hnswlib, usearch", _told(of("{}: build"), 3), "1/3"
    yield "build against faiss NSG", _told(of("{}: build", 1), 3), "1/8"
    yield f"search at .95 against the best graph peer ({peers})", _told(of("{}: search at recall 0.95"), 2), "1.3"
    yield "search at .95 against ScaNN", _told(of("{}: search at recall 0.95", 1), 2), "1.0"
    yield "ef for recall .99", _told(of("{}: ef for recall 0.99"), 0), "200"
    for share, way, target in ((1, "scanned", ".95; 0.5"), (10, "walked", "–"), (33, "walked", "–")):
        what = f"filter that {share} % pass, {{}}"
        pairs = zip(of(f"recall, {what}"), of(f"search, {what}"), strict=True)
        cells = [f"{recall['ours']:.3f}; {speed['ratio']:.2f}" for recall, speed in pairs]
        yield f"filter that {share} % pass ({way}): recall; speed against no filter", cells, target
    yield "memory of a build over vectors + graph + 16·degree", _told(of("memory of a build, {} "), 2), "1.1"


def _told(found: Sequence[Kept], digits: int) -> list[str]:
    figures = (one["ours"] if one["ratio"] is None else one["ratio"] for one in found)
    return [
        f"{figure:.{digits}f}{'' if one['ok'] else ' **missed**'}" for figure, one in zip(figures, found, strict=True)
    ]


def _unit(name: str) -> str:
    return {"grnnd": "ef ", "pynndescent": "ε ", "ScaNN": "leaves "}.get(name.split()[0], "")


def _effort(name: str, effort: float | None) -> str:
    if effort is None:
        return "–"
    return f"{effort / 100:g}" if name.startswith("pynndescent") else f"{effort:g}"


def _replace(file: Path, parts: Sequence[str]) -> None:
    before, rest = file.read_text("utf-8").split(BEGIN)
    after = rest.split(END)[1]
    file.write_text(before + BEGIN + "\n" + "\n\n".join(parts) + "\n" + END + after, "utf-8")


if __name__ == "__main__":
    write()
