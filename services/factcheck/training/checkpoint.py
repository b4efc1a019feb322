"""A run on disk: whole or not there, whenever the process is killed."""

import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from training.recipe import Plan, Recipe


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state after `step` steps. Data order and choices follow from step and seed, so no generator is kept."""

    step: int
    recipe: Recipe
    plan: Plan
    data_sha256: str
    adapter: dict[str, Tensor]
    optimiser: dict[str, Any]


def save_checkpoint(checkpoint: Checkpoint, file: Path) -> None:
    """Replaces `file` at once."""
    part = file.with_suffix(".part")
    fields = {name: getattr(checkpoint, name) for name in ("step", "data_sha256", "adapter", "optimiser")}
    with part.open("wb") as out:
        torch.save({**fields, "recipe": asdict(checkpoint.recipe), "plan": asdict(checkpoint.plan)}, out)
        out.flush()
        os.fsync(out.fileno())
    os.replace(part, file)


def load_checkpoint(file: Path) -> Checkpoint:
    """What `save_checkpoint` wrote."""
    fields = torch.load(file, map_location="cpu", weights_only=True)  # also of a run on another device
    fields["recipe"], fields["plan"] = Recipe(**fields["recipe"]), Plan(**fields["plan"])
    return Checkpoint(**fields)
