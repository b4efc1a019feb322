"""What became of each unit of a claim in one sentence, in the words of both sides: for explanations."""

from dataclasses import dataclass

from monshin_factcheck.core.alignment.account import account
from monshin_factcheck.core.alignment.lexicon import lexicon
from monshin_factcheck.core.alignment.prepare import prepared
from monshin_factcheck.core.evidence import Passage
from monshin_factcheck.core.rules.statement import Reader, Statement
from monshin_factcheck.core.rules.subjects import subjects


@dataclass(frozen=True, slots=True)
class ToldUnit:
    """A unit's words on both sides; finding: the kind of a clash, empty where there is none."""

    claim_text: str
    evidence_text: str
    finding: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """matched, clashed, missing: the claim's units, each in one of them. obstacles: what else stands in the way."""

    matched: tuple[ToldUnit, ...]
    clashed: tuple[ToldUnit, ...]
    missing: tuple[str, ...]
    obstacles: tuple[str, ...]


def tell(reader: Reader, claim: str, passage: Passage) -> Told:
    """Lays the claim onto the passage once more, by which the judge `alignment` decides."""
    mine, theirs = prepared(reader.read(claim)), prepared(reader.read(passage.text))
    title, before = (prepared(reader.read(text)) if text else None for text in (passage.title, passage.before))
    told = account(mine, theirs, subjects(mine, title, before), lexicon())
    clashes = {clash.claim: clash for clash in told.found.clashes}
    return Told(
        matched=tuple(
            ToldUnit(_words(mine, at), _words(theirs, place))
            for at, place in enumerate(told.found.places)
            if place is not None
        ),
        clashed=tuple(
            ToldUnit(_words(mine, at), _words(theirs, clash.evidence), clash.kind) for at, clash in clashes.items()
        ),
        missing=tuple(_words(mine, at) for at in told.found.missing if at not in clashes),
        obstacles=tuple(sorted(obstacle.value for obstacle in told.obstacles)),
    )


def _words(statement: Statement, at: int) -> str:
    return statement.text.to_original(statement.units[at].span).of(statement.text.original)
