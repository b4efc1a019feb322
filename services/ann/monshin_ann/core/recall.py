"""What recall a search can be said to have: as it was measured when the graphs that it walks were built."""

from collections.abc import Iterable

from grnnd import Graph

from monshin_ann.core.segment import EXACT, Effort


def calibrated_recall(graphs: Iterable[Graph], k: int, effort: Effort, *, is_filtered: bool) -> float | None:
    """The least of these graphs' recall for k neighbours at the width of the effort's beam; 1 without a graph.

    None: it was not measured. That is so for the walk of a filtered search, for more neighbours than any calibration
    looked for, for beams narrower than its narrowest, and for graphs too small to hold points out.
    """
    measured = [None if is_filtered else _of(graph, k, effort) for graph in graphs]
    known = [recall for recall in measured if recall is not None]
    return min(known, default=EXACT) if len(known) == len(measured) else None


def _of(graph: Graph, k: int, effort: Effort) -> float | None:
    recalls = graph.calibration.recalls
    points = next((points for measured, points in recalls.items() if measured >= k), ())
    width = max(k, graph.calibration.ef(k, effort.target_recall) if effort.ef is None else effort.ef)
    reached = max((at.recall for at in points if at.ef <= width), default=None)
    # Between two measured widths the calibration takes the line, and so vouches for the target itself.
    return reached if reached is None or effort.ef is not None else max(reached, effort.target_recall)
