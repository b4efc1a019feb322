"""The judge `nli`: any three-way classifier of text and claim."""

import numpy as np

from monshin_factcheck.core.calibration import softmax
from monshin_factcheck.core.evidence import Probabilities, probabilities
from monshin_factcheck.core.semantic import Answer
from monshin_factcheck.core.text.spans import Span
from monshin_factcheck.judges.classifier.checkpoint import Checkpoint
from monshin_factcheck.judges.classifier.classifier import Seen, Views
from monshin_factcheck.judges.classifier.judge import ClassifierJudge
from monshin_factcheck.judges.classifier.labels import three_way


class NliJudge(ClassifierJudge):
    """Of a long context the window that says most decides; its sentence that says the same most clearly is quoted.

    Raises FailedPrecondition for a model with other classes than entailment, neutral and contradiction.
    """

    NAME = "nli"

    def __init__(self, checkpoint: Checkpoint) -> None:
        self._places = three_way(checkpoint.labels)
        super().__init__(checkpoint)

    def _answer(self, views: Views) -> Answer:
        told = min(views.windows, key=lambda seen: self._odds(seen).neither)
        odds = self._odds(told)
        return Answer(odds, self._words(views, told, odds))

    def _words(self, views: Views, told: Seen, odds: Probabilities) -> Span:
        if odds.neither >= max(odds.supported, odds.contradicted):
            return told.span
        if odds.supported > odds.contradicted:
            return self._best_inside(views, told, lambda seen: self._odds(seen).supported)
        return self._best_inside(views, told, lambda seen: self._odds(seen).contradicted)

    def _odds(self, seen: Seen) -> Probabilities:
        (shares,), places = softmax(np.array([seen.logits])), self._places
        return probabilities(
            float(shares[places.entailment]), float(shares[places.contradiction]), float(shares[places.neutral])
        )
