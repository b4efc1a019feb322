"""A run that was cut is the run that was not, and the parts of its loss are what they say."""

import hashlib
import json
import random
from pathlib import Path

import pytest
import torch
from monshin_factcheck.judges.local.base import Base
from monshin_factcheck.judges.local.model import Adapter, Judge
from monshin_factcheck.judges.local.packing import lay_out
from safetensors.torch import load_file, save_file
from training.checkpoint import load_checkpoint
from training.export import Earlier, as_half, terms_text, write_adapter
from training.lower_cache import LowerCache
from training.recipe import Plan, Recipe, rate_at
from training.sheets import EncodedItem, Sheet, Side, step_items, visit_sheets, written_sheets
from training.train import Run, Trainer, judge_on, losses, train

RECIPE = Recipe(items_per_step=3, warmup_steps=2, peak_rate=1e-2, dtype="float32")
DATA = "0" * 64


def trainer(base: Base, items: list[EncodedItem], folder: Path) -> Trainer:
    """From the same start each time."""
    judge = Judge(base, Adapter(base.shape, first_layer=2, rank=3, seed=6))
    cache = LowerCache(folder, items, base.shape.hidden, "toy")
    return Trainer(judge, cache, items, RECIPE)


def go(run: Run, one: Trainer, plan: Plan, stop_after: int | None = None) -> None:
    """Starts or resumes `run` and takes it to the end of `plan` or to a cut."""
    run.start(one, plan, DATA)
    train(run, one, plan, DATA, dict, 100, lambda: one.done == stop_after)


def test_a_run_cut_and_resumed_equals_an_uncut_one(base: Base, items: list[EncodedItem], tmp_path: Path) -> None:
    """Bit for bit, though process, cache and optimiser are new after each cut."""
    plan = Plan(steps=7, decay_steps=3)
    whole = trainer(base, items, tmp_path / "a")
    go(Run(tmp_path / "whole"), whole, plan)
    for cut in (2, 5, None):
        last = trainer(base, items, tmp_path / "b")
        go(Run(tmp_path / "parts"), last, plan, cut)
    expected, found = whole.judge.adapter.tensors(), last.judge.adapter.tensors()
    assert last.done == 7
    assert all(torch.equal(expected[name], found[name]) for name in expected)


def test_a_finished_run_is_extended_from_its_stable_part(base: Base, items: list[EncodedItem], tmp_path: Path) -> None:
    """The longer run equals one that was planned long."""
    long = Plan(steps=9, decay_steps=2)
    planned = trainer(base, items, tmp_path / "a")
    go(Run(tmp_path / "planned"), planned, long)
    go(Run(tmp_path / "extended"), trainer(base, items, tmp_path / "b"), Plan(steps=6, decay_steps=3))
    extended = trainer(base, items, tmp_path / "b")
    go(Run(tmp_path / "extended"), extended, long)
    expected, found = planned.judge.adapter.tensors(), extended.judge.adapter.tensors()
    assert all(torch.equal(expected[name], found[name]) for name in expected)


def test_a_run_does_not_go_on_with_other_data(base: Base, items: list[EncodedItem], tmp_path: Path) -> None:
    """Its learning curve would mean nothing."""
    run, plan = Run(tmp_path / "run"), Plan(steps=2, decay_steps=1)
    go(run, trainer(base, items, tmp_path / "c"), plan)
    with pytest.raises(ValueError, match="other data"):
        run.start(trainer(base, items, tmp_path / "c"), plan, "1" * 64)


def test_a_kill_while_saving_leaves_the_checkpoint_before(base: Base, items: list[EncodedItem], tmp_path: Path) -> None:
    """Hazard: the process dies half way through a write. The half file has another name and is not read."""
    run, plan = Run(tmp_path / "run"), Plan(steps=3, decay_steps=1)
    go(run, trainer(base, items, tmp_path / "c"), plan, stop_after=1)
    (run.folder / "last.part").write_bytes(b"half")
    resumed = trainer(base, items, tmp_path / "c")
    run.start(resumed, plan, DATA)
    assert resumed.done == 1


def test_training_lowers_the_loss(base: Base, items: list[EncodedItem], tmp_path: Path) -> None:
    """Seven random items can be learnt by heart."""
    one, plan = trainer(base, items, tmp_path), Plan(steps=60, decay_steps=10)
    first = one.step(plan)
    while one.done < plan.steps:
        last = one.step(plan)
    assert last.cross_entropy + last.ranking < 0.6 * (first.cross_entropy + first.ranking)


@torch.no_grad()
def test_cached_states_are_those_of_the_lower_layers(base: Base, items: list[EncodedItem], tmp_path: Path) -> None:
    """To the rounding of fp16, also for a choice of claims put together from several visits."""
    one = trainer(base, items, tmp_path)
    cache = LowerCache(tmp_path, items, base.shape.hidden, "toy")
    wanted = written_sheets(items[0])
    cache.read([Sheet(items[0], Side.PASSAGE, (0,))], one.judge)
    cache.read([Sheet(items[0], Side.PASSAGE, (1, 2))], one.judge)
    assert 0 < cache.filled_share < 1
    _, states = cache.read(wanted, one.judge)
    fresh = one.judge.lower(lay_out([sheet.pack for sheet in wanted]))
    assert torch.allclose(states, fresh, rtol=2e-3, atol=1e-4)


@torch.no_grad()
def test_a_judge_on_a_named_device_is_the_same_judge(base: Base, items: list[EncodedItem]) -> None:
    """Of the CPU alone: this shows that all parts are handed over, not that another device works."""
    batch = lay_out([sheet.pack for sheet in written_sheets(items[0])])
    made = Adapter(base.shape, first_layer=2, rank=3, seed=6)
    try:
        there = judge_on("cpu", base, made, torch.float32)(batch)
    finally:
        torch.set_default_device(None)
    assert torch.equal(there, Judge(base, made)(batch))


def test_every_item_is_visited_once_an_epoch_in_its_own_order(items: list[EncodedItem]) -> None:
    """The last of seven waits for another epoch when steps take three."""
    epochs = [
        [pair[0].encoded.item.id for step in steps for pair in step_items(items, step, 3, seed=1)]
        for steps in (range(2), range(2, 4))
    ]
    assert all(len(set(epoch)) == 6 for epoch in epochs)
    assert epochs[0] != epochs[1]


def test_claims_without_a_label_are_not_asked(items: list[EncodedItem]) -> None:
    """The easy claim `c` has no label under the mirror."""
    for seed in range(20):
        passage, mirror = visit_sheets(items[0], random.Random(seed))
        assert {0, 1} <= set(passage.chosen)
        assert 2 not in mirror.chosen
        assert len(mirror.labels) == len(mirror.chosen)


def test_the_ranking_asks_the_supporting_text_for_the_larger_margin(items: list[EncodedItem]) -> None:
    """softplus(-(d(passage) - d(mirror))) for the one turning claim, by hand."""
    passage, mirror = written_sheets(items[0])
    logits = torch.tensor([[2.0, 0.5, 0.0], [0.0, 0.0, 1.0], [1.0, 2.0, 0.0], [0.0, 0.0, 1.0]])
    _, ranking = losses(logits, (passage, mirror), 0.0)
    margin = (2.0 - 0.5) - (1.0 - 2.0)
    assert ranking.item() == pytest.approx(torch.nn.functional.softplus(torch.tensor(-margin)).item())


def test_the_rate_is_nought_after_the_plan() -> None:
    """And has its peak from the end of the warm-up to the start of the decay."""
    plan = Plan(steps=20, decay_steps=5)
    rates = [rate_at(step, RECIPE, plan) for step in range(21)]
    assert rates[20] == 0
    assert set(rates[1:16]) == {RECIPE.peak_rate}
    assert rates[15:] == sorted(rates[15:], reverse=True)


def test_an_exported_adapter_is_the_trained_one_in_fp16(base: Base, items: list[EncodedItem], tmp_path: Path) -> None:
    """With everything that names it."""
    run = Run(tmp_path / "run")
    go(run, trainer(base, items, tmp_path / "c"), Plan(steps=2, decay_steps=1))
    checkpoint = load_checkpoint(run.folder / "last.pt")
    found = load_file(write_adapter(checkpoint, None, tmp_path / "out"))
    expected = as_half(checkpoint.adapter)
    assert found.keys() == expected.keys()
    assert all(torch.equal(found[name], expected[name]) for name in expected)
    assert DATA in (tmp_path / "out" / "adapter.json").read_text()


def test_the_terms_are_taken_out_of_their_web_page() -> None:
    """Words inside a sentence stay in one line; menus before and after are left."""
    page = (
        "<nav>Home</nav><p>Last modified: today</p>"
        '<h2 id="a">1. Use &amp; more</h2><p>You\n <b>may</b>.</p><devsite-x>Deutsch'
    )
    assert terms_text(page) == "Gemma Terms of Use\nLast modified: today\n1. Use & more\nYou may.\n"


def test_a_mean_of_two_adapters_lies_between_them_by_the_share(
    base: Base, items: list[EncodedItem], tmp_path: Path
) -> None:
    """And adapter.json tells which the earlier one was; an adapter of another kind is refused."""
    run = Run(tmp_path / "run")
    go(run, trainer(base, items, tmp_path / "c"), Plan(steps=2, decay_steps=1))
    checkpoint = load_checkpoint(run.folder / "last.pt")
    other = {name: tensor + 1 for name, tensor in checkpoint.adapter.items()}
    save_file(other, tmp_path / "earlier.safetensors")
    earlier = Earlier(tmp_path / "earlier.safetensors", 0.25)
    found = load_file(write_adapter(checkpoint, None, tmp_path / "out", earlier))
    expected = as_half({name: tensor + 0.25 for name, tensor in checkpoint.adapter.items()})
    for name, tensor in found.items():
        torch.testing.assert_close(tensor, expected[name], rtol=0, atol=2e-3)
    told = json.loads((tmp_path / "out" / "adapter.json").read_text())
    digest = hashlib.sha256((tmp_path / "earlier.safetensors").read_bytes()).hexdigest()
    assert told["mean_with"] == {"adapter_sha256": digest, "share": 0.25}
    with pytest.raises(ValueError, match="another kind"):
        earlier.mean_with({"other": torch.zeros(1)})
