"""What decides a run: sizes, rates, seed, and how long it goes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything a run depends on besides data and base."""

    seed: int = 20261128
    items_per_step: int = 8
    peak_rate: float = 4e-4
    warmup_steps: int = 50
    weight_decay: float = 0.01
    largest_gradient: float = 1.0
    label_smoothing: float = 0.05
    ranking_weight: float = 1.0
    dtype: str = "bfloat16"


@dataclass(frozen=True, slots=True)
class Plan:
    """`steps` in all; the rate stays at its peak until the last `decay_steps` and is 0 after the last.

    Warm-up, stable, decay (arXiv:2405.18392): a longer plan goes on from the stop of the stable part, so that time
    that turns up later is not lost.
    """

    steps: int
    decay_steps: int

    def __post_init__(self) -> None:
        if not 0 < self.decay_steps <= self.steps:
            raise ValueError(f"{self.decay_steps} decay steps of {self.steps}: at least 1, at most all")

    @property
    def decay_start(self) -> int:
        """The first step with a falling rate."""
        return self.steps - self.decay_steps


def rate_at(step: int, recipe: Recipe, plan: Plan) -> float:
    """Learning rate of step `step`, from 0.

    >>> plan = Plan(steps=100, decay_steps=20)
    >>> [round(rate_at(step, Recipe(peak_rate=1.0, warmup_steps=10), plan), 2) for step in (0, 9, 50, 80, 90, 99)]
    [0.1, 1.0, 1.0, 1.0, 0.5, 0.05]
    """
    warm = min(1.0, (step + 1) / recipe.warmup_steps)
    left = min(1.0, (plan.steps - step) / plan.decay_steps)
    return recipe.peak_rate * min(warm, left)
