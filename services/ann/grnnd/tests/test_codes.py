"""Codes against numpy, on every instruction set."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import is_walked, recall

import grnnd
from grnnd import engine
from grnnd.codes import CodeTable, Kind, Scale, bit_row_length, byte_row_length, byte_rows

CORES = engine.cores()
by_core = pytest.mark.parametrize("core", CORES.values(), ids=CORES.keys())


@by_core
def test_float16_codes_round_as_numpy(core: engine.Core) -> None:
    """All sizes, subnormals and ties."""
    ties = (np.arange(0, 4096, dtype=np.float32) + 0.5) * 2.0**-24
    rng = np.random.default_rng(0)
    spread = (rng.standard_normal(40_000) * 10.0 ** rng.uniform(-9, 4, 40_000)).astype(np.float32)
    values = np.concatenate([ties, spread, [0, -0.0, 65_504, 1, 2049, 2051]]).astype(np.float32)[:, None]
    halves = np.empty(values.shape, dtype=np.uint16)
    core.encode_halves(values, np.arange(len(values), dtype=np.uint32), halves, 1)
    assert (halves.view(np.float16) == values.astype(np.float16)).all()


@by_core
@settings(max_examples=30, deadline=None, derandomize=True)
@given(dim=st.sampled_from([1, 3, 63, 64, 65, 200]), size=st.sampled_from([1e-6, 1.0, 1e6]), seed=st.integers(0, 1000))
def test_a_byte_code_is_within_half_a_step(core: engine.Core, dim: int, size: float, seed: int) -> None:
    points = (size * np.random.default_rng(seed).standard_normal((50, dim))).astype(np.float32)
    scale = Scale.fit(points)
    rows = byte_rows(core, points, np.arange(50, dtype=np.uint32), scale, 1)
    assert rows.max() <= 127
    assert (rows[:, dim:] == 0).all()
    decoded = scale.low + rows[:, :dim].astype(np.float64) * scale.step
    assert np.abs(decoded - points).max() <= 0.501 * scale.step


def test_codes_are_the_same_on_every_instruction_set() -> None:
    """Bits too: the rotation is plain code everywhere, compiled without reordering."""
    points = np.random.default_rng(0).standard_normal((300, 100)).astype(np.float32)
    order = np.random.default_rng(1).permutation(300).astype(np.uint32)
    for kind in (Kind.SQ8, Kind.F16):
        rows = [CodeTable.encoded(core, kind, points, order, 1).rows for core in CORES.values()]
        assert all((each == rows[0]).all() for each in rows)


@by_core
def test_rows_of_bits_are_as_long_as_python_thinks(core: engine.Core) -> None:
    """The length is computed on both sides: here it is seen that a row ends where the next begins."""
    for dim in (1, 64, 65, 128, 500):
        points = np.random.default_rng(0).standard_normal((3, dim)).astype(np.float32)
        table = CodeTable.encoded(core, Kind.BITS, points, np.arange(3, dtype=np.uint32), 1)
        assert table.fits(dim, 3)
        alone = CodeTable.encoded(core, Kind.BITS, points, np.array([2, 2, 2], dtype=np.uint32), 1)
        assert (alone.rows[0] == table.rows[2]).all()
        assert bit_row_length(dim) % 8 == 0
        assert byte_row_length(dim) % 64 == 0


@by_core
@pytest.mark.parametrize("dim", [64, 100, 384])
def test_distances_between_bits_are_nearly_true(core: engine.Core, dim: int) -> None:
    """RaBitQ's estimate errs by O(1/√dim): a search by bits alone finds far more than chance."""
    rng = np.random.default_rng(0)
    points = rng.standard_normal((2000, dim)).astype(np.float32)
    order, entries = np.arange(2000, dtype=np.uint32), np.arange(8, dtype=np.uint32)
    edges = (order[:, None] + np.arange(1, 5, dtype=np.uint32)) % 2000  # a ring, which a beam for all rows walks whole
    index = core.Index(points, order, edges, entries, core.Metric.L2)  # type: ignore[attr-defined]
    codes = CodeTable.encoded(core, Kind.BITS, points, order, 1).opened(core, index)
    hits, distances = np.empty((20, 8), dtype=np.int64), np.empty((20, 8), dtype=np.float32)
    nothing = np.empty(0, dtype=np.uint8)
    queries = points[:20] + 0.3 * rng.standard_normal((20, dim)).astype(np.float32)
    index.search(codes, queries, 8, 2000, nothing, 2000, float("inf"), 1, hits, distances, np.empty(20, dtype=np.uint8))
    assert np.mean(hits[:, 0] == np.arange(20)) >= 0.9


@pytest.mark.parametrize("code", ["auto", "sq8", "bits"])
def test_one_far_row_does_not_blur_the_codes_of_others(code: str) -> None:
    """Its own code is clipped. With a range, or a centre, that it decides, none of the others is found."""
    rng = np.random.default_rng(0)
    rows, queries = (rng.standard_normal((n, 16)).astype(np.float32) for n in (20_000, 100))
    rows[7] = 1e6
    graph = grnnd.build(rows, code=code)
    ef = 512 if code == "bits" else 128
    assert graph.codes.kind == ("sq8" if code == "auto" else code)
    assert is_walked(graph, 10, ef)
    assert recall(graph.search(queries, 10, ef=ef).distances, rows, queries) >= 0.95
    assert graph.search(rows[7], 1, ef=64).ids[0, 0] == 7
    assert recall(graph.search(rows[7:8], 10, ef=ef).distances, rows, rows[7:8]) >= 0.5  # the others are equally far


def test_what_is_left_out_of_the_range_is_one_row_in_a_thousand() -> None:
    rows = np.random.default_rng(0).standard_normal((5000, 8)).astype(np.float32)
    whole = Scale.fit(rows)
    rows[:5] *= 1e4
    few = Scale.fit(rows)
    assert few.step <= 1.01 * whole.step
    rows[:6] = 1e4 * rows[100]
    assert Scale.fit(rows).step > 100 * whole.step


def test_rows_without_outliers_are_covered_completely() -> None:
    for dim in (1, 8, 100):
        rows = np.random.default_rng(dim).standard_normal((20_000, dim)).astype(np.float32)
        scale = Scale.fit(rows)
        assert (scale.low == rows.min(axis=0)).all()
        assert scale.step == pytest.approx((rows.max(axis=0) - scale.low).max() / 127, rel=1e-6)


def test_a_wider_beam_helps_where_codes_are_equal() -> None:
    """In clusters of 15 rows with one code, the nearest is told by exact distances alone: of nine it is one in two."""
    rng = np.random.default_rng(0)
    everything = rng.standard_normal((1000, 24)).repeat(15, axis=0) + 1e-3 * rng.standard_normal((15_000, 24))
    everything = everything[rng.permutation(15_000)].astype(np.float32)
    rows, queries = everything[:14_800], everything[14_800:]
    graph = grnnd.build(rows, code="sq8")
    assert is_walked(graph, 1, 256)
    assert recall(graph.search(queries, 1, ef=256).distances, rows, queries) >= 0.95
