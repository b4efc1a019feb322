"""How much memory a build takes, known before it begins, and how much there is."""

from pathlib import Path, PurePosixPath

from grnnd.codes import Kind, byte_row_length
from grnnd.errors import TooLarge
from grnnd.metric import Metric
from grnnd.plan import Plan

_FIXED_BYTES = 32 << 20  # threads' scratch, calibration, the interpreter's own
_TREE_BYTES = 12  # of a vertex: its id and a key, while a tree is grown
_LAST_BYTES = 12  # of a vertex, while its edges are measured and repaired: which are reached, linked, waiting
# Float64 sample by which codes are judged. Later, in its place, that by which entries are chosen (entries.py), which is
# smaller: 4 M numbers, a half of them twice.
_SCRATCH_SAMPLE_BYTES = 64 << 20
# Of a vertex, while a tree's level is sorted: keys, segments, both stacked, ids, the sort's own.
_DEVICE_TREE_BYTES = 88
_DEVICE_FIXED_BYTES = 64 << 20  # kernels, and what the device's allocator rounds up


def predict_memory(count: int, dim: int, metric: str = "l2", degree: int = 32, code: str = "auto") -> int:
    """Bytes that a build on the CPU takes at its peak, beside the caller's vectors.

    count: rows. dim: of a vector. code: as of `build`; auto is predicted as sq8, which takes more than the f32 that it
    may become. Vectors that are not float32 in C order are copied: add 4 · count · dim.
    Raises InvalidInput for an unknown metric or code.
    """
    return _predicted(count, dim, Metric.of(metric), Plan.of(degree, 0), Kind.wanted(code))


def predict_device_memory(count: int, row_bytes: int, plan: Plan) -> int:
    """Bytes that a build takes on a device at its peak, its rows included.

    count: vertices. row_bytes: of a row of what is measured, codes or points.
    """
    beside_pools = max(_DEVICE_TREE_BYTES, 4 * plan.degree)
    return count * (row_bytes + 4 + plan.pool_bytes + beside_pools) + _DEVICE_FIXED_BYTES


def require_memory(
    count: int,
    dim: int,
    metric: Metric,
    plan: Plan,
    kind: Kind | None,
    limit_bytes: int | None,
    extra_bytes: int = 0,
) -> None:
    """Raises TooLarge if the build, and what else is to be allocated, would exceed the limit, or what there is.

    kind: of the codes; None for auto.
    """
    needed = _predicted(count, dim, metric, plan, kind) + extra_bytes
    limit = available_bytes() if limit_bytes is None else limit_bytes
    if limit is not None and needed > limit:
        raise TooLarge(needed, limit)


def available_bytes(proc: Path = Path("/proc"), groups: Path = Path("/sys/fs/cgroup")) -> int | None:
    """The least of what the system and this process's control groups (v2) can still give; None where the system does
    not say (not Linux).

    proc, groups: where the kernel tells of processes and of control groups.
    """
    return _least(proc, "MemAvailable", [_room(group) for group in _own_groups(proc, groups)])


def total_bytes(proc: Path = Path("/proc"), groups: Path = Path("/sys/fs/cgroup")) -> int | None:
    """The least of the system's memory and the limits of this process's control groups (v2): what needs more can never
    fit here, whatever else ends. None where the system does not say (not Linux).

    proc, groups: as of `available_bytes`.
    """
    return _least(proc, "MemTotal", [_limit(group) for group in _own_groups(proc, groups)])


def _least(proc: Path, name: str, of_groups: list[int | None]) -> int | None:
    """Of what the system says under this name and what the groups say; None if the system does not."""
    try:
        kib = int((proc / "meminfo").read_text().split(f"{name}:")[1].split()[0])
    except (OSError, IndexError):
        return None
    return min([kib * 1024, *(each for each in of_groups if each is not None)])


def _own_groups(proc: Path, groups: Path) -> list[Path]:
    """From the group of this process up to the topmost that can be seen; within a container often just one."""
    try:
        lines = (proc / "self/cgroup").read_text().splitlines()
    except OSError:
        lines = []
    own = PurePosixPath(next((line.removeprefix("0::/") for line in lines if line.startswith("0::/")), ""))
    return [groups / path for path in (own, *own.parents)]


def _room(group: Path) -> int | None:
    """Bytes until the group's limit; None where it has none. The page cache counts as free, as in MemAvailable: whoever
    reads or writes files larger than the limit fills it, and the kernel gives it back before it refuses."""
    most = _limit(group)
    if most is None:
        return None
    try:
        used = int((group / "memory.current").read_text())
        stat = dict(line.split() for line in (group / "memory.stat").read_text().splitlines())
        cached = int(stat["active_file"]) + int(stat["inactive_file"])
    except (OSError, ValueError, KeyError):
        return None
    return max(most - used + cached, 0)


def _limit(group: Path) -> int | None:
    """The group's own, in bytes."""
    try:
        return int((group / "memory.max").read_text())
    except (OSError, ValueError):  # "max" is no number
        return None


def _predicted(count: int, dim: int, metric: Metric, plan: Plan, kind: Kind | None) -> int:
    point_dim = dim + (metric is Metric.INNER_PRODUCT)
    copies = 0 if metric is Metric.L2 else 4 * point_dim
    # Bytes by which rows are ordered and edges measured, whatever a search is to read; but for f32, which does without.
    measured = 0 if kind is Kind.F32 else byte_row_length(point_dim)
    ordering = 2 * measured + 8 + _TREE_BYTES
    # The finished lists stand where the inboxes were until the rows are given back (build.h).
    building = measured + 4 + max(plan.pool_bytes + _TREE_BYTES, 8 * plan.inbox + 4 * plan.degree)
    read = 0 if kind is None or kind is Kind.SQ8 else kind.row_bytes(point_dim)  # sq8 are the very bytes
    finishing = measured + 4 + read + 4 * plan.degree + _LAST_BYTES
    sample = min(_SCRATCH_SAMPLE_BYTES, 24 * count * point_dim)
    return count * (copies + max(ordering, building, finishing)) + sample + _FIXED_BYTES
