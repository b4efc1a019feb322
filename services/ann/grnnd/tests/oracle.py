"""The builder again, as plain as it can be: no SIMD, no teams, no atomics, one dictionary a pool."""

import numpy as np
from numpy.typing import NDArray

M32, EMPTY = 0xFFFFFFFF, 2**64 - 1


def hash1(x: int) -> int:
    x = (x ^ x >> 16) * 0x85EBCA6B & M32
    x = (x ^ x >> 13) * 0xC2B2AE35 & M32
    return x ^ x >> 16


def hash2(a: int, b: int) -> int:
    return hash1((a * 0x9E3779B9 + hash1(b)) & M32)


class Oracle:
    """codes: whole numbers of shape (n, dim)."""

    def __init__(self, codes: NDArray[np.int64], degree: int, capacity: int, inbox: int, seed: int) -> None:
        self.codes = codes
        self.apart = np.square(codes[:, None] - codes[None]).sum(axis=-1).tolist()
        self.n, self.degree, self.capacity, self.inbox, self.seed = len(codes), degree, capacity, inbox, seed
        self.mask = [hash1(u ^ 0x5BD1E995) & 0x7FFFFFFF for u in range(self.n)]
        self.rows: list[list[int]] = [[] for _ in range(self.n)]
        self.inboxes = [[EMPTY] * inbox for _ in range(self.n)]

    def edge(self, u: int, v: int, is_new: bool = True) -> int:
        return self.apart[u][v] << 32 | (v ^ self.mask[u]) << 1 | is_new

    def end(self, u: int, edge: int) -> int:
        return (edge & M32) >> 1 ^ self.mask[u]

    def rank(self, a: int, b: int) -> tuple[int, int]:
        return self.apart[a][b], hash2(min(a, b), max(a, b))

    def push(self, w: int, v: int) -> None:
        edge, start, size = self.edge(w, v), 0, self.inbox // 2
        for level in range(3):
            slot = start + (hash1((edge & M32) >> 1) >> 10 * level & size - 1)
            held = self.inboxes[w][slot]
            self.inboxes[w][slot] = min(held, edge)
            if held in (EMPTY, edge):
                return
            edge, start, size = max(held, edge), start + size, self.inbox // 4

    def collect(self, u: int) -> list[int]:
        found = sorted(self.rows[u] + [edge for edge in self.inboxes[u] if edge != EMPTY])
        return [edge for i, edge in enumerate(found) if i == 0 or edge >> 1 != found[i - 1] >> 1]

    def absorb(self, u: int) -> None:
        self.rows[u], self.inboxes[u] = self.collect(u)[: self.capacity], [EMPTY] * self.inbox

    def refine(self, u: int, order_seed: int) -> None:
        row, kept = self.rows[u], []
        count, at, step = len(row), 0, 1
        if order_seed and count > 1:
            random = hash2(order_seed, u)
            at, step = random % count, 1 + (random >> 8) % (count - 1)
            while np.gcd(step, count) != 1:
                step += 1
        for _ in range(count):
            edge, j = row[at], 0
            v, at = self.end(u, edge), (at + step) % count
            while j < len(kept):
                w = self.end(u, kept[j])
                if (edge | kept[j]) & 1 and kept[j] < edge and self.rank(v, w) < self.rank(u, v):
                    self.push(w, v)
                    break
                if (edge | kept[j]) & 1 and kept[j] > edge and self.rank(v, w) < self.rank(u, w):
                    self.push(v, w)
                    kept[j] = kept[-1]
                    kept.pop()
                else:
                    j += 1
            else:
                kept.append(edge)
        self.rows[u] = [edge & ~1 for edge in kept]

    def reverse(self, u: int, share: int, seed: int) -> None:
        for v in (self.end(u, edge) for edge in self.rows[u]):
            if hash2(seed ^ u, v) & 255 < share:
                self.push(v, u)

    def prune(self, u: int, slack: int) -> list[int]:
        kept: list[int] = []
        for v in (self.end(u, edge) for edge in self.collect(u)):
            far = self.apart[u][v]
            if len(kept) < self.degree and not any(
                self.apart[v][w] * slack >> 8 < far
                or (far == self.apart[v][w] == 0 and self.rank(v, w) < self.rank(u, v))
                for w in kept
            ):
                kept.append(v)
        return kept

    def start_at_random(self) -> None:
        for u in range(self.n):
            for i in range(self.inbox if self.n > 1 else 0):
                self.push(u, (u + 1 + hash2(self.seed + i & M32, u) % (self.n - 1)) % self.n)
        for u in range(self.n):
            self.absorb(u)

    def start_in_trees(self, trees: int, leaf: int, is_arranged: bool) -> None:
        """As docs/grnnd.md defines the trees, section 1. is_arranged: ids are those of the first tree already."""
        for tree in range(trees):
            seed = None if tree == 0 and is_arranged else hash2(self.seed, tree)
            for members in self.leaves(list(range(self.n)), leaf, seed):
                for u in members:
                    offered = {self.edge(u, v) for v in members if v != u}
                    self.rows[u] = sorted(offered.union(self.rows[u]))[: self.capacity]

    def leaves(self, ids: list[int], leaf: int, seed: int | None, node: int = 1) -> list[list[int]]:
        """From left to right. seed: of the tree; None: ids are halved as they stand."""
        if len(ids) <= leaf:
            return [ids]
        half = len(ids) // 2
        if seed is not None:
            ids = self.along_a_line(ids, seed, node)
        return self.leaves(ids[:half], leaf, seed, 2 * node) + self.leaves(ids[half:], leaf, seed, 2 * node + 1)

    def along_a_line(self, ids: list[int], seed: int, node: int) -> list[int]:
        def end(random: int) -> int:
            return min(ids, key=lambda v: hash1(v ^ random))

        randoms = [hash2(seed + attempt & M32, node) for attempt in range(4)]
        pairs = [(end(random), end(hash1(random))) for random in randoms]
        a, b = next((pair for pair in pairs if self.apart[pair[0]][pair[1]]), pairs[-1])
        place, mask = self.codes @ (self.codes[a] - self.codes[b]), hash2(seed, node) & 0x7FFFFFFF
        return sorted(ids, key=lambda v: (place[v], v ^ mask))

    def run(self, rounds: int, slack: int, share: int, is_disordered: bool) -> list[list[int]]:
        """The lists after a start."""
        for round_ in range(rounds):
            is_last = round_ + 1 == rounds
            order = hash1(self.seed + round_ + 1 & M32) | 1 if is_disordered and not is_last else 0
            for u in range(self.n):
                self.refine(u, order)
            for u in range(self.n):
                self.reverse(u, 256 if is_last else share, self.seed + round_ & M32)
            for u in range(self.n) if not is_last else ():
                self.absorb(u)
        return [self.prune(u, slack) for u in range(self.n)]
