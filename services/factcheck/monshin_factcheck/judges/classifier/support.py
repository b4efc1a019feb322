"""The judge `support`: any classifier that tells supported from not supported, and nothing else."""

import numpy as np

from monshin_factcheck.core.calibration import softmax
from monshin_factcheck.core.evidence import Probabilities, probabilities
from monshin_factcheck.core.semantic import Answer
from monshin_factcheck.judges.classifier.checkpoint import Checkpoint
from monshin_factcheck.judges.classifier.classifier import Views
from monshin_factcheck.judges.classifier.judge import ClassifierJudge
from monshin_factcheck.judges.classifier.labels import supported_class
from monshin_factcheck.judges.classifier.pairs import Row


class SupportJudge(ClassifierJudge):
    """What is not supported is shared evenly between contradicted and neither: it cannot tell which, so that it never
    makes a claim CONTRADICTED.

    Raises FailedPrecondition for a model whose classes are others.
    """

    NAME = "support"

    def __init__(self, checkpoint: Checkpoint) -> None:
        self._place = supported_class(checkpoint.labels)
        super().__init__(checkpoint)

    def _answer(self, views: Views) -> Answer:
        told = max(views.windows, key=lambda seen: self._supported(seen.logits))
        supported = self._supported(told.logits)
        if supported <= 0.5:
            return Answer(_odds(supported), told.span)
        return Answer(_odds(supported), self._best_inside(views, told, lambda seen: self._supported(seen.logits)))

    def _supported(self, logits: Row) -> float:
        if len(logits) == 1:
            return float(1 / (1 + np.exp(-logits[0])))
        return float(softmax(np.array([logits]))[0, self._place])


def _odds(supported: float) -> Probabilities:
    return probabilities(supported, (1 - supported) / 2, (1 - supported) / 2)
