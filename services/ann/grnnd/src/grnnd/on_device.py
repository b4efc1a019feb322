"""The steps of a build (build.h, tree.h) as launches of kernels, for any backend that has them."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from grnnd import engine
from grnnd.engine import NONE, Bytes, Floats, Ids, OnChunk
from grnnd.errors import TooLarge
from grnnd.memory import predict_device_memory
from grnnd.plan import Plan

_EMPTY = np.uint64(2**64 - 1)  # kEmpty of edge.h
_WARP = 32
_ALL = 256  # a share of 1
_WAY_OUT = "say device='cpu'"

Array = Any  # of numpy or CuPy


class Backend(Protocol):
    """xp: numpy, or CuPy. free_bytes: what can be allocated. launch: runs the kernel's step for `count` teams, each
    with scratch of `room` keys."""

    xp: Any

    @property
    def free_bytes(self) -> int: ...

    def launch(self, name: str, count: int, room: int, *arguments: Any) -> None: ...


def build(
    backend: Backend, kind: str, rows: Bytes | Floats, order: Ids, plan: Plan, out: Ids, on_chunk: OnChunk
) -> None:
    """Fills `out` with the edges of the vertices, of shape (len(order), degree), from a start in trees.

    kind: codes, points or products (space.h). rows: codes by vertex, or points in the caller's order.
    Raises TooLarge if the device cannot hold it; what others take of the device meanwhile, no estimate knows.
    """
    needed, free = predict_device_memory(len(rows), rows.shape[1] * rows.itemsize, plan), backend.free_bytes
    if needed > free:
        raise TooLarge(needed, free, _WAY_OUT)
    try:
        _Build(backend, kind, rows, order, plan, on_chunk).run(out)
    except MemoryError as error:  # CuPy's OutOfMemoryError is one
        raise TooLarge(needed, free, _WAY_OUT) from error


@dataclass(frozen=True, slots=True)
class _Segments:
    """The nodes of a tree's level, from left to right: where each begins, how many points it has, its number."""

    sizes: np.ndarray[tuple[int], np.dtype[np.int64]]
    nodes: np.ndarray[tuple[int], np.dtype[np.uint32]]

    def halved(self, leaf: int) -> "_Segments":
        """Those above the size of a leaf, each as two."""
        is_split = self.sizes > leaf
        sizes = np.stack([np.where(is_split, self.sizes // 2, self.sizes), self.sizes - self.sizes // 2], axis=1)
        nodes = np.stack([np.where(is_split, 2 * self.nodes, self.nodes), 2 * self.nodes + 1], axis=1)
        is_there = np.stack([np.ones_like(is_split), is_split], axis=1)
        return _Segments(sizes[is_there], nodes[is_there].astype(np.uint32))


class _Build:
    def __init__(
        self, backend: Backend, kind: str, rows: Bytes | Floats, order: Ids, plan: Plan, on_chunk: OnChunk
    ) -> None:
        xp = self._xp = backend.xp
        self._backend, self._plan, self._on_chunk, self._count = backend, plan, on_chunk, len(order)
        self._room = 1
        while self._room < plan.capacity + max(plan.inbox, plan.leaf):
            self._room *= 2
        self._kind = kind
        self._space = (xp.asarray(rows), xp.asarray(order), np.uint32(rows.shape[1]))
        self._pools = (
            xp.full((self._count, plan.capacity), _EMPTY, dtype=xp.uint64),
            xp.full((self._count, plan.inbox), _EMPTY, dtype=xp.uint64),
            np.uint32(plan.capacity),
            np.uint32(plan.inbox),
        )

    def run(self, out: Ids) -> None:
        plan, rounds = self._plan, self._plan.rounds
        for tree in range(plan.trees):
            self._join(tree)
        for round_ in range(rounds):
            is_last = round_ + 1 == rounds
            seed = _hash32(plan.seed + round_ + 1) | 1 if plan.is_disordered and not is_last else 0
            self._measure("refine", round_, *self._pools, np.uint32(seed))
            share = _ALL if is_last else round(plan.reverse_share * _ALL)
            shuffle = np.uint32((plan.seed + round_) & NONE)
            self._step("reverse", round_, "reverse_rows", *self._pools, np.uint32(share), shuffle)
            if not is_last:
                self._step("absorb", round_, "absorb_rows", *self._pools)
        edges = self._xp.empty((self._count, plan.degree), dtype=self._xp.uint32)
        self._measure("prune", 0, *self._pools, np.uint32(plan.degree), np.uint32(plan.slack_256), edges)
        out[:] = edges if isinstance(edges, np.ndarray) else edges.get()

    def _measure(self, phase: str, round_: int, *arguments: Any) -> None:
        self._step(phase, round_, f"{phase}_{self._kind}", *self._space, *arguments)

    def _step(self, phase: str, round_: int, kernel: str, *arguments: Any) -> None:
        self._backend.launch(kernel, self._count, self._room, *arguments)
        self._on_chunk(phase, round_, self._count, self._count, 0)

    def _join(self, tree: int) -> None:
        """Grows a tree and offers the members of each leaf to each other; the first is that of the numbers."""
        xp, plan = self._xp, self._plan
        ids = xp.arange(self._count, dtype=xp.uint32)
        segments = _Segments(np.array([self._count]), np.array([1], dtype=np.uint32))
        while (segments.sizes > plan.leaf).any():
            if tree > 0 or not plan.is_arranged:
                ids = self._sorted_by_position(ids, segments, _hash32(plan.seed, tree))
            segments = segments.halved(plan.leaf)
        leaves = np.repeat(np.arange(len(segments.sizes), dtype=np.uint32), segments.sizes)
        bounds = np.concatenate([[0], np.cumsum(segments.sizes)]).astype(np.uint32)
        arguments = (*self._pools, ids, xp.asarray(leaves), xp.asarray(bounds))
        self._backend.launch(f"join_{self._kind}", self._count, self._room, *self._space, *arguments)
        self._on_chunk("tree", tree, self._count, self._count, 0)

    def _sorted_by_position(self, ids: Array, segments: _Segments, seed: int) -> Array:
        """Along the line of each node; a sort does more than halving needs, and is what devices are fast at."""
        xp, launch = self._xp, self._backend.launch
        is_split = segments.sizes > self._plan.leaf
        count = int(is_split.sum())
        slots = np.full(len(is_split), NONE, dtype=np.uint32)
        slots[is_split] = np.arange(count, dtype=np.uint32)
        slot_of = xp.asarray(np.repeat(slots, segments.sizes))
        nodes = xp.asarray(np.ascontiguousarray(segments.nodes[is_split]))
        choices = xp.full((count, engine.core().LINE_ATTEMPTS, 2), _EMPTY, dtype=xp.uint64)
        lines = xp.empty((count, 2), dtype=xp.uint32)
        keys = xp.empty(self._count, dtype=xp.uint64)
        seed32 = np.uint32(seed)
        launch("choose", -(-self._count // _WARP), 0, ids, slot_of, nodes, np.uint32(self._count), seed32, choices)
        launch(f"pick_{self._kind}", count, 0, *self._space, choices, lines)
        launch(f"position_{self._kind}", self._count, 0, *self._space, ids, slot_of, nodes, lines, seed32, keys)
        segment_of = xp.asarray(np.repeat(np.arange(len(is_split), dtype=np.uint64), segments.sizes))
        return ids[xp.lexsort(xp.stack([keys, segment_of]))]


def _hash32(a: int, b: int | None = None) -> int:
    """hash32 of edge.h."""
    if b is not None:
        return _hash32(a * 0x9E3779B9 + _hash32(b))
    x = a & NONE
    x = (x ^ x >> 16) * 0x85EBCA6B & NONE
    x = (x ^ x >> 13) * 0xC2B2AE35 & NONE
    return x ^ x >> 16
