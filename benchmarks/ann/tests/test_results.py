"""RESULTS.md says what the last run measured, and the README of grnnd repeats it."""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.ann.curves import CURVES

ROOT = Path(__file__).parents[3]
RESULTS = (ROOT / "benchmarks" / "RESULTS.md").read_text().splitlines()
README = (ROOT / "services" / "ann" / "grnnd" / "README.md").read_text()
FIGURES = README.split("\n## Figures\n")[1].split("\n## ")[0].splitlines()


def test_the_readme_of_grnnd_has_the_figures_of_results() -> None:
    copied = [line for line in FIGURES if line.startswith(("|", "Build time"))]
    assert len(copied) > 20
    assert [line for line in copied if line not in RESULTS] == []


def test_the_growth_is_that_of_the_last_run() -> None:
    kept = {int(rows): s for rows, s in json.loads((CURVES / "growth.json").read_text()).items()}
    exponent = np.polyfit(np.log(list(kept)), np.log(list(kept.values())), 1)[0]
    told = ", ".join(f"{s:.3g}" if s >= 1 else f"{s:.2f}" for s in kept.values())
    (line,) = [line for line in RESULTS if line.startswith("Build time of photos")]
    assert f"{min(kept):,} to {max(kept):,} rows: {told} CPU-s; exponent {exponent:.2f}" in line


@pytest.mark.parametrize("data", ["photos", "diagnoses", "clusters"])
def test_the_builds_are_those_of_the_last_run(data: str) -> None:
    kept = json.loads((CURVES / f"{data}.json").read_text())["curves"]
    start = next(number for number, line in enumerate(RESULTS) if line.startswith(f"| {data} | build"))
    rows = [[cell.strip() for cell in line.split("|")] for line in RESULTS[start + 2 : start + 2 + len(kept)]]
    told = {name.strip("*"): build for _, name, build, *_ in rows}
    assert told == {curve["name"]: f"{curve['build_s']:.1f}" for curve in kept}
