"""What the benchmark of retrieval found, as targets, tables and a picture."""

from collections.abc import Mapping
from dataclasses import asdict

from benchmarks.factcheck import corpus_cost
from benchmarks.factcheck.plots import draw_sizes
from benchmarks.factcheck.retrieval import GROUPS, KS, METHODS, SERVED, Found
from benchmarks.report import Result

TARGET = 0.97


def results(found: Found) -> list[Result]:
    """The target, beside the search as it was, at the largest size measured."""
    size = max(found.costs)
    ours, before = (found.recall[size, method, "all", 5] for method in ("hybrid", "hybrid before"))
    served = found.recall[size, "hybrid", "all but notes of one patient", 5]
    return [
        Result(f"evidence recall@5, {size:,} passages", ours, None, "", TARGET, "", "higher"),
        Result("the same beside rank fusion without scores", ours, before, "rank fusion", 1, "", "higher"),
        Result("evidence recall@5, all but notes of one patient", served, None, "", TARGET, "", "higher"),
    ]


def recall(found: Found) -> str:
    """By kind of claim at the largest size; then by size."""
    size = max(found.costs)
    lines = [
        f"{size:,} passages; each cell recall@1 / @5 / @10 of the claim's own document.",
        "",
        f"| claims | n | {' | '.join(METHODS)} | hybrid: any document of the topic |",
        f"|---|---|{'---|' * (len(METHODS) + 1)}",
    ]
    for group in GROUPS:
        if (size, group) in found.counts:
            cells = [_cell(found.recall, size, method, group) for method in METHODS]
            same = _cell(found.alike, size, "hybrid", group)
            lines.append(f"| {group} | {found.counts[size, group]:,} | {' | '.join(cells)} | {same} |")
    lines += ["", "| passages | claims | method | recall@1 / @5 / @10 | ms a claim |", "|---|---|---|---|---|"]
    for each in sorted(found.costs):
        for method in METHODS:
            lines.append(
                f"| {each:,} | {found.counts[each, 'all']:,} | {method} | {_cell(found.recall, each, method, 'all')} "
                f"| {found.ms[each, method]:.1f} |"
            )
    return "\n".join(lines)


def ways(found: Found) -> str:
    """Other ways to ask, at the largest size."""
    groups = ("all", "contradicted", "supported")
    lines = [
        f"| asked | {' | '.join(groups)} | claims asked otherwise | these as served | these in this way |",
        "|---" * (len(groups) + 4) + "|",
    ]
    for name, way in found.ways.items():
        cells = [_three({k: way.recall[group, k] for k in KS}) for group in groups]
        changed = ["–", "–", "–"]
        if name != SERVED:
            changed = [f"{way.changed:,}", _three(way.before), _three(way.after)]
        lines.append(f"| {name} | {' | '.join((*cells, *changed))} |")
    return "\n".join(lines)


def cost(found: Found) -> str:
    """Of a corpus by its size."""
    return corpus_cost.table(found.costs)


def reranking(found: Found) -> dict[str, str]:
    """Words for the sentence about a reranker, by name."""
    told = dict.fromkeys(("layers", "width", "passages", "ms"), "?")
    if found.reranking is not None:
        told = {name: f"{value:.0f}" for name, value in asdict(found.reranking).items()}
    return {f"reranking_{name}": value for name, value in told.items()} | {"within": f"{found.within:.3f}"}


def draw(found: Found) -> None:
    """Recall and cost by size of the corpus."""
    sizes = sorted(found.costs)
    recalls = {method: [found.recall[size, method, "all", 5] for size in sizes] for method in METHODS}
    ms = {f"{method}, search alone": [found.ms[size, method] for size in sizes] for method in METHODS}
    ms["a whole check by rules"] = [found.costs[size].rules_ms for size in sizes]
    ms["a whole check with readers"] = [found.costs[size].read_ms for size in sizes]
    draw_sizes(sizes, recalls, ms)


def _three(recalls: Mapping[int, float]) -> str:
    return " / ".join(f"{recalls[k]:.3f}" for k in KS) if recalls else "–"


def _cell(values: Mapping[tuple[int, str, str, int], float], size: int, method: str, group: str) -> str:
    return _three({k: values[size, method, group, k] for k in KS})
