"""The judge `alignment`: units of a claim laid onto units of each sentence, without any model."""

import hashlib
from collections.abc import Callable, Sequence
from importlib.resources import files

from monshin_factcheck.core.alignment.account import Accounting, Outcome, account
from monshin_factcheck.core.alignment.lexicon import lexicon
from monshin_factcheck.core.alignment.odds import estimate
from monshin_factcheck.core.alignment.prepare import prepared
from monshin_factcheck.core.rules.revision import add_folder, rules_revision
from monshin_factcheck.core.rules.statement import Reader, Statement
from monshin_factcheck.core.rules.subjects import subjects
from monshin_factcheck.core.semantic import Answer, Reading
from monshin_factcheck.core.text.sentences import split_sentences
from monshin_factcheck.core.text.spans import Span

NAME = "alignment"
# Of a context only the sentences with most pairs of characters of the claim are read: reading is what costs.
_MOST_SENTENCES = 3
Read = Callable[[str], Statement]


class AlignmentJudge:
    """A SemanticJudge. SUPPORTED only where one sentence accounts for every content unit of the claim, in its place;
    CONTRADICTED only where it accounts for all but one, and that one clashes.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._revision = _revision()

    @property
    def name(self) -> str:
        """`alignment`."""
        return NAME

    @property
    def revision(self) -> str:
        """SHA-256 of this package, code and tables, and of the rules, with which it reads."""
        return self._revision

    def read(self, readings: Sequence[Reading]) -> list[Answer]:
        """As SemanticJudge.read. Nothing is kept of the texts."""
        return [_answer(reading, read) for reading, read in zip(readings, self._readers(readings), strict=True)]

    def _readers(self, readings: Sequence[Reading]) -> list[Read]:
        """One for each reading; those with the same names share what they have read."""
        shared: dict[int, Read] = {}
        for reading in readings:
            if id(reading.aliases) not in shared:
                reader = self._reader if reading.aliases is None else self._reader.knowing(reading.aliases)
                shared[id(reading.aliases)] = remembering(reader)
        return [shared[id(reading.aliases)] for reading in readings]


def remembering(reader: Reader) -> Read:
    """Reads and prepares each text once, for as long as the function is kept."""
    known: dict[str, Statement] = {}

    def read(text: str) -> Statement:
        if text not in known:
            known[text] = prepared(reader.read(text))
        return known[text]

    return read


def best_of(accountings: Sequence[Accounting]) -> Accounting:
    """The sentence that says the claim, else one that denies it, else the one that accounts for most of it."""
    return max(
        accountings,
        key=lambda one: (one.outcome is Outcome.SAYS, one.outcome is Outcome.DENIES, one.found.coverage),
    )


def accountings(reading: Reading, read: Read) -> list[tuple[Accounting, Span]]:
    """What the nearest sentences of a context make of its claim, in their order; at least one. read: `remembering`."""
    text = reading.context
    spans = [span.shifted(reading.body) for span in split_sentences(text[reading.body :])] or [Span(0, len(text))]
    title = text[: reading.body].rstrip("：")
    claim = read(reading.claim)
    told: list[tuple[Accounting, Span]] = []
    for place in _nearest(reading.claim, [span.of(text) for span in spans]):
        before = read(spans[place - 1].of(text)) if place else None
        # A context that begins in the middle of a document does not show what stands between it and the title.
        heading = read(title) if title and not reading.start else None
        around = subjects(claim, heading, before)
        told.append((account(claim, read(spans[place].of(text)), around, lexicon()), spans[place]))
    return told


def _answer(reading: Reading, read: Read) -> Answer:
    told = accountings(reading, read)
    best = best_of([accounting for accounting, _ in told])
    return Answer(estimate(best), next(span for accounting, span in told if accounting is best))


def _nearest(claim: str, sentences: Sequence[str]) -> list[int]:
    wanted = _pairs(claim)
    shares = [len(wanted & _pairs(sentence)) for sentence in sentences]
    ranked = sorted(range(len(sentences)), key=lambda place: (-shares[place], place))
    return sorted(ranked[:_MOST_SENTENCES])


def _pairs(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)}


def _revision() -> str:
    sha256 = hashlib.sha256(rules_revision().encode())
    add_folder(sha256, files(__package__), NAME)
    return sha256.hexdigest()
