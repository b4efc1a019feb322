"""The numbers of a build, chosen once and measured (README, Figures)."""

from dataclasses import dataclass, replace

from grnnd.engine import BuildParams, Core

MIN_DEGREE, MAX_DEGREE = 4, 128  # a beam has room for twice as many neighbours (beam.h)
_PRUNE_SLACK = 1.2  # on squared distances
_SHARE_DENOMINATOR = 256


@dataclass(frozen=True, slots=True)
class Plan:
    """degree: edges kept. capacity, inbox: edges of a vertex while the build goes on (algorithm.h). trees, leaf: of the
    start; no trees: a random start. rounds: of refining. slack: of the last pruning. reverse_share: of edges that are
    offered backwards between rounds; after the last all are.
    """

    degree: int
    seed: int
    capacity: int
    inbox: int
    trees: int = 8
    leaf: int = 128
    rounds: int = 2
    slack: float = _PRUNE_SLACK
    reverse_share: float = 0.5
    is_disordered: bool = True
    is_arranged: bool = True

    @classmethod
    def of(cls, degree: int, seed: int) -> "Plan":
        """The usual build."""
        inbox = 8
        while inbox < degree:
            inbox *= 2
        return cls(degree, seed, max(16, degree * 5 // 4), inbox)

    def for_merging(self) -> "Plan":
        """Edges are there already; a few trees find those between the graphs."""
        return replace(self, trees=3)

    @property
    def pool_bytes(self) -> int:
        """Of a vertex."""
        return 8 * (self.capacity + self.inbox)

    @property
    def slack_256(self) -> int:
        """In the core's units."""
        return round(self.slack * _SHARE_DENOMINATOR)

    def params(self, core: Core, threads: int) -> BuildParams:
        """As the core takes them."""
        return core.BuildParams(
            degree=self.degree,
            capacity=self.capacity,
            inbox=self.inbox,
            trees=self.trees,
            leaf=self.leaf,
            rounds=self.rounds,
            slack=self.slack_256,
            reverse_share=round(self.reverse_share * _SHARE_DENOMINATOR),
            disordered=self.is_disordered,
            is_arranged=self.is_arranged,
            seed=self.seed,
            threads=threads,
        )

    def steps(self) -> dict[tuple[str, int], tuple[float, float]]:
        """For each phase and round, which share of the build lies before it and which is its own; measured shares."""
        costs: list[tuple[tuple[str, int], float]] = [(("order", 0), 0.5), (("start", 0), 0.5)]
        costs += [(("tree", tree), 1.0) for tree in range(self.trees)]
        for round_ in range(self.rounds):
            costs += [(("refine", round_), 2.5), (("reverse", round_), 0.5), (("absorb", round_), 0.5)]
        costs += [(("prune", 0), 3.0), (("calibrate", 0), 2.0)]
        total = sum(cost for _, cost in costs)
        steps, before = {}, 0.0
        for step, cost in costs:
            steps[step] = (before / total, cost / total)
            before += cost
        return steps
