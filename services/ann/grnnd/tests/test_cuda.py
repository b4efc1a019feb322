"""The device path where there is no device: compiled for every architecture, and run warp by warp on the CPU."""

import shutil
import subprocess
import tracemalloc
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from distributions import sampled
from hypothesis import given, settings
from hypothesis import strategies as st

import grnnd
from grnnd import cuda, device, engine, nvrtc, on_device
from grnnd.codes import Scale, byte_rows
from grnnd.errors import TooLarge, Unavailable
from grnnd.memory import predict_device_memory
from grnnd.plan import Plan

emulated = import_module("grnnd._emulated")
KINDS = ("codes", "points", "products")
ARCHITECTURES = (75, 80, 86, 89, 90, 100)
KERNELS = [f"{step}_{kind}" for step in ("pick", "position", "join", "refine", "prune") for kind in KINDS]


class EmulatedBackend:
    """numpy, and warps in a loop."""

    xp = np
    free_bytes = 1 << 40

    def launch(self, name: str, count: int, room: int, *arguments: Any) -> None:
        getattr(emulated, name)(count, room, *arguments)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_nvrtc_compiles_every_kernel(architecture: int, tmp_path: Path) -> None:
    pytest.importorskip("nvidia.cuda_nvrtc")
    compiled = nvrtc.cubin(architecture, tmp_path)
    assert compiled.startswith(b"\x7fELF")
    for kernel in [*KERNELS, "choose", "absorb_rows", "reverse_rows"]:
        assert kernel.encode() + b"\0" in compiled


def test_a_compiled_kernel_is_taken_from_the_cache(tmp_path: Path) -> None:
    pytest.importorskip("nvidia.cuda_nvrtc")
    nvrtc.cubin(80, tmp_path)
    [file] = tmp_path.iterdir()
    file.write_bytes(b"from the cache")
    assert nvrtc.cubin(80, tmp_path) == b"from the cache"
    assert nvrtc.source_hash() in file.name


def test_a_compiler_error_comes_with_its_log(tmp_path: Path) -> None:
    pytest.importorskip("nvidia.cuda_nvrtc")
    with pytest.raises(Unavailable, match="sm_20"):
        nvrtc.cubin(20, tmp_path)


@pytest.mark.skipif(shutil.which("nvcc") is None, reason="nvcc is not installed")
@pytest.mark.parametrize("architecture", [75, 100])
def test_nvcc_compiles_every_kernel_without_a_warning(architecture: int, tmp_path: Path) -> None:
    command = [
        "nvcc",
        "-std=c++17",
        f"-I{nvrtc.INCLUDE}",
        "-cubin",
        f"-arch=sm_{architecture}",
        "-Werror",
        "all-warnings",
    ]
    subprocess.run([*command, str(nvrtc.SOURCE), "-o", str(tmp_path / "cubin")], check=True)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(count=st.integers(0, 200), seed=st.integers(0, 1000))
def test_a_warp_sorts_as_numpy(count: int, seed: int) -> None:
    keys = np.zeros(256, dtype=np.uint64)
    keys[:count] = np.random.default_rng(seed).integers(0, 50, count)
    expected = np.sort(keys[:count])
    emulated.warp_sort(keys, count)
    assert (keys[:count] == expected).all()


@settings(max_examples=100, deadline=None, derandomize=True)
@given(count=st.integers(0, 200), seed=st.integers(0, 1000))
def test_a_warp_keeps_each_vertex_once(count: int, seed: int) -> None:
    keys = np.sort(np.random.default_rng(seed).integers(0, 40, count).astype(np.uint64))
    expected = [key for i, key in enumerate(keys.tolist()) if i == 0 or key >> 1 != int(keys[i - 1]) >> 1]
    kept = emulated.warp_compact(keys, count)
    assert keys[:kept].tolist() == expected


@settings(max_examples=60, deadline=None, derandomize=True)
@given(dim=st.sampled_from([64, 128, 192, 4096]), seed=st.integers(0, 1000))
def test_a_warp_measures_as_numpy(dim: int, seed: int) -> None:
    codes = np.random.default_rng(seed).integers(0, 128, (3, dim)).astype(np.uint8)
    wide = codes.astype(np.int64)
    assert emulated.warp_code_distance(codes, 0, 1) == np.square(wide[0] - wide[1]).sum()
    assert emulated.warp_code_position(codes, 0, 1, 2) == ((wide[0] - wide[1]) * wide[2]).sum() + 2**31


def both(rows: np.ndarray, kind: str, plan: Plan) -> tuple[np.ndarray, np.ndarray]:
    """The edges of the device path, emulated, and of the CPU's."""
    core, same = engine.core(), np.arange(len(rows), dtype=np.uint32)
    used = byte_rows(core, rows, same, Scale.fit(rows), 1) if kind == "codes" else rows
    on_emulated = np.empty((len(rows), plan.degree), dtype=np.uint32)
    on_device.build(EmulatedBackend(), kind, used, same, plan, on_emulated, lambda *_: None)
    on_cpu, first = np.empty_like(on_emulated), np.empty((0, 0), dtype=np.uint32)
    params = plan.params(core, 1)
    match kind:
        case "codes":
            core.build_codes(used, params, on_cpu, first, None)
        case "points":
            core.build_points(used, same, params, on_cpu, first, None)
        case "products":
            core.build_products(used, same, params, on_cpu, first, None)
    return on_emulated, on_cpu


@pytest.mark.parametrize("name", ["normal 16d", "bytes", "few distinct", "zeros", "400 clusters", "low rank 384d"])
def test_the_device_path_builds_the_graph_of_the_cpu_over_codes(name: str) -> None:
    """Of any data: all distances are whole numbers."""
    rows = sampled(name)[0][:700]
    on_emulated, on_cpu = both(rows, "codes", Plan.of(16, 7))
    assert (on_emulated == on_cpu).all()
    assert (on_cpu != engine.NONE).any()


@pytest.mark.parametrize("kind", ["points", "products"])
@pytest.mark.parametrize("name", ["bytes", "bits", "zeros"])
def test_the_device_path_builds_the_graph_of_the_cpu_over_whole_floats(name: str, kind: str) -> None:
    rows = sampled(name)[0][:700] % 16
    on_emulated, on_cpu = both(rows, kind, Plan.of(16, 7))
    assert (on_emulated == on_cpu).all()


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=20, deadline=None, derandomize=True)
@given(
    n=st.integers(1, 400),
    levels=st.sampled_from([2, 9]),
    degree=st.sampled_from([4, 9, 32]),
    seed=st.integers(0, 2**32 - 1),
    is_arranged=st.booleans(),
)
def test_the_device_path_builds_the_graph_of_the_cpu_at_any_size(
    kind: str, n: int, levels: int, degree: int, seed: int, is_arranged: bool
) -> None:
    """With one leaf, with several, with uneven halves, with lines between equal points."""
    rows = np.random.default_rng(seed).integers(0, levels, (n, 5)).astype(np.float32)
    usual = Plan.of(degree, seed)
    plan = Plan(degree, seed, usual.capacity, usual.inbox, trees=3, leaf=32, rounds=3, is_arranged=is_arranged)
    on_emulated, on_cpu = both(rows, kind, plan)
    assert (on_emulated == on_cpu).all()


@pytest.mark.parametrize(("n", "dim", "degree"), [(5000, 16, 32), (5000, 16, 8), (3000, 200, 128)])
def test_the_memory_of_a_device_is_predicted(n: int, dim: int, degree: int) -> None:
    """What numpy allocates in the device's place, and the rows and their order, which numpy need not copy; without what
    the device's own programs take."""
    rows = np.random.default_rng(0).standard_normal((n, dim)).astype(np.float32)
    plan, order = Plan.of(degree, 0), np.arange(n, dtype=np.uint32)
    codes = byte_rows(engine.core(), rows, order, Scale.fit(rows), 1)
    out = np.empty((n, degree), dtype=np.uint32)
    tracemalloc.start()
    try:
        on_device.build(EmulatedBackend(), "codes", codes, order, plan, out, lambda *_: None)
        peak = tracemalloc.get_traced_memory()[1] + codes.nbytes + order.nbytes
    finally:
        tracemalloc.stop()
    predicted = predict_device_memory(n, codes.shape[1], plan) - predict_device_memory(0, codes.shape[1], plan)
    assert 0.95 * peak <= predicted <= 1.5 * peak


class SmallDevice(EmulatedBackend):
    """Has less memory than any build takes."""

    free_bytes = 1 << 20


class SharedDevice(EmulatedBackend):
    """Another program takes its memory while a build goes on."""

    def launch(self, name: str, count: int, room: int, *arguments: Any) -> None:
        if name.startswith("refine"):
            raise MemoryError
        super().launch(name, count, room, *arguments)


class NoCompiler(EmulatedBackend):
    """A device that nothing can be compiled for: NVRTC is missing, or older than it."""

    def __init__(self) -> None:
        raise Unavailable("NVRTC is not installed: install grnnd[gpu]")


def test_auto_builds_on_the_cpu_where_nothing_compiles_for_the_device(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Else every build of a host with CuPy alone would fail."""
    monkeypatch.setattr(device, "_require_cuda", lambda: None)
    monkeypatch.setattr(cuda, "_CupyBackend", NoCompiler)
    rows = sampled("normal 16d")[0][:600]
    assert (grnnd.build(rows).edges == grnnd.build(rows, device="cpu").edges).all()
    assert "the CPU does it" in caplog.text
    with pytest.raises(Unavailable, match=r"grnnd\[gpu\]"):
        grnnd.build(rows, device="cuda")


@pytest.mark.parametrize("backend", [SmallDevice, SharedDevice])
def test_auto_builds_on_the_cpu_what_the_device_cannot_hold(
    backend: type, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """And says so; whoever asks for the device itself is refused, with the estimate. The device is emulated."""
    monkeypatch.setattr(device, "_require_cuda", lambda: None)
    monkeypatch.setattr(cuda, "_CupyBackend", backend)
    rows = sampled("normal 16d")[0][:600]
    assert (grnnd.build(rows, device="auto").edges == grnnd.build(rows, device="cpu").edges).all()
    assert "the CPU does it" in caplog.text
    with pytest.raises(TooLarge, match="say device='cpu'") as caught:
        grnnd.build(rows, device="cuda")
    assert caught.value.needed_bytes > 600 * Plan.of(32, 0).pool_bytes


def test_auto_builds_on_the_device_what_fits(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(device, "_require_cuda", lambda: None)
    monkeypatch.setattr(cuda, "_CupyBackend", EmulatedBackend)
    rows = sampled("normal 16d")[0][:600]
    assert (grnnd.build(rows).edges == grnnd.build(rows, device="cpu").edges).all()
    assert caplog.text == ""


def test_a_device_builds_the_graph_of_the_cpu() -> None:
    """Where there is one (`make gpu`)."""
    if grnnd.device.Device.of("auto") is not grnnd.device.Device.CUDA:
        pytest.skip("no CUDA device")
    rows, _ = sampled("normal 16d")
    assert (grnnd.build(rows, device="cuda").edges == grnnd.build(rows, device="cpu").edges).all()
