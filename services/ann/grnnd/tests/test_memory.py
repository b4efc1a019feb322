"""What memory is said to be available, told by folders as the kernel of a container shows them."""

from pathlib import Path

from grnnd.memory import available_bytes, total_bytes

GIB = 1 << 30


def kernel(folder: Path, own: str = "/", available: int = 64 * GIB, total: int = 128 * GIB) -> tuple[Path, Path]:
    """Its /proc and /sys/fs/cgroup. own: the process's group."""
    proc, groups = folder / "proc", folder / "cgroup"
    (proc / "self").mkdir(parents=True)
    (proc / "meminfo").write_text(
        f"MemTotal: {total // 1024} kB\nMemFree: 1 kB\nMemAvailable: {available // 1024} kB\n"
    )
    (proc / "self" / "cgroup").write_text(f"1:cpu:/elsewhere\n0::{own}\n")
    return proc, groups


def limit(group: Path, most: int | str, used: int, cached: int) -> None:
    """cached: bytes of the page cache among those used, a quarter of them seen as active."""
    group.mkdir(parents=True, exist_ok=True)
    (group / "memory.max").write_text(f"{most}\n")
    (group / "memory.current").write_text(f"{used}\n")
    stat = {"anon": used - cached, "file": cached, "shmem": 0}
    stat |= {"inactive_file": cached - cached // 4, "active_file": cached // 4, "unevictable": 0}
    (group / "memory.stat").write_text("".join(f"{name} {value}\n" for name, value in stat.items()))


def test_files_that_were_read_do_not_count_as_used(tmp_path: Path) -> None:
    """A container of 4 GiB that has read its segments: 3.9 GiB "used", 3.4 of them the page cache. A build that
    takes 3 GiB fits, and would be refused for ever if the cache counted."""
    proc, groups = kernel(tmp_path)
    limit(groups, 4 * GIB, used=39 * GIB // 10, cached=34 * GIB // 10)
    assert 3.4 * GIB < available_bytes(proc, groups) < 3.6 * GIB  # type: ignore[operator]


def test_the_tightest_of_all_groups_above_counts(tmp_path: Path) -> None:
    proc, groups = kernel(tmp_path, "/pod/ann/worker")
    limit(groups / "pod/ann/worker", "max", used=GIB, cached=0)
    limit(groups / "pod/ann", 8 * GIB, used=2 * GIB, cached=0)
    limit(groups / "pod", 6 * GIB, used=4 * GIB, cached=GIB)
    assert available_bytes(proc, groups) == 3 * GIB
    limit(groups / "pod/ann", 3 * GIB, used=2 * GIB, cached=0)
    assert available_bytes(proc, groups) == GIB


def test_a_group_over_its_limit_has_nothing_to_give(tmp_path: Path) -> None:
    """The kernel lets a group pass its limit for a moment."""
    proc, groups = kernel(tmp_path)
    limit(groups, GIB, used=GIB + 4096, cached=0)
    assert available_bytes(proc, groups) == 0


def test_without_a_limit_the_system_is_asked(tmp_path: Path) -> None:
    """The topmost group of a machine has no such files, others say "max"; a container may see neither."""
    proc, groups = kernel(tmp_path, "/user.slice", available=2 * GIB)
    assert available_bytes(proc, groups) == 2 * GIB
    limit(groups / "user.slice", "max", used=GIB, cached=0)
    assert available_bytes(proc, groups) == 2 * GIB
    limit(groups / "user.slice", 4 * GIB, used=GIB, cached=0)
    assert available_bytes(proc, groups) == 2 * GIB


def test_a_system_that_says_nothing_sets_no_limit(tmp_path: Path) -> None:
    assert available_bytes(tmp_path / "proc", tmp_path / "cgroup") is None
    assert total_bytes(tmp_path / "proc", tmp_path / "cgroup") is None


def test_what_there_is_in_all_does_not_depend_on_what_is_used(tmp_path: Path) -> None:
    """The tightest limit, or the machine's memory."""
    proc, groups = kernel(tmp_path, "/pod/ann", available=GIB, total=8 * GIB)
    assert total_bytes(proc, groups) == 8 * GIB
    limit(groups / "pod/ann", "max", used=GIB, cached=0)
    limit(groups / "pod", 6 * GIB, used=5 * GIB, cached=0)
    assert total_bytes(proc, groups) == 6 * GIB
    limit(groups / "pod", 9 * GIB, used=5 * GIB, cached=0)
    assert total_bytes(proc, groups) == 8 * GIB
