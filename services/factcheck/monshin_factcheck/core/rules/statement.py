"""A sentence as the rules see it: content units, quantities and clauses with their stance."""

import re
from bisect import bisect_left
from collections.abc import Set
from dataclasses import dataclass, replace

from monshin_factcheck.core.aliases.table import AliasTable, builtin_words, certain_aliases
from monshin_factcheck.core.cues.opposites import Opposable, opposites
from monshin_factcheck.core.cues.polarity import Cue, Stance, find_cues, stance
from monshin_factcheck.core.quantities.analytes import analytes
from monshin_factcheck.core.quantities.quantity import Quantity
from monshin_factcheck.core.quantities.scan import quantities
from monshin_factcheck.core.rules.openers import opens_the_next
from monshin_factcheck.core.rules.weights import is_content, weight
from monshin_factcheck.core.text.language import Language, guess_language
from monshin_factcheck.core.text.normalise import NormalisedText, normalise
from monshin_factcheck.core.text.spans import Span
from monshin_factcheck.core.text.words import Analyser, Kind, Word

# What a name from the alias table weighs; words weigh up to 1.3, see weights.py.
_NAME_WEIGHT = 1.2
_CLAUSE_END = re.compile(r"[、，,；;：:。．！？!?()\[\]「」『』\n→]|(?<=\s)[-–—−](?=\s)|—+|―+")
_CONDITION_JA = re.compile(
    r"(?:場合|とき|際)(?:に|で)?(?:は|も)?|(?<=[うくすつぬむるただの])時(?:に)?(?:は|も)?|(?:症例|患者|人|例|児|婦|者)(?:では|には|でも|にも)"
    r"|(?:ならば|なら(?!ない|ぬ|な)|れば|たら|限り|うちは|までは|あいだは|間は)"
)
_CONDITION_EN = re.compile(r"\b(?:if|when|unless|until|while|only|except|in patients with|provided)\b", re.IGNORECASE)
_BREAK_EN = re.compile(r"[ ](?=(?:but|unless|if|when|because|although|while|whereas|so that|and then)\b)")


@dataclass(frozen=True, slots=True)
class Unit:
    """A content word or name. `key` is equal for all its spellings; `forms` are what tables are asked for."""

    key: str
    forms: tuple[str, ...]
    span: Span
    weight: float
    clause: int
    # The particle behind it, the sign of its role: が, を, に; は and も stand in for others.
    particle: str
    opposable: Opposable


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch between commas; `is_condition` if it says when the rest holds.

    `stance` is that of its last predicate: cues in front of the last content word turn something else.
    """

    span: Span
    cues: tuple[Cue, ...]
    stance: Stance
    is_condition: bool
    # Index of its last content unit in the statement's units; None if it has none.
    head: int | None = None
    # Whether it says nothing but for which case the next one holds: see openers.py.
    opens_the_next: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """A read sentence; all spans are of `text.text`, the normalised form."""

    text: NormalisedText
    language: Language
    units: tuple[Unit, ...]
    quantities: tuple[Quantity, ...]
    clauses: tuple[Clause, ...]
    words: tuple[Word, ...]

    def clause_at(self, at: int) -> int:
        """The number of the clause that holds a place."""
        for index, clause in enumerate(self.clauses):
            if at < clause.span.end:
                return index
        return len(self.clauses) - 1

    def clauses_of(self, held: Set[int]) -> frozenset[int]:
        """The clauses that count where something is taken from those of `held`: with them such as say nothing, and what
        they only open. `in renal impairment, give 250 mg` says nothing of a dose in front of it.
        """
        taken = set(held)
        for index, clause in enumerate(self.clauses[:-1]):
            if index and index in taken and clause.opens_the_next:
                taken.add(index + 1)
        return frozenset(taken) | self.bare_clauses

    @property
    def bare_clauses(self) -> frozenset[int]:
        """The numbers of clauses without any content word or number: という of 「シックデイ」という."""
        held = {unit.clause for unit in self.units} | {self.clause_at(one.span.start) for one in self.quantities}
        return frozenset(range(len(self.clauses))) - held


class Reader:
    """Reads sentences with one analyser and one table of names."""

    def __init__(self, analyser: Analyser, aliases: AliasTable | None = None) -> None:
        self._analyser = analyser
        self._aliases = (certain_aliases(),) if aliases is None else (aliases, certain_aliases())

    def knowing(self, aliases: AliasTable) -> "Reader":
        """A reader that asks this table first."""
        made = Reader(self._analyser)
        made._aliases = (aliases, *self._aliases)
        return made

    def read(self, sentence: str) -> Statement:
        """The statement that a sentence makes."""
        text = normalise(sentence)
        language = guess_language(text.text)
        found = quantities(text.text)
        cues = _free_cues(text.text, language, found)
        clauses = _clauses(text.text, language, cues, found)
        found = tuple(_of_analyte(quantity, text.text, clauses) for quantity in found)
        words = self._analyser.words(text.text)
        taken = [span for quantity in found for span in quantity.spans] + [cue.span for cue in cues]
        statement = Statement(text, language, (), found, clauses, words)
        units = self._units(statement, taken)
        return Statement(text, language, units, found, _read_clauses(statement, units), words)

    def _units(self, statement: Statement, taken: list[Span]) -> tuple[Unit, ...]:
        text = statement.text.text
        # A name inside of a word is another thing: 血糖 of 高血糖.
        starts = {word.span.start for word in statement.words}
        ends = {word.span.end for word in statement.words}
        names = [
            hit
            for table in self._aliases
            for hit in table.find(text)
            if hit.span.start in starts and hit.span.end in ends
        ]
        kept: list[Unit] = []
        named: list[Span] = []
        particles = {word.span.start: word.surface for word in statement.words if word.kind is Kind.PARTICLE}
        for hit in names:
            if any(hit.span.overlaps(span) for span in (*taken, *named)):
                continue
            named.append(hit.span)
            surface = text[hit.span.start : hit.span.end]
            particle = particles.get(hit.span.end, "")
            clause = statement.clause_at(hit.span.start)
            kept.append(
                _unit(hit.canonical.lower(), (hit.canonical, surface), hit.span, _NAME_WEIGHT, clause, particle)
            )
        blocked = (*taken, *named)
        for index, word in enumerate(statement.words):
            # A word that is only touched by a cue or number stays: its rest would be lost.
            if not is_content(word, statement.language) or any(word.span.is_inside(span) for span in blocked):
                continue
            following = statement.words[index + 1] if index + 1 < len(statement.words) else None
            clause = statement.clause_at(word.span.start)
            kept.append(
                _unit(
                    key(word), (word.lemma, word.form, word.surface), word.span, weight(word, following), clause,
                    particles.get(word.span.end, ""),
                )
            )  # fmt: skip
        return tuple(sorted(kept, key=lambda unit: unit.span))


def _unit(key: str, forms: tuple[str, ...], span: Span, weight: float, clause: int, particle: str) -> Unit:
    return Unit(key, forms, span, weight, clause, particle, Opposable(forms[0], opposites().of(*forms)))


def key(word: Word) -> str:
    """What is equal for all spellings of a word: the first of its group in the table of words, else its normal form."""
    words = builtin_words()
    same = words.canonical(word.lemma) or words.canonical(word.form)
    return (same or word.form).lower()


def _of_analyte(quantity: Quantity, text: str, clauses: tuple[Clause, ...]) -> Quantity:
    """With the laboratory value that its clause names before it: 血糖 of 血糖は180 mg/dL."""
    if "/" not in quantity.dimension and quantity.dimension != "share":
        return quantity
    own = next((clause.span for clause in clauses if quantity.span.start < clause.span.end), None)
    name = analytes().before(text, own.start, quantity.span.start) if own is not None else ""
    return replace(quantity, analyte=name) if name else quantity


def _free_cues(text: str, language: Language, found: tuple[Quantity, ...]) -> tuple[Cue, ...]:
    """Cues outside of quantities: the ない of 15分を超えない belongs to the bound."""
    spans = [span for quantity in found for span in quantity.spans]
    return tuple(
        cue
        for cue in find_cues(text, language)
        if not any(cue.span.overlaps(span) or cue.span.start == span.end for span in spans if span.end - span.start > 1)
        or cue.operator.value != "not"
    )


def _clauses(text: str, language: Language, cues: tuple[Cue, ...], found: tuple[Quantity, ...]) -> tuple[Clause, ...]:
    cuts = {match.end() for match in _CLAUSE_END.finditer(text)}
    if language is Language.ENGLISH:
        cuts |= {match.end() for match in _BREAK_EN.finditer(text)}
    inside = [span for quantity in found for span in quantity.spans] + [cue.span for cue in cues]
    edges = sorted(cut for cut in cuts | {len(text)} if not any(span.start < cut < span.end for span in inside))
    clauses: list[Clause] = []
    start = 0
    for end in edges:
        if end > start and any(character.isalnum() for character in text[start:end]):
            own = tuple(cue for cue in cues if start <= cue.span.start < end)
            clauses.append(Clause(Span(start, end), own, Stance.AFFIRMED, _is_condition(text[start:end], language)))
            start = end
    if not clauses:
        return (Clause(Span(0, len(text)), cues, Stance.AFFIRMED, is_condition=False),)
    return tuple(clauses)


def _read_clauses(statement: Statement, units: tuple[Unit, ...]) -> tuple[Clause, ...]:
    """The clauses with what only their words tell."""
    made: list[Clause] = []
    language = statement.language
    starts = [word.span.start for word in statement.words]
    for index, clause in enumerate(statement.clauses):
        words = statement.words[bisect_left(starts, clause.span.start) : bisect_left(starts, clause.span.end)]
        opens = index < len(statement.clauses) - 1 and opens_the_next(
            clause.span.of(statement.text.text), words, language
        )
        head = max((at for at, unit in enumerate(units) if unit.clause == index), default=None)
        reach = units[head].span.start if head is not None and language is Language.JAPANESE else clause.span.start
        own = tuple(cue for cue in clause.cues if cue.span.start >= reach)
        made.append(replace(clause, stance=stance(own, language), head=head, opens_the_next=opens))
    return tuple(made)


def _is_condition(clause: str, language: Language) -> bool:
    pattern = _CONDITION_EN if language is Language.ENGLISH else _CONDITION_JA
    return pattern.search(clause) is not None
