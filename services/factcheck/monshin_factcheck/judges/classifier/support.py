"""The judge `support`: any classifier that tells supported from not supported, and nothing else."""

from collections.abc import Sequence

import numpy as np

from monshin_factcheck.core.evidence import Probabilities, probabilities
from monshin_factcheck.core.semantic import Answer, Reading
from monshin_factcheck.judges.classifier.checkpoint import Checkpoint, load_checkpoint
from monshin_factcheck.judges.classifier.classifier import Classifier, Row, Views
from monshin_factcheck.judges.classifier.labels import supported_class

NAME = "support"


class SupportJudge:
    """What is not supported is shared evenly between contradicted and neither: it cannot tell which, so that it never
    makes a claim CONTRADICTED.

    Raises FailedPrecondition for a model whose classes are others.
    """

    def __init__(self, checkpoint: Checkpoint) -> None:
        self._place = supported_class(checkpoint.labels)
        self._classifier = Classifier(checkpoint)
        self._revision = checkpoint.revision

    @classmethod
    def load(cls, model: str, *, threads: int = 1) -> "SupportJudge":
        """model: see load_checkpoint."""
        return cls(load_checkpoint(model, threads))

    @property
    def name(self) -> str:
        """`support`."""
        return NAME

    @property
    def revision(self) -> str:
        """Of the model's files."""
        return self._revision

    def read(self, readings: Sequence[Reading]) -> list[Answer]:
        """As SemanticJudge.read."""
        return [self._answer(views) for views in self._classifier.views(readings)]

    def _answer(self, views: Views) -> Answer:
        told = max(views.windows, key=lambda seen: self._supported(seen.logits))
        inside = [seen for seen in views.sentences if seen.span.is_inside(told.span)]
        best = max(inside, key=lambda seen: self._supported(seen.logits), default=told)
        supported = self._supported(told.logits)
        return Answer(_odds(supported), best.span if supported > 0.5 else told.span)

    def _supported(self, logits: Row) -> float:
        if len(logits) == 1:
            return float(1 / (1 + np.exp(-logits[0])))
        shares = np.exp(np.asarray(logits) - max(logits))
        return float(shares[self._place] / shares.sum())


def _odds(supported: float) -> Probabilities:
    return probabilities(supported, (1 - supported) / 2, (1 - supported) / 2)
