"""States of the frozen lower layers on disk, so that each token passes them once in all epochs."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from monshin_factcheck.judges.local.model import Judge
from monshin_factcheck.judges.local.packing import Batch, lay_out
from torch import Tensor

from training.sheets import EncodedItem, Sheet, Side


class LowerCache:
    """A file of fp16 states, filled as sheets come by.

    A claim's states depend on its passage and itself only, so any choice of claims can be put together from them.
    Fresh states are rounded to fp16 like stored ones: a resumed run sees the same numbers as an uncut one.
    fp16 suffices: the largest states (the first token's) are 41,944.
    A killed process leaves it sound; after a power cut delete it: the system may have written marks before states.
    """

    def __init__(self, folder: Path, items: Sequence[EncodedItem], hidden: int, origin: str) -> None:
        """`origin` names what else decides the states: base weights, layers, dtype."""
        self._starts: dict[tuple[str, Side, int], int] = {}
        sha256, total = hashlib.sha256(origin.encode()), 0
        for encoded in items:
            for side in Side:
                for number, tokens in enumerate((encoded.passages[side], *encoded.claims)):
                    self._starts[encoded.item.id, side, number] = total
                    sha256.update(np.array(tokens, dtype="<i4").tobytes() + b"\0")
                    total += len(tokens)
        folder = folder / sha256.hexdigest()[:16]
        folder.mkdir(parents=True, exist_ok=True)
        self._states = _opened(folder / "states.f16", np.dtype(np.float16), (total, hidden))
        self._is_filled = _opened(folder / "filled.bool", np.dtype(np.bool_), (total,))

    def read(self, sheets: Sequence[Sheet], judge: Judge) -> tuple[Batch, Tensor]:
        """The batch of `sheets` and its states, fp32 (tokens, hidden); computes what is missing."""
        batch = lay_out([sheet.pack for sheet in sheets])
        places = [self._places(sheet) for sheet in sheets]
        missing = [at for at, place in enumerate(places) if not self._is_filled[place].all()]
        if missing:
            fresh = judge.lower(lay_out([sheets[at].pack for at in missing])).to(torch.float16)
            if not torch.isfinite(fresh).all():
                raise OverflowError("a state of the lower layers does not fit fp16: store them in fp32")
            rows = np.concatenate([places[at] for at in missing])
            is_new = ~self._is_filled[rows]
            self._states[rows[is_new]] = fresh.cpu().numpy()[is_new]
            # After the states: a filled mark never stands before its state.
            self._is_filled[rows] = True
        states = torch.from_numpy(self._states[np.concatenate(places)])
        return batch, states.to(batch.tokens.device).float()

    @property
    def filled_share(self) -> float:
        """In [0, 1]."""
        return float(self._is_filled.mean())

    def flush(self) -> None:
        """To disk, states first."""
        self._states.flush()
        self._is_filled.flush()

    def _places(self, sheet: Sheet) -> np.ndarray:
        numbers = (0, *(index + 1 for index in sheet.chosen))
        return np.concatenate(
            [
                np.arange(len(tokens)) + self._starts[sheet.encoded.item.id, sheet.side, number]
                for number, tokens in zip(numbers, sheet.pack.segments, strict=True)
            ]
        )


def _opened(file: Path, dtype: np.dtype, shape: tuple[int, ...]) -> np.memmap:
    """A sparse file of zeros, or the one that is there."""
    return np.memmap(file, dtype=dtype, mode="r+" if file.exists() else "w+", shape=shape)
