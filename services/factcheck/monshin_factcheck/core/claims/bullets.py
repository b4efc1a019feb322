"""The bullets that a place of the text stands below: what each of them, and the line above the list, speaks of."""

from dataclasses import dataclass, replace

from monshin_factcheck.core.claims.blocks import Level, Part, PartKind
from monshin_factcheck.core.claims.subjects import Subject


@dataclass(frozen=True, slots=True)
class _Bullet:
    """names: it names what is below it (`アスピリン`, `用量：…`) and nothing beside it. leads: nothing but a colon
    stands behind the name, so that a case that it names (`- 小児：`) holds for the bullets beside it, too."""

    level: Level
    subject: Subject
    names: bool
    leads: bool


class OpenBullets:
    """From the outermost to the innermost. asked: what the question named; it is less sure than what the text did."""

    def __init__(self, asked: Subject) -> None:
        self._asked = asked
        self._above = asked
        self._led: tuple[str, ...] = ()
        self._open: list[_Bullet] = []

    def close(self) -> None:
        """The list ends."""
        self._open, self._led = [], ()

    def go_on(self, part: Part) -> bool:
        """Whether a part behind a blank line still belongs to the list."""
        if not self._open or part.level is None:
            return False
        return part.kind is PartKind.BULLET or part.level.indent > self._open[0].level.indent

    def enter(self, part: Part, subject: Subject, *, names: bool) -> Subject:
        """What a sentence speaks of by its place. subject: what the one before it spoke of.

        Below a bullet that is its subject, beside one that of the line above the list; only where nothing but the
        question told that, a sentence in the bullet before hands its subject on.
        """
        if part.level is None:
            return subject
        closed: _Bullet | None = None
        while self._open and self._open[-1].level >= part.level:
            closed = self._open.pop()
        if names or part.kind is not PartKind.BULLET:
            self._led = ()
        elif closed is not None and closed.leads:
            self._led = closed.subject.cases
        if self._open:
            return self._open[-1].subject
        if closed is None:
            self._above = subject
            return subject
        is_told = closed.names or replace(self._above, cases=()) != self._asked
        beside = self._above if is_told else subject
        return replace(beside, cases=self._led or self._above.cases)

    def hold(self, part: Part, subject: Subject, *, names: bool, leads: bool = False) -> None:
        """Opens the bullet that a part begins with; no other part opens one."""
        if part.kind is PartKind.BULLET and part.level is not None:
            self._open.append(_Bullet(part.level, subject, names, leads))
