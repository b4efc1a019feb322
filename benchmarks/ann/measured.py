"""One index at one setting: what its builds took, and its recall and speed by effort."""

import statistics
import time
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from benchmarks.ann.peers import Family, Rows, Search, Setting
from benchmarks.ann.truth import recall

RECALL, HIGH_RECALL = 0.95, 0.99


@dataclass(slots=True)
class Measured:
    """An index at one setting. builds_s: CPU-seconds. recalls: by effort. rates: of each round, by effort."""

    family: Family
    setting: Setting
    builds_s: list[float] = field(default_factory=list)
    recalls: dict[int, float] = field(default_factory=dict)
    rates: list[dict[int, float]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """For people."""
        return " ".join([self.family.name, *(f"{key}={value}" for key, value in self.setting.items())])

    @property
    def build_s(self) -> float:
        """The median; 0 before the first."""
        return statistics.median(self.builds_s or [0.0])

    @property
    def rate(self) -> float:
        """At the recall that searches are compared at; 0 before the first."""
        return self.rate_at(RECALL) if self.rates else 0.0

    def rate_at(self, recall: float) -> float:
        """Queries a CPU-second, interpolated in each round, the median over them; 0 where the recall is not reached."""
        return statistics.median(self._interpolated(rates, recall) for rates in self.rates)

    def effort_for(self, recall: float) -> float:
        """The least that reaches it."""
        return next((float(effort) for effort, found in self.recalls.items() if found >= recall), float("inf"))

    def build(self, rows: Rows) -> Search:
        """Once more."""
        started = time.process_time()
        search = self.family.build(rows, self.setting)
        self.builds_s.append(time.process_time() - started)
        return search

    def search(self, search: Search, queries: Rows, exact: NDArray[np.int64]) -> None:
        """One round over all efforts."""
        rates = {}
        for effort in self.family.efforts:
            started = time.process_time()
            found = search(queries, effort)
            rates[effort] = len(queries) / (time.process_time() - started)
            self.recalls[effort] = recall(found, exact)
        self.rates.append(rates)

    def _interpolated(self, rates: dict[int, float], recall: float) -> float:
        below: tuple[float, float] | None = None
        for effort, found in self.recalls.items():
            if found >= recall:
                if below is None:
                    return rates[effort]
                share = (recall - below[0]) / (found - below[0])
                return float(below[1] ** (1 - share) * rates[effort] ** share)
            below = (found, rates[effort])
        return 0.0
