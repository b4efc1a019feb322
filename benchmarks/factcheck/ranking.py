"""How the checker of the product ranks documents for a claim: the passages that it would hand to its judges."""

from collections.abc import Sequence

from monshin_factcheck.checking.checker import Checker, Run
from monshin_factcheck.checking.evidence import Evidence
from monshin_factcheck.checking.reading import ReadingRoom
from monshin_factcheck.core.aliases.table import AliasTable
from monshin_factcheck.core.claims.claim import Claim
from monshin_factcheck.core.evidence import Passage, Probabilities
from monshin_factcheck.core.judge import Judge, Opinion, Stance
from monshin_factcheck.core.text.spans import Span
from monshin_factcheck.core.weighing import Weighings
from monshin_factcheck.settings import FactcheckSettings
from monshin_kit.executor import Executor

# Documents here hold on any day.
TODAY = "2026-01-01"
FOUND = FactcheckSettings().passages_found
# All that both searches found, not only those that judges see.
_ALL = 2 * FOUND
_NOTHING = Probabilities(0.0, 0.0, 1.0)


class Silent:
    """A judge that costs nothing and settles nothing: the search alone is measured."""

    name = "silent"

    def knowing(self, aliases: AliasTable) -> Judge:
        """As Judge.knowing."""
        return self

    def judge(self, claim: str, passages: Sequence[Passage]) -> list[Opinion]:
        """As Judge.judge."""
        return [Opinion(passage, Stance.UNRELATED, 0.0, _NOTHING) for passage in passages]


async def rankings(
    evidence: Evidence, claims: Sequence[str], executor: Executor, *, found: int = FOUND
) -> list[list[Passage]]:
    """The passages of each claim, best first; none for a claim that is not searched for.

    found: as MONSHIN_FACTCHECK_PASSAGES_FOUND.
    """
    room = ReadingRoom([], Weighings([], ""), documents=1)
    checker = Checker(Silent(), executor, room, judged=_ALL, found=found)
    asked = [Claim(Span(0, len(text)), text, True) for text in claims]
    checks = checker.check(Run(evidence, TODAY), asked)
    return [[opinion.passage for opinion in checked.opinions] async for checked in checks]
