"""The compiled core for this CPU. Each module holds the same code for one instruction set (src/bindings.cpp)."""

import importlib
import os
from collections.abc import Callable
from functools import cache
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ids = NDArray[np.uint32]
Bytes = NDArray[np.uint8]
OnChunk = Callable[[str, int, int, int, int], None]  # phase, round, done, of, distances

NONE = 0xFFFFFFFF  # no vertex: kNone of edge.h


class Codes(Protocol):
    """Vectors as a beam reads them."""


class BuildParams(Protocol):
    """What build.h calls by this name."""


class Index(Protocol):
    """Searcher of search.h."""

    def float_codes(self) -> Codes: ...
    def is_scanned(self, k: int, ef: int, matching: int, /) -> bool: ...
    def scan(
        self,
        queries: Floats,
        filter_bits: Bytes,
        deadline_s: float,
        threads: int,
        rows: NDArray[np.int64],
        distances: Floats,
        truncated: Bytes,
        /,
    ) -> None: ...
    def search(
        self,
        codes: Codes,
        queries: Floats,
        rerank: int,
        ef: int,
        filter_bits: Bytes,
        matching: int,
        deadline_s: float,
        threads: int,
        rows: NDArray[np.int64],
        distances: Floats,
        truncated: Bytes,
        /,
    ) -> None: ...


class Core(Protocol):
    """The functions of a compiled module; shapes and dtypes are the caller's business."""

    LINE_ATTEMPTS: int  # kLineAttempts of space.h

    def give_back_freed(self) -> None: ...
    def order_codes(self, codes: Bytes, leaf: int, seed: int, threads: int, out: Ids, /) -> None: ...
    def order_points(self, points: Floats, order: Ids, leaf: int, seed: int, threads: int, out: Ids, /) -> None: ...
    def build_codes(self, codes: Bytes, params: BuildParams, out: Ids, first: Ids, on_chunk: OnChunk | None) -> int: ...
    def build_points(
        self, points: Floats, order: Ids, params: BuildParams, out: Ids, first: Ids, on_chunk: OnChunk | None
    ) -> int: ...
    def build_products(
        self, points: Floats, order: Ids, params: BuildParams, out: Ids, first: Ids, on_chunk: OnChunk | None
    ) -> int: ...
    def repair_codes(self, codes: Bytes, neighbours: Ids, entries: Ids, /) -> int: ...
    def repair_points(self, points: Floats, order: Ids, neighbours: Ids, entries: Ids, /) -> int: ...
    def repair_products(self, points: Floats, order: Ids, neighbours: Ids, entries: Ids, /) -> int: ...
    def insert_codes(self, codes: Bytes, edges: Ids, built: int, slack: int, width: int, entries: Ids, /) -> None: ...
    def insert_points(
        self, points: Floats, order: Ids, edges: Ids, built: int, slack: int, width: int, entries: Ids, /
    ) -> None: ...
    def insert_products(
        self, points: Floats, order: Ids, edges: Ids, built: int, slack: int, width: int, entries: Ids, /
    ) -> None: ...
    def unite_codes(self, codes: Bytes, candidates: Ids, first: int, slack: int, threads: int, out: Ids, /) -> int: ...
    def unite_points(
        self, points: Floats, order: Ids, candidates: Ids, first: int, slack: int, threads: int, out: Ids, /
    ) -> int: ...
    def encode_bytes(
        self, points: Floats, order: Ids, low: Floats, step: float, out: Bytes, threads: int, /
    ) -> None: ...
    def encode_halves(self, points: Floats, order: Ids, out: NDArray[np.uint16], threads: int, /) -> None: ...
    def encode_bits(self, points: Floats, order: Ids, centre: Floats, out: Bytes, threads: int, /) -> None: ...

    BuildParams: Callable[..., BuildParams]
    ByteCodes: Callable[[Bytes, Floats, float], Codes]
    HalfCodes: Callable[[NDArray[np.uint16]], Codes]
    BitCodes: Callable[[Bytes, Floats], Codes]
    Index: Callable[[Floats, Ids, Ids, Ids, object], Index]
    Metric: type


@cache
def cores() -> dict[str, Core]:
    """All compiled cores that this CPU can run, the best last; keys: baseline, avx2, avx512."""
    cpu = importlib.import_module("grnnd._cpu")
    names = ["baseline"] + ["avx2"] * cpu.has_avx2() + ["avx512"] * cpu.has_avx512()
    return {name: cast(Core, importlib.import_module(f"grnnd._core_{name}")) for name in names}


def core() -> Core:
    """The best compiled core that this CPU can run."""
    return list(cores().values())[-1]


def usable_threads(threads: int) -> int:
    """How many threads to run; 0 stands for all CPUs of this process."""
    return threads if threads > 0 else len(os.sched_getaffinity(0))
