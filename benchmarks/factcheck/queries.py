"""Other ways to ask for a claim's evidence, to be measured beside the product's own."""

from collections.abc import Collection, Sequence
from functools import cache

from monshin_factcheck.checking.evidence import CorpusEvidence
from monshin_factcheck.core.aliases.table import builtin_aliases
from monshin_factcheck.core.cues.polarity import find_cues
from monshin_factcheck.core.text.language import guess_language
from monshin_factcheck.core.text.normalise import normalise
from monshin_factcheck.core.text.words import Analyser


def without_polarity(claim: str) -> str:
    """A claim without the words that deny, oblige, forbid, allow or waive (core/cues/polarity.yaml).

    >>> without_polarity("授乳中の服用は禁忌である。")
    '授乳中の服用はである。'
    """
    text = normalise(claim).text
    for cue in reversed(find_cues(text, guess_language(text))):
        text = text[: cue.span.start] + text[cue.span.end :]
    return text


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


class SecondQuery(CorpusEvidence):
    """Both searches ask twice, for the claim and for it without polarity; the greater measure of a passage counts."""

    async def lexical(self, claim: str, k: int, also: Collection[int] = ()) -> dict[int, float]:
        """As Evidence.lexical."""
        shares = await super().lexical(claim, k, also)
        for place, share in (await super().lexical(without_polarity(claim), k, shares)).items():
            shares[place] = max(share, shares.get(place, 0.0))
        return shares

    async def dense(self, claims: Sequence[str], k: int) -> list[list[tuple[int, float]]]:
        """As Evidence.dense, with up to twice as many places."""
        first = await super().dense(claims, k)
        second = await super().dense([without_polarity(claim) for claim in claims], k)
        return [_merged(one, other) for one, other in zip(first, second, strict=True)]


def _merged(one: Sequence[tuple[int, float]], other: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    nearest = dict(one)
    for place, near in other:
        nearest[place] = max(near, nearest.get(place, near))
    return sorted(nearest.items(), key=lambda found: -found[1])


@cache
def _analyser() -> Analyser:
    return Analyser()
