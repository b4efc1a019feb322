"""A reranker that is a sequence classifier of transformers: claim first, passage second."""

from collections.abc import Sequence
from math import isfinite
from pathlib import Path
from typing import Self

from monshin_kit.errors import FailedPrecondition

from monshin_factcheck.core.retrieval.reranker import Candidate
from monshin_factcheck.judges.classifier.checkpoint import Checkpoint, load_checkpoint
from monshin_factcheck.judges.classifier.labels import relevance_class
from monshin_factcheck.judges.classifier.pairs import PairReader, Row


class CrossEncoder:
    """As Reranker. Raises FailedPrecondition for a model with other classes than a relevance, see relevance_class."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self._relevance = relevance_class(checkpoint.labels)
        self._pairs = PairReader(checkpoint, cuts="only_second")
        self._revision = checkpoint.revision

    @classmethod
    def load(cls, folder: str, *, threads: int = 1) -> Self:
        """folder: see load_checkpoint; nothing is fetched."""
        if not Path(folder).is_dir():
            raise FailedPrecondition(f"MONSHIN_FACTCHECK_RERANKER is {folder}: there is no such folder")
        return cls(load_checkpoint(folder, threads))

    @property
    def revision(self) -> str:
        """Of the model's files."""
        return self._revision

    def read(self, candidates: Sequence[Candidate]) -> list[float]:
        """As Reranker.read; raises ValueError where the model computes no number."""
        claims = {claim: self._pairs.shortened(claim) for claim in {one.claim for one in candidates}}
        pairs = [(claims[one.claim], one.passage) for one in candidates]
        logits = self._pairs.logits(pairs)
        scores = [self._score(logits[pair]) for pair in pairs]
        if not all(map(isfinite, scores)):
            raise ValueError("the reranker computes no numbers")
        return scores

    def _score(self, row: Row) -> float:
        """The log odds of relevance, or what one class alone says."""
        return row[self._relevance] - sum(logit for place, logit in enumerate(row) if place != self._relevance)
