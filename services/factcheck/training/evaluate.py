"""How well a judge tells supported from contradicted, on held-out items and on the development sets.

python -m training.evaluate ADAPTER            # all held-out items and factcheck-dev, written beside the adapter
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from monshin_factcheck.judges.local.base import load_base, load_tokenizer
from monshin_factcheck.judges.local.model import Judge, load_adapter
from monshin_factcheck.judges.local.packing import Pack, lay_out
from tokenizers import Tokenizer

from training.data import Label, Pair, load_items, load_pairs
from training.lower_cache import LowerCache
from training.places import DEV_CLAIMS, TRAIN_DATA, base_folder
from training.sheets import EncodedItem, Side, claim_tokens, encode, passage_tokens, written_sheets

_ITEMS_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Judged:
    """One claim under one passage: its label and logits, and the groups it counts in."""

    label: Label
    logits: tuple[float, float, float]
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """`auroc`: chance that a supported claim has a larger S - C than a contradicted one; None without both.

    `accuracy`: share whose largest of the three logits is the label. `recalls`: the same for S, C and N apart.
    """

    pairs: int
    auroc: float | None
    accuracy: float
    recalls: tuple[float | None, float | None, float | None]


def scores(judged: Sequence[Judged]) -> dict[str, Score]:
    """One score a group, and `all`."""
    groups: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        for group in ("all", *one.groups):
            groups[group].append(one)
    return {group: score(groups[group]) for group in ("all", *sorted(groups.keys() - {"all"}))}


def score(judged: Sequence[Judged]) -> Score:
    """Of at least one claim."""
    logits = np.array([one.logits for one in judged])
    labels = np.array([one.label for one in judged])
    margins = logits[:, Label.SUPPORTED] - logits[:, Label.CONTRADICTED]
    is_right = logits.argmax(1) == labels
    return Score(
        pairs=len(judged),
        auroc=auroc(margins[labels == Label.SUPPORTED], margins[labels == Label.CONTRADICTED]),
        accuracy=round(float(is_right.mean()), 4),
        recalls=_recalls(is_right, labels),
    )


def auroc(higher: np.ndarray, lower: np.ndarray) -> float | None:
    """Chance that one of `higher` exceeds one of `lower`, ties half; None if either is empty.

    >>> auroc(np.array([2.0, 1.0]), np.array([1.0, 0.0]))
    0.875
    """
    if not len(higher) or not len(lower):
        return None
    ordered = np.sort(lower)
    below = np.searchsorted(ordered, higher, "left") + np.searchsorted(ordered, higher, "right")
    return round(float(below.mean() / 2 / len(lower)), 4)


def _recalls(is_right: np.ndarray, labels: np.ndarray) -> tuple[float | None, float | None, float | None]:
    supported, contradicted, neither = (
        round(float(is_right[labels == label].mean()), 4) if (labels == label).any() else None for label in Label
    )
    return supported, contradicted, neither


def judge_items(judge: Judge, items: Sequence[EncodedItem], cache: LowerCache | None = None) -> list[Judged]:
    """All written claims under both texts. Groups: file, style of text, side, and kind under the passage."""
    judged: list[Judged] = []
    for start in range(0, len(items), _ITEMS_AT_ONCE):
        sheets = [sheet for item in items[start : start + _ITEMS_AT_ONCE] for sheet in written_sheets(item)]
        with torch.no_grad():
            if cache is None:
                logits = judge(lay_out([sheet.pack for sheet in sheets]))
            else:
                batch, states = cache.read(sheets, judge)
                logits = judge.upper(batch, states)
        rows = iter(logits.tolist())
        for sheet in sheets:
            item = sheet.encoded.item
            always = (f"file:{item.source}", f"length:{item.source.split('-')[0]}", f"side:{sheet.side.name.lower()}")
            for index, label in zip(sheet.chosen, sheet.labels, strict=True):
                # The kind tells what makes the label under the passage; under the mirror it may be another.
                kind = (f"kind:{sheet.encoded.claim(index).kind}",) if sheet.side is Side.PASSAGE else ()
                judged.append(Judged(label, tuple(next(rows)), (*always, *kind)))
    return judged


def judge_pairs(judge: Judge, pairs: Sequence[Pair], tokenizer: Tokenizer) -> list[Judged]:
    """Claims of a development set, packed by passage. Groups: set, and kind."""
    by_passage: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        by_passage[pair.passage].append(pair)
    judged: list[Judged] = []
    for passage, together in by_passage.items():
        claims = tuple(claim_tokens(pair.claim, tokenizer) for pair in together)
        with torch.no_grad():
            logits = judge(lay_out([Pack(passage_tokens(passage, tokenizer), claims)]))
        for pair, row in zip(together, logits.tolist(), strict=True):
            judged.append(Judged(pair.label, tuple(row), (f"set:{pair.group}", f"kind:{pair.kind}")))
    return judged


def as_json(found: Iterable[tuple[str, Score]]) -> dict[str, object]:
    """For files."""
    return {group: asdict(one) for group, one in found}


def main() -> None:
    """Writes ADAPTER.scores.json with all groups, and prints the main ones."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("adapter", type=Path)
    options.add_argument("--out", type=Path, help="default: ADAPTER with .scores.json")
    options.add_argument("--dtype", choices=("float32", "bfloat16"), default="float32")
    options.add_argument("--threads", type=int, default=1)
    chosen = options.parse_args()
    torch.set_num_threads(chosen.threads)
    base, tokenizer = load_base(base_folder()), load_tokenizer(base_folder())
    judge = Judge(base, load_adapter(chosen.adapter, base.shape), getattr(torch, chosen.dtype))
    pairs = judge_pairs(judge, load_pairs(DEV_CLAIMS), tokenizer)
    items = judge_items(judge, encode(load_items(TRAIN_DATA).held_out, tokenizer))
    found = {"held_out": as_json(scores(items).items()), "factcheck_dev": as_json(scores(pairs).items())}
    out = chosen.out or chosen.adapter.with_suffix(".scores.json")
    out.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n")
    for name, groups in found.items():
        for group, one in groups.items():
            if group == "all" or group.startswith(("set:", "length:")):
                print(name, group, one)  # noqa: T201 (a command's output)


if __name__ == "__main__":
    main()
