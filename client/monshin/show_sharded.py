"""Builds in shards for people at a terminal."""

from collections.abc import Iterable

from google.longrunning.operations_pb2 import Operation
from monshin_protos.ann.v1 import sharded_pb2 as pb
from rich.console import Console
from rich.table import Table

_STYLES = {"ready": "green", "cancelling": "yellow", "cancelled": "yellow", "failed": "red"}


def progress_of(build: Operation) -> pb.ShardedBuildProgress:
    """What a build says of how far it is."""
    progress = pb.ShardedBuildProgress()
    build.metadata.Unpack(progress)
    return progress


def phase_word(phase: pb.ShardedBuildPhase.ValueType) -> str:
    """Such as `merging`."""
    return pb.ShardedBuildPhase.Name(phase).removeprefix("SHARDED_BUILD_PHASE_").lower()


def show_builds(console: Console, builds: Iterable[Operation]) -> None:
    """A row a build."""
    table = Table("build", "collection", "phase")
    for name in ("shards", "done"):
        table.add_column(name, justify="right")
    table.add_column("begun (UTC)")
    for build in builds:
        at = progress_of(build)
        table.add_row(
            build.name, at.collection.removeprefix("collections/"), _phase(at), f"{at.shards_done} of {at.shards}",
            f"{at.fraction:.0%}", at.create_time.ToDatetime().strftime("%Y-%m-%d %H:%M:%S"),
        )  # fmt: skip
    console.print(table)


def show_build(console: Console, build: Operation) -> None:
    """The phase, how far it is, and why it ended."""
    at = progress_of(build)
    console.print(f"{at.collection.removeprefix('collections/')}: {_phase(at)}", highlight=False)
    console.print(f"  {build.name}", markup=False, highlight=False, soft_wrap=True)
    shards = f"{at.shards_done} of {at.shards} shards" if at.shards else "shards not known yet"
    left = f", about {at.remaining.ToTimedelta().total_seconds():,.0f} s left" if at.HasField("remaining") else ""
    console.print(f"  {shards}, {at.fraction:.0%}, {at.distances:,} distances{left}", highlight=False)
    if build.HasField("error"):
        console.print(f"  {build.error.message}", markup=False, highlight=False, soft_wrap=True)


def _phase(at: pb.ShardedBuildProgress) -> str:
    word = phase_word(at.phase)
    return f"[{_STYLES.get(word, 'blue')}]{word}[/]"
