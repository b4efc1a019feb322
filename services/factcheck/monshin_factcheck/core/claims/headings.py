"""The headings that a place of the text stands below, and the cases that they keep open."""

from monshin_factcheck.core.claims.blocks import LAST_RANK, Part
from monshin_factcheck.core.claims.cases import is_case
from monshin_factcheck.core.claims.leads import is_empty


class OpenHeadings:
    """From the outermost to the innermost. A case holds until a heading of the same or a higher rank."""

    def __init__(self) -> None:
        self._open: list[tuple[int, tuple[str, ...]]] = []
        self._holds = False

    def around(self, part: Part, text: str) -> tuple[str, ...]:
        """The cases that the next heading stands in; those of its own rank end.

        One right below the line that states a case, with nothing between, is a part of it (`小児：`, `用量：`), and a
        word that says nothing (`注意：`) ends none.
        """
        rank = _rank(part)
        name = text.rstrip(":： ")
        is_within = (not self._holds and not is_case(name)) or (is_empty(name) and rank == LAST_RANK)
        while self._open and (self._open[-1][0] > rank or (self._open[-1][0] == rank and not is_within)):
            self._open.pop()
        return self._open[-1][1] if self._open else ()

    def open(self, part: Part, cases: tuple[str, ...]) -> None:
        """Opens a heading with all cases that hold below it."""
        self._open.append((_rank(part), cases))
        self._holds = False

    def hold(self) -> None:
        """Something stands below the last heading."""
        self._holds = True


def _rank(part: Part) -> int:
    return part.level.rank if part.level is not None else LAST_RANK
