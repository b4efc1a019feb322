"""Indexes of collections for people at a terminal."""

from collections.abc import Iterable

from monshin_protos.ann.v1 import ann_pb2, index_pb2
from rich.console import Console
from rich.table import Table

_STYLES = {"ready": "green", "waiting": "blue", "building": "blue", "held": "yellow", "failed": "red"}
_UNITS = ("B", "KiB", "MiB", "GiB", "TiB")


def state_word(state: index_pb2.IndexState.ValueType) -> str:
    """Such as `ready`."""
    return index_pb2.IndexState.Name(state).removeprefix("INDEX_STATE_").lower()


def size(count: float) -> str:
    """Bytes as `12.3 MiB`."""
    power = 0
    while count >= 1024 and power < len(_UNITS) - 1:
        count, power = count / 1024, power + 1
    return f"{count:.1f} {_UNITS[power]}" if power else f"{count:.0f} B"


def show_list(console: Console, found: Iterable[tuple[ann_pb2.Collection, index_pb2.Index | None]]) -> None:
    """A row a collection. None: it is quarantined and its index cannot be read, or it was built in shards."""
    table = Table("collection")
    table.add_column("state", no_wrap=True)
    table.add_column("metric")
    for name in ("points", "in graphs", "without", "dim", "memory", "disk"):
        table.add_column(name, justify="right")
    for collection, index in found:
        stats = collection.stats
        name = collection.name.removeprefix("collections/")
        metric = ann_pb2.Metric.Name(collection.metric).removeprefix("METRIC_").lower()
        if index is None and collection.state == ann_pb2.COLLECTION_STATE_QUARANTINED:
            table.add_row(name, "[red]quarantined[/]", metric, "–", "–", "–", str(collection.dim), "–", "–")
            continue
        state = "[green]sharded[/]" if index is None else _state(index)
        table.add_row(
            name, state, metric, f"{stats.points:,}", f"{stats.indexed_points:,}",
            f"{stats.points - stats.indexed_points:,}", str(collection.dim), size(stats.memory_bytes),
            size(stats.disk_bytes),
        )  # fmt: skip
    console.print(table)


def show_index(console: Console, index: index_pb2.Index) -> None:
    """The state, the segments, and what recall their builds measured."""
    name = index.name.removeprefix("collections/").removesuffix("/index")
    console.print(f"{name}: {_state(index)}, sequence {index.sequence}, {index.head_points:,} points without a graph")
    if index.failure:
        console.print(f"  the last build failed: {index.failure}", markup=False)
    if index.retry_seconds:
        console.print(f"  it is tried again in {index.retry_seconds:.0f} s")
    if index.wanted_sequence:
        console.print(f"  a graph is wanted for all points up to sequence {index.wanted_sequence}")
    if index.HasField("build"):
        build = index.build
        console.print(f"  {build.phase or 'starting'}: {build.fraction:.0%} of {build.points:,} points")
    if not index.segments:
        return
    table = Table("segment")
    for title in ("points", "dead", "vectors", "edges, codes", "build took"):
        table.add_column(title, justify="right")
    table.add_column("built (UTC)")
    table.add_column("recall@10 by ef")
    for segment in index.segments:
        recalls = ", ".join(f"{point.ef}: {point.recall:.3f}" for point in segment.recalls)
        table.add_row(
            str(segment.number), f"{segment.points:,}", f"{segment.dead_points:,}", size(segment.vector_bytes),
            size(segment.graph_bytes), f"{segment.build_seconds:.1f} s",
            segment.build_time.ToDatetime().strftime("%Y-%m-%d %H:%M:%S"), recalls,
        )  # fmt: skip
    console.print(table)


def _state(index: index_pb2.Index) -> str:
    word = state_word(index.state)
    return f"[{_STYLES.get(word, 'default')}]{word}[/]"
