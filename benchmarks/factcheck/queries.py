"""Other ways to ask for a claim's evidence, to be measured beside the product's own."""

from collections.abc import Sequence
from functools import cache

from monshin_factcheck.checking.evidence import CorpusEvidence
from monshin_factcheck.core.aliases.table import builtin_aliases
from monshin_factcheck.core.text.normalise import normalise
from monshin_factcheck.core.text.words import Analyser


def with_canonical_names(claim: str) -> str:
    """A claim with the first name of its group (core/aliases/builtin.yaml) for each name of whole words.

    >>> with_canonical_names("AMIの患者")
    '急性心筋梗塞の患者'
    """
    text = normalise(claim).text
    words = _analyser().words(text)
    starts, ends = {word.span.start for word in words}, {word.span.end for word in words}
    for hit in reversed(builtin_aliases().find(text)):
        if hit.span.start in starts and hit.span.end in ends:
            text = text[: hit.span.start] + hit.canonical + text[hit.span.end :]
    return text


class CanonicalNames(CorpusEvidence):
    """The meaning of a claim is looked up with canonical names; words know them already."""

    async def dense(self, claims: Sequence[str], k: int) -> list[list[tuple[int, float]]]:
        """As Evidence.dense."""
        return await super().dense([with_canonical_names(claim) for claim in claims], k)


@cache
def _analyser() -> Analyser:
    return Analyser()
