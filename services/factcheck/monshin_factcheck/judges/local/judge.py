"""The judge `local`: gemma3-270m with our adapter, on this machine."""

import hashlib
from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import torch
from monshin_kit.artefacts import Artefacts
from monshin_kit.errors import FailedPrecondition, MonshinError
from safetensors import SafetensorError
from tokenizers import Tokenizer
from torch import Tensor

from monshin_factcheck.core.evidence import Probabilities, probabilities
from monshin_factcheck.core.rules.revision import add_folder
from monshin_factcheck.core.semantic import Answer, Reading, TooLong
from monshin_factcheck.core.text.spans import Span
from monshin_factcheck.judges.local.base import PACKAGE, load_base, load_tokenizer, prepared_base
from monshin_factcheck.judges.local.canonical import canonical
from monshin_factcheck.judges.local.model import Judge, load_adapter
from monshin_factcheck.judges.local.packing import BEGIN, CLAIM, MAX_POSITIONS, PASSAGE, Pack, lay_out

NAME = "local"
# The adapter that is part of this package; services/factcheck/training/adapter/README.md is its model card.
ADAPTER = Path(__file__).parent / "adapter.safetensors"
# Longer ones are not read; claims of a checked answer are sentences, and the model was trained on these.
_CLAIM_TOKENS = 128
# Read together, at most, if they are of more than one context: longer products run nearer to what a core can do.
_TOKENS_AT_ONCE = 1024


class _Group(NamedTuple):
    """Tokens of a passage and, by place of the reading, of the claims that are read with it."""

    passage: tuple[int, ...]
    claims: dict[int, tuple[int, ...]]

    @property
    def size(self) -> int:
        """How many tokens it has."""
        return len(self.passage) + sum(map(len, self.claims.values()))


class LocalJudge:
    """Reads contexts with all their claims at once: a context is encoded once however many claims ask for it.

    artefacts: where the base is kept once it is dequantised. adapter: a safetensors file. dtype: what matrices multiply
    in; None: as `quick_dtype`.
    Raises FailedPrecondition if the base's package is missing or its weights have another hash, and for another file
    than an adapter.
    """

    def __init__(
        self, artefacts: Artefacts, adapter: Path, *, threads: int = 1, dtype: torch.dtype | None = None
    ) -> None:
        torch.set_num_threads(threads)
        folder = prepared_base(artefacts)
        base = load_base(folder)
        self._tokenizer: Tokenizer = load_tokenizer(folder)
        try:
            self._model = Judge(base, load_adapter(adapter, base.shape), dtype or quick_dtype(), is_merged=True)
            self._revision = _revision(adapter)
        except (OSError, ValueError, SafetensorError) as error:
            raise FailedPrecondition(f"{adapter} is missing or no adapter of {PACKAGE}") from error

    @property
    def name(self) -> str:
        """`local`."""
        return NAME

    @property
    def revision(self) -> str:
        """SHA-256 of the adapter's file and of the code that writes texts as it reads them."""
        return self._revision

    def read(self, readings: Sequence[Reading]) -> list[Answer | MonshinError]:
        """As SemanticJudge.read; TooLong for a claim of more than 128 tokens, or one that does not fit beside its
        context. It cannot tell which words of the context decided.
        """
        together: dict[str, _Group] = {}
        for place, reading in enumerate(readings):
            group = together.get(reading.context)
            if group is None:
                passage = (BEGIN, *self._tokens(PASSAGE, reading.context))
                group = together.setdefault(reading.context, _Group(passage, {}))
            claim = self._tokens(CLAIM, reading.claim)
            if len(claim) <= min(_CLAIM_TOKENS, MAX_POSITIONS - len(group.passage)):
                group.claims[place] = claim
        found: dict[int, Probabilities] = {}
        for some in _batches([group for group in together.values() if group.claims]):
            packs = [Pack(group.passage, tuple(group.claims.values())) for group in some]
            with torch.inference_mode():
                rows = self._model(lay_out(packs)).softmax(-1)
            for place, row in zip((place for group in some for place in group.claims), rows, strict=True):
                found[place] = _probabilities(row)
        return [
            Answer(found[place], Span(reading.body, len(reading.context)))
            if place in found
            else TooLong(f"`{NAME}` reads up to {_CLAIM_TOKENS} tokens of a claim, {MAX_POSITIONS} with its text")
            for place, reading in enumerate(readings)
        ]

    def _tokens(self, template: str, text: str) -> tuple[int, ...]:
        return tuple(self._tokenizer.encode(template.format(canonical(text)), add_special_tokens=False).ids)


def _batches(groups: Sequence[_Group]) -> Iterator[list[_Group]]:
    batch: list[_Group] = []
    for group in groups:
        if batch and sum(one.size for one in batch) + group.size > _TOKENS_AT_ONCE:
            yield batch
            batch = []
        batch.append(group)
    if batch:
        yield batch


def _revision(adapter: Path) -> str:
    sha256 = hashlib.sha256(adapter.read_bytes())
    for name in ("canonical.py", "packing.py", "model.py"):
        sha256.update(files(__package__).joinpath(name).read_bytes())
    for part in ("quantities", "text"):  # of which canonical.py is made
        add_folder(sha256, files("monshin_factcheck.core").joinpath(part), part)
    return sha256.hexdigest()


def quick_dtype() -> torch.dtype:
    """bfloat16 where this CPU multiplies in it, else fp32: emulated bfloat16 is many times slower.

    Twice as fast; on 529 claims probabilities differed by .006 on average and .091 at most, the likeliest class in 6.
    """
    able = torch.cpu.get_capabilities()
    return torch.bfloat16 if able.get("avx512_bf16") or able.get("amx_bf16") else torch.float32


def _probabilities(row: Tensor) -> Probabilities:
    supported, contradicted, neither = row.tolist()
    return probabilities(supported, contradicted, neither)
