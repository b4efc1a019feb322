"""Trains the adapter, in steps that may be cut and resumed anywhere.

    python -m training.train NAME --steps 600 --decay 180 --until 09:00

Goes on from NAME's last checkpoint, or begins from the prototype's adapter. A finished run is extended by more
`--steps`: it goes on from where its rate began to fall.
"""

import argparse
import json
import logging
import os
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import torch
from monshin_factcheck.judges.local.base import BASE_SHA256, Base, load_base, load_tokenizer
from monshin_factcheck.judges.local.model import FIRST_ADAPTED_LAYER, Adapter, Judge, load_adapter
from torch import Tensor
from torch.nn import functional

from training.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from training.data import Label, load_items, load_pairs
from training.evaluate import judge_items, judge_pairs, scores
from training.lower_cache import LowerCache
from training.places import DEV_CLAIMS, LOWER_STATES, PROTOTYPE, RUNS, TRAIN_DATA, base_folder
from training.recipe import Plan, Recipe, rate_at
from training.sheets import EncodedItem, Sheet, encode, step_items

_CHECKPOINT_EVERY_S = 240
# Items computed at once: 4 took 7 GB instead of 3, at the same speed. Gradients differ by rounding only.
_ITEMS_PER_PASS = 2
# One held-out item of so many is measured while training; evaluate.py takes all.
_CURVE_SHARE = 4
_CURVE_GROUPS = ("all", "length:long", "length:short")
_log = logging.getLogger("training")


@dataclass(frozen=True, slots=True)
class StepLoss:
    """Means over the claims of one step; `turning` claims are in the ranking, `tokens` went through the model."""

    cross_entropy: float
    ranking: float
    claims: int
    turning: int
    tokens: int


class Trainer:
    """Adapter, optimiser and the number of steps done."""

    def __init__(self, judge: Judge, cache: LowerCache, items: Sequence[EncodedItem], recipe: Recipe) -> None:
        self.judge, self.recipe, self.done = judge, recipe, 0
        self._cache, self._items = cache, items
        self._optimiser = torch.optim.AdamW(judge.adapter.parameters(), weight_decay=recipe.weight_decay)

    def step(self, plan: Plan) -> StepLoss:
        """One step of `plan`."""
        recipe = self.recipe
        chosen = step_items(self._items, self.done, recipe.items_per_step, recipe.seed)
        claims = sum(len(sheet.chosen) for pair in chosen for sheet in pair)
        turning = sum(len(_turning(*pair)) for pair in chosen)
        entropy = ranking = 0.0
        tokens = 0
        for start in range(0, len(chosen), _ITEMS_PER_PASS):
            sheets = [sheet for pair in chosen[start : start + _ITEMS_PER_PASS] for sheet in pair]
            batch, states = self._cache.read(sheets, self.judge)
            entropy_sum, ranking_sum = losses(self.judge.upper(batch, states), sheets, recipe.label_smoothing)
            loss = entropy_sum / claims + recipe.ranking_weight * ranking_sum / max(1, turning)
            loss.backward()
            entropy += entropy_sum.item() / claims
            ranking += ranking_sum.item() / max(1, turning)
            tokens += len(batch.tokens)
        norm = torch.nn.utils.clip_grad_norm_(self.judge.adapter.parameters(), recipe.largest_gradient)
        if not torch.isfinite(norm):
            raise FloatingPointError(f"step {self.done}: the gradient is not finite")
        for group in self._optimiser.param_groups:
            group["lr"] = rate_at(self.done, recipe, plan)
        self._optimiser.step()
        self._optimiser.zero_grad(set_to_none=True)
        self.done += 1
        return StepLoss(entropy, ranking, claims, turning, tokens)

    def checkpoint(self, plan: Plan, data_sha256: str) -> Checkpoint:
        """The state now."""
        return Checkpoint(
            self.done, self.recipe, plan, data_sha256, self.judge.adapter.tensors(), self._optimiser.state_dict()
        )

    def restore(self, checkpoint: Checkpoint) -> None:
        """Goes back to `checkpoint`."""
        if checkpoint.recipe != self.recipe:
            raise ValueError(f"the checkpoint was made with {checkpoint.recipe}, this run has {self.recipe}")
        self.judge.adapter.load(checkpoint.adapter)
        self._optimiser.load_state_dict(checkpoint.optimiser)
        self.done = checkpoint.step


def losses(logits: Tensor, sheets: Sequence[Sheet], smoothing: float) -> tuple[Tensor, Tensor]:
    """Sums of cross-entropy over all claims and of the ranking over the turning ones.

    logits: (claims, 3), sheets in their order, passage and mirror of an item next to each other. The ranking is
    softplus(-(d(text that supports) - d(text that contradicts))) with d = logit S - logit C: a claim must look better
    supported beside the text that supports it, whatever the claim is like.
    """
    labels = torch.tensor([label for sheet in sheets for label in sheet.labels])
    entropy = functional.cross_entropy(logits, labels, label_smoothing=smoothing, reduction="sum")
    margins = (logits[:, Label.SUPPORTED] - logits[:, Label.CONTRADICTED]).split([len(one.chosen) for one in sheets])
    ranking = logits.new_zeros(())
    for at in range(0, len(sheets), 2):
        passage, mirror = sheets[at], sheets[at + 1]
        for first, second, sign in _turning(passage, mirror):
            ranking = ranking + functional.softplus(-sign * (margins[at][first] - margins[at + 1][second]))
    return entropy, ranking


def _turning(passage: Sheet, mirror: Sheet) -> list[tuple[int, int, int]]:
    """Places of each turning claim on both sheets, and 1 if the passage supports it, else -1."""
    found: list[tuple[int, int, int]] = []
    for at, index in enumerate(passage.chosen):
        claim = passage.encoded.claim(index)
        if claim.turns:
            found.append((at, mirror.chosen.index(index), 1 if claim.label is Label.SUPPORTED else -1))
    return found


@dataclass(frozen=True, slots=True)
class Run:
    """The folder of a run: `last.pt`, `stable.pt` (where the rate began to fall), `steps.jsonl`, `curve.jsonl`."""

    folder: Path

    def start(self, trainer: Trainer, plan: Plan, data_sha256: str) -> None:
        """Goes on from the newest checkpoint that fits `plan`, or begins."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for name in ("last.pt", "stable.pt"):
            if (self.folder / name).exists():
                checkpoint = load_checkpoint(self.folder / name)
                if checkpoint.data_sha256 != data_sha256:
                    raise ValueError(f"{self.folder / name} was trained on other data: choose another name")
                # With a falling rate behind it, a checkpoint fits the plan it was made by and no longer one.
                if checkpoint.plan == plan or checkpoint.step <= min(plan.decay_start, checkpoint.plan.decay_start):
                    trainer.restore(checkpoint)
                    _log.info("goes on from %s after step %d", name, checkpoint.step)
                    return
        if (self.folder / "last.pt").exists():
            raise ValueError(f"no checkpoint in {self.folder} fits {plan}: its stable part must reach the last one")

    def save(self, name: str, checkpoint: Checkpoint) -> None:
        """To `name`.pt."""
        save_checkpoint(checkpoint, self.folder / f"{name}.pt")

    def note(self, name: str, row: dict[str, object]) -> None:
        """A line at the end of `name`.jsonl."""
        with (self.folder / f"{name}.jsonl").open("a") as out:
            out.write(json.dumps(row, ensure_ascii=False) + "\n")


def train(
    run: Run,
    trainer: Trainer,
    plan: Plan,
    data_sha256: str,
    measure: Callable[[], dict[str, object]],
    curve_every: int,
    is_over: Callable[[], bool],
) -> None:
    """Steps until the plan is done or `is_over`; leaves a checkpoint in any case."""
    saved_at = time.monotonic()
    while trainer.done < plan.steps and not is_over():
        if trainer.done == plan.decay_start:
            run.save("stable", trainer.checkpoint(plan, data_sha256))
        began = time.monotonic()
        loss = trainer.step(plan)
        seconds = time.monotonic() - began
        rate = rate_at(trainer.done - 1, trainer.recipe, plan)
        run.note("steps", {"step": trainer.done, "rate": rate, "seconds": round(seconds, 2), **asdict(loss)})
        is_due = trainer.done % curve_every == 0 or trainer.done == plan.steps
        if is_due or time.monotonic() - saved_at > _CHECKPOINT_EVERY_S:
            run.save("last", trainer.checkpoint(plan, data_sha256))
            saved_at = time.monotonic()
        if is_due:
            run.note("curve", {"step": trainer.done, "rate": rate, **measure()})
    run.save("last", trainer.checkpoint(plan, data_sha256))
    _log.info("stops after step %d of %d", trainer.done, plan.steps)


def main() -> None:
    """Runs until the plan is done, the time is over, or a SIGTERM."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("name")
    options.add_argument("--steps", type=int, required=True)
    options.add_argument("--decay", type=int, required=True, help="the last so many of them")
    options.add_argument("--until", help="HH:MM, local time; default: until the plan is done")
    options.add_argument("--curve-every", type=int, default=100, help="steps between measurements")
    options.add_argument("--dtype", choices=("float32", "bfloat16"), default="bfloat16")
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--device", default="cpu", help="of torch, such as cuda; NEVER RUN on another one than cpu")
    chosen = options.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(chosen.threads)
    plan, recipe = Plan(chosen.steps, chosen.decay), Recipe(dtype=chosen.dtype)
    _log.info("process %d: %s, %s", os.getpid(), plan, recipe)
    folder = base_folder()
    base, tokenizer, split = load_base(folder), load_tokenizer(folder), load_items(TRAIN_DATA)
    judge = judge_on(chosen.device, base, load_adapter(PROTOTYPE, base.shape), getattr(torch, recipe.dtype))
    items, held_out = encode(split.train, tokenizer), encode(split.held_out, tokenizer)
    origin = f"{BASE_SHA256} layers below {FIRST_ADAPTED_LAYER} {recipe.dtype}"
    if chosen.device != "cpu":
        origin += f" {chosen.device}"  # another device rounds otherwise
    cache = LowerCache(LOWER_STATES, [*items, *held_out], base.shape.hidden, origin)
    trainer, run = Trainer(judge, cache, items, recipe), Run(RUNS / chosen.name)
    run.start(trainer, plan, split.sha256)
    pairs, deadline = load_pairs(DEV_CLAIMS), _deadline(chosen.until)
    stopped: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: stopped.append(number))

    def measure() -> dict[str, object]:
        judged = scores(judge_items(judge, held_out[::_CURVE_SHARE], cache))
        outside = scores(judge_pairs(judge, pairs, tokenizer))
        cache.flush()
        groups = {f"held_out {name}": one for name, one in judged.items() if name in _CURVE_GROUPS}
        groups |= {f"factcheck_dev {name}": one for name, one in outside.items() if name == "all" or "set:" in name}
        return {name: asdict(one) for name, one in groups.items()}

    if trainer.done == 0:
        run.note("curve", {"step": 0, "rate": 0.0, **measure()})
    train(
        run, trainer, plan, split.sha256, measure, chosen.curve_every, lambda: bool(stopped) or time.time() > deadline
    )
    cache.flush()


def judge_on(device: str, base: Base, adapter: Adapter, dtype: torch.dtype) -> Judge:
    """The judge there, and all that is made from now on: batches, masks and labels know no device of their own.

    The adapter must be made before: its generator is of the CPU.
    """
    torch.set_default_device(device)
    there = {name: weight.to(device) for name, weight in base.weights.items()}
    return Judge(replace(base, weights=there), adapter.to(device), dtype)


def _deadline(until: str | None) -> float:
    if until is None:
        return float("inf")
    now = datetime.now()
    clock = datetime.strptime(until, "%H:%M")
    stop = now.replace(hour=clock.hour, minute=clock.minute, second=0)
    return (stop if stop > now else stop + timedelta(days=1)).timestamp()


if __name__ == "__main__":
    main()
