"""What a search says of its recall was measured; what was not measured is not claimed."""

from dataclasses import dataclass
from typing import Any, cast

import pytest
from grnnd.calibration import Calibration, Measured
from monshin_ann.core.recall import calibrated_recall
from monshin_ann.core.segment import Effort


@dataclass(frozen=True)
class Calibrated:
    """Stands for a graph: only its calibration counts here."""

    calibration: Calibration


def graph(*points: tuple[int, float, float], k: int = 10) -> Any:
    """Of these widths, recalls and standard errors."""
    return cast(Any, Calibrated(Calibration({k: tuple(Measured(*point) for point in points)} if points else {})))


STEEP = graph((16, 0.8, 0.01), (64, 0.96, 0.005), (384, 0.9985, 0.0005))
FLAT = graph((16, 0.5, 0.01), (384, 0.7, 0.01))
SMALL = graph()


@pytest.mark.parametrize(
    ("target", "is_met"), [(0.5, True), (0.998, True), (0.9985, True), (0.999, False), (0.9999, False)]
)
def test_a_recall_that_was_not_measured_is_not_believed(target: float, is_met: bool) -> None:
    """Hazard: of 200 points some are missed by chance, and so the target is taken for reached."""
    assert Effort(target_recall=target).is_met_by(STEEP, 10) is is_met


@pytest.mark.parametrize("target", [0.01, 0.99])
def test_a_graph_too_small_to_be_measured_reaches_no_target(target: float) -> None:
    assert not Effort(target_recall=target).is_met_by(SMALL, 10)
    assert Effort(ef=16).is_met_by(SMALL, 10)


@pytest.mark.parametrize(
    ("graphs", "k", "effort", "told"),
    [
        ([STEEP], 10, Effort(ef=16), 0.8),
        ([STEEP], 10, Effort(ef=63), 0.8),
        ([STEEP], 1, Effort(ef=64), 0.96),
        ([STEEP], 10, Effort(ef=1000), 0.9985),
        ([STEEP, FLAT], 10, Effort(ef=64), 0.5),
        ([STEEP], 10, Effort(ef=15), None),
        ([STEEP], 11, Effort(ef=64), None),
        ([STEEP, SMALL], 10, Effort(ef=64), None),
        ([], 1000, Effort(ef=64), 1.0),
        ([STEEP], 10, Effort(target_recall=0.9), 0.9),
        ([STEEP], 10, Effort(target_recall=0.998), 0.9985),
    ],
)
def test_an_answer_tells_the_least_recall_measured_up_to_its_width(
    graphs: list[Any], k: int, effort: Effort, told: float | None
) -> None:
    assert calibrated_recall(graphs, k, effort, is_filtered=False) == told


def test_nothing_is_claimed_for_a_walk_with_a_filter() -> None:
    assert calibrated_recall([STEEP], 10, Effort(ef=64), is_filtered=True) is None
    assert calibrated_recall([], 10, Effort(ef=64), is_filtered=True) == 1
