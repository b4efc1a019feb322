"""What whoever imports files knows of them and the files do not say, such as the tier of a PDF."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from monshin_kit.errors import InvalidInput

from monshin.formats import CorpusLine


@dataclass(frozen=True, slots=True)
class Facts:
    """Fields of CorpusLine; what is empty or 0 leaves what the file says."""

    title: str = ""
    date: str = ""
    tier: int = 0
    supersedes: tuple[str, ...] = ()
    effective_until: str = ""

    def of(self, documents: Sequence[CorpusLine]) -> tuple[CorpusLine, ...]:
        """The documents with these facts. Raises InvalidInput for one title of several documents, and for a document
        that would take its own place."""
        if self.title and len(documents) > 1:
            raise InvalidInput(f"--title is of one document: there are {len(documents)}")
        if own := {document.id for document in documents}.intersection(self.supersedes):
            raise InvalidInput(f"--supersedes {min(own)}: this is a document of the import itself")
        return tuple(self._with(document) for document in documents)

    def _with(self, document: CorpusLine) -> CorpusLine:
        return replace(
            document,
            title=self.title or document.title,
            date=self.date or document.date,
            tier=self.tier or document.tier,
            supersedes=self.supersedes or document.supersedes,
            effective_until=self.effective_until or document.effective_until,
        )
