"""Which device is taken where CuPy is there in name alone."""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import grnnd
from grnnd.device import Device
from grnnd.errors import Unavailable

BROKEN = {
    "a library is missing": ("raise ImportError('libcudart.so.13 is missing')", "libcudart"),
    "a library is another's": ("raise OSError('undefined symbol')", "undefined symbol"),
    "it is of another version": ("class cuda: pass", "has no attribute 'runtime'"),
    "no driver": (
        "class cuda:\n    class runtime:\n        class CUDARuntimeError(RuntimeError): pass\n"
        "        def getDeviceCount(): raise cuda.runtime.CUDARuntimeError('cudaErrorInsufficientDriver')",
        "cudaErrorInsufficientDriver",
    ),
}


@pytest.fixture(params=BROKEN)
def said(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """What is said by a package `cupy` that cannot be used."""
    source, words = BROKEN[request.param]
    (tmp_path / "cupy.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "cupy", raising=False)
    yield words
    sys.modules.pop("cupy", None)


def test_auto_builds_on_the_cpu_where_cupy_cannot_be_used_and_says_why(
    said: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert Device.of("auto") is Device.CPU
    assert said in caplog.text
    rows = np.random.default_rng(0).standard_normal((300, 4)).astype(np.float32)
    assert (grnnd.build(rows).edges == grnnd.build(rows, device="cpu").edges).all()


def test_who_asks_for_cuda_is_told_why_there_is_none(said: str) -> None:
    with pytest.raises(Unavailable, match="say device='cpu'") as refused:
        Device.of("cuda")
    assert said in str(refused.value)
