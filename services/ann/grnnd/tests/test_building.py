"""Arguments, progress, cancellation and memory of a build."""

import subprocess
import sys
import threading
import time

import numpy as np
import pytest

import grnnd
from grnnd import Cancelled, InvalidInput, Progress, TooLarge, Unavailable
from grnnd.device import Device
from grnnd.plan import Plan

ROWS = np.random.default_rng(0).standard_normal((3000, 8)).astype(np.float32)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (np.zeros((0, 4)), "0 rows"),
        (np.zeros((4, 0)), "dim 0"),
        (np.zeros((4, 65_537), dtype=np.int8), "dim 65537"),
        (np.zeros(4), "shape"),
        (np.zeros((2, 2, 2)), "shape"),
        ([["a", "b"]], "dtype"),
        (np.array([[1, 2], [3, np.nan]]), r"vectors\[1, 1\] is nan"),
        (np.array([[np.inf, 2]]), r"vectors\[0, 0\] is inf"),
        (np.array([[1e300, 2]]), r"vectors\[0, 0\] is inf"),
        (np.array([[0, -1e17]], dtype=np.float32), r"vectors\[0, 1\]"),
    ],
)
def test_wrong_vectors_are_refused_by_place(rows: object, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        grnnd.build(rows)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wrong",
    [
        {"metric": "hamming"},
        {"degree": 3},
        {"degree": 129},
        {"degree": 32.0},
        {"seed": -1},
        {"seed": 2**32},
        {"threads": -1},
        {"device": "tpu"},
        {"code": "pq"},
    ],
)
def test_a_wrong_argument_is_named(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidInput, match=next(iter(wrong))):
        grnnd.build(ROWS, **wrong)  # type: ignore[arg-type]


def test_a_zero_vector_has_no_direction() -> None:
    rows = ROWS.copy()
    rows[17] = 0
    with pytest.raises(InvalidInput, match=r"vectors\[17\] is zero"):
        grnnd.build(rows, metric="cosine")
    with pytest.raises(InvalidInput, match=r"queries\[0\] is zero"):
        grnnd.build(ROWS, metric="cosine").search(rows[17:18], 1)


def test_values_that_f16_cannot_hold_are_refused() -> None:
    with pytest.raises(InvalidInput, match="f16"):
        grnnd.build(ROWS * 1e6, code="f16")


def test_whole_numbers_and_float64_are_taken() -> None:
    for dtype in (np.int32, np.uint8, np.float64, np.float16):
        rows = (np.abs(ROWS) * 50).astype(dtype)
        assert grnnd.build(rows).search(rows[3:4], 1).distances[0, 0] == 0


def test_rows_in_another_order_of_memory_are_taken() -> None:
    assert (grnnd.build(np.asfortranarray(ROWS)).edges == grnnd.build(ROWS).edges).all()
    assert (grnnd.build(np.repeat(ROWS, 2, axis=0)[::2]).edges == grnnd.build(ROWS).edges).all()


def test_progress_rises_from_nothing_to_nearly_all() -> None:
    seen: list[Progress] = []
    grnnd.build(ROWS, progress=seen.append)
    fractions = [each.fraction for each in seen]
    assert fractions == sorted(fractions)
    assert fractions[0] == 0
    assert 0.8 < fractions[-1] <= 1
    assert {"order", "tree", "refine", "reverse", "absorb", "prune", "calibrate"} <= {each.phase for each in seen}
    assert [each.distances for each in seen] == sorted(each.distances for each in seen)
    assert seen[-1].distances > 100 * len(ROWS)


def test_a_build_is_cancelled_from_another_thread() -> None:
    cancel = threading.Event()
    rows = np.random.default_rng(0).standard_normal((60_000, 64)).astype(np.float32)
    threading.Timer(0.2, cancel.set).start()
    started = time.monotonic()
    with pytest.raises(Cancelled, match="phase"):
        grnnd.build(rows, threads=1, cancel=cancel)
    assert time.monotonic() - started < 2


def test_what_progress_raises_comes_out() -> None:
    def stop(progress: Progress) -> None:
        if progress.phase == "refine":
            raise KeyError("enough")

    with pytest.raises(KeyError, match="enough"):
        grnnd.build(ROWS, progress=stop)


def test_other_threads_run_while_a_graph_is_built() -> None:
    """The GIL is released: a thread that counts is not held up for long."""
    longest, stop = [0.0], threading.Event()

    def count() -> None:
        last = time.monotonic()
        while not stop.is_set():
            time.sleep(0.001)
            now = time.monotonic()
            longest[0], last = max(longest[0], now - last), now

    counter = threading.Thread(target=count)
    counter.start()
    rows = np.random.default_rng(0).standard_normal((40_000, 32)).astype(np.float32)
    grnnd.build(rows, threads=1)
    stop.set()
    counter.join()
    assert longest[0] < 0.3


def test_a_build_that_would_not_fit_is_refused_with_its_estimate() -> None:
    with pytest.raises(TooLarge) as caught:
        grnnd.build(ROWS, memory_limit=1 << 20)
    assert caught.value.limit_bytes == 1 << 20
    assert caught.value.needed_bytes == grnnd.predict_memory(3000, 8)


@pytest.mark.parametrize(
    ("n", "dim", "metric", "degree", "code"),
    [
        (100_000, 64, "l2", 32, "auto"),
        (50_000, 200, "inner_product", 32, "auto"),
        (60_000, 100, "cosine", 32, "auto"),
        # So wide, and of so few edges, that codes take more than all the rest.
        (40_000, 2048, "l2", 8, "f32"),
        (40_000, 2048, "l2", 8, "f16"),
        (40_000, 2048, "l2", 8, "sq8"),
        (40_000, 2048, "l2", 8, "bits"),
    ],
)
def test_the_prediction_is_an_upper_bound_and_not_a_wild_one(
    n: int, dim: int, metric: str, degree: int, code: str
) -> None:
    """Peak resident memory of a fresh process, less that before the build."""
    program = (
        "import sys, numpy, grnnd\n"
        "def peak():\n"
        "    return int(open('/proc/self/status').read().split('VmHWM:')[1].split()[0]) * 1024\n"
        "n, dim, degree = map(int, sys.argv[1:4])\n"
        "metric, code = sys.argv[4:]\n"
        "rows = numpy.random.default_rng(0).random((n, dim), dtype=numpy.float32)\n"
        "grnnd.build(rows[:500], metric=metric, degree=degree, code=code)\n"
        "before = peak()\n"
        "grnnd.build(rows, metric=metric, degree=degree, code=code, threads=2)\n"
        "print(peak() - before)\n"
    )
    command = [sys.executable, "-c", program, str(n), str(dim), str(degree), metric, code]
    used = int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    predicted = grnnd.predict_memory(n, dim, metric, degree, code)
    assert used <= predicted
    assert predicted <= 1.15 * used + (96 << 20)  # its fixed part: scratch, and the sample that judges codes


def test_what_was_needed_before_the_pools_is_given_back_before_they_are_taken() -> None:
    """Hazard: malloc keeps what judging and ordering the codes freed, and it adds to the peak. Peak of a fresh process,
    less that of a small build before: codes, pools, order, the keys of a tree, and a few MiB."""
    program = (
        "import numpy, grnnd\n"
        "def status(name):\n"
        "    return int(open('/proc/self/status').read().split(name)[1].split()[0]) * 1024\n"
        "rows = numpy.random.default_rng(0).standard_normal((60_000, 128), dtype=numpy.float32)\n"
        "grnnd.build(rows[:500])\n"
        "before = status('VmRSS:')\n"
        "open('/proc/self/clear_refs', 'w').write('5')\n"  # the peak begins anew
        "grnnd.build(rows, threads=1)\n"
        "print(status('VmHWM:') - before)\n"
    )
    used = int(subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout)
    pools = 60_000 * (128 + Plan.of(32, 0).pool_bytes + 4 + 12)
    assert used <= pools + (6 << 20)


def test_cuda_without_a_device_is_said_plainly() -> None:
    if Device.of("auto") is Device.CUDA:
        pytest.skip("there is a device")
    with pytest.raises(Unavailable, match="device='cpu'"):
        grnnd.build(ROWS, device="cuda")


def test_exports_are_what_all_says() -> None:
    assert sorted(name for name in vars(grnnd) if name[0].isupper() or name in ("build", "load", "merge")) == sorted(
        name for name in grnnd.__all__ if name != "predict_memory"
    )
