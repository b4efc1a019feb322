"""A corpus asked twice, so that evidence against a claim is not missed for the claim's own yes or no."""

from collections.abc import Collection, Sequence

from monshin_factcheck.checking.evidence import CorpusEvidence
from monshin_factcheck.core.cues.polarity_free import without_polarity
from monshin_factcheck.core.text.normalise import normalise


class SecondQuery(CorpusEvidence):
    """Both searches ask for the claim, and for it without words of polarity where it has some; of a passage that both
    find the greater measure counts."""

    async def lexical(self, claim: str, k: int, also: Collection[int] = ()) -> dict[int, float]:
        """As Evidence.lexical."""
        shares = await super().lexical(claim, k, also)
        for place, share in (await super().lexical(without_polarity(claim), k, shares)).items():
            shares[place] = max(share, shares.get(place, 0.0))
        return shares

    async def dense(self, claims: Sequence[str], k: int) -> list[list[tuple[int, float]]]:
        """As Evidence.dense, with up to twice as many places; embed and ann are asked once for all."""
        bare = [without_polarity(claim) for claim in claims]
        again = [place for place, claim in enumerate(claims) if bare[place] != normalise(claim).text]
        first = await super().dense([*claims, *(bare[place] for place in again)], k)
        found = first[: len(claims)]
        for place, other in zip(again, first[len(claims) :], strict=True):
            found[place] = _merged(found[place], other)
        return found


def _merged(one: Sequence[tuple[int, float]], other: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    nearest = dict(one)
    for place, near in other:
        nearest[place] = max(near, nearest.get(place, near))
    return sorted(nearest.items(), key=lambda found: -found[1])
