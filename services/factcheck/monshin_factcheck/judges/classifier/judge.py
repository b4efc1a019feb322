"""What the judges that are classifiers of transformers have in common."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import ClassVar, Self

from monshin_kit.errors import MonshinError

from monshin_factcheck.core.semantic import Answer, Reading
from monshin_factcheck.core.text.spans import Span
from monshin_factcheck.judges.classifier.checkpoint import Checkpoint, load_checkpoint
from monshin_factcheck.judges.classifier.classifier import Classifier, Seen, Views


class ClassifierJudge(ABC):
    """A SemanticJudge by one classifier; a subclass reads its classes."""

    NAME: ClassVar[str]

    def __init__(self, checkpoint: Checkpoint) -> None:
        self._classifier = Classifier(checkpoint)
        self._revision = checkpoint.revision

    @classmethod
    def load(cls, model: str, *, threads: int = 1) -> Self:
        """model: see load_checkpoint."""
        return cls(load_checkpoint(model, threads))

    @property
    def name(self) -> str:
        """As SemanticJudge.name."""
        return self.NAME

    @property
    def revision(self) -> str:
        """Of the model's files."""
        return self._revision

    def read(self, readings: Sequence[Reading]) -> list[Answer | MonshinError]:
        """As SemanticJudge.read; TooLong where the claim or a sentence of its context does not fit."""
        return [
            self._answer(views) if isinstance(views, Views) else views for views in self._classifier.views(readings)
        ]

    @abstractmethod
    def _answer(self, views: Views) -> Answer: ...

    def _best_inside(self, views: Views, told: Seen, key: Callable[[Seen], float]) -> Span:
        """Of the sentences in the window `told` the one with the highest key; the window itself if it holds none."""
        inside = [seen for seen in views.sentences if seen.span.is_inside(told.span)]
        return max(inside, key=key, default=told).span
