"""Where judges that read work side by side: whoever answers is heard, and nobody waits for one that is away."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, replace

from monshin_kit.errors import MonshinError

from monshin_factcheck.checking.absences import Absences
from monshin_factcheck.checking.seats import Answered, Seat
from monshin_factcheck.core.aliases.table import AliasTable
from monshin_factcheck.core.decision import Decision, Saying
from monshin_factcheck.core.document_account import Account
from monshin_factcheck.core.evidence import Passage
from monshin_factcheck.core.joint_decision import decide_by_all
from monshin_factcheck.core.judge import Opinion
from monshin_factcheck.core.retrieval.contexts import readings
from monshin_factcheck.core.semantic import Answer, Reading
from monshin_factcheck.core.weighing import RULES, Weighing, Weighings, joint_revision


@dataclass(frozen=True, slots=True)
class Ruled:
    """A claim after the rules: their opinions on its passages, at least one that still holds, and their own saying.

    aliases: names of the corpus's own, if it has any.
    """

    claim: str
    opinions: tuple[Opinion, ...]
    saying: Saying
    aliases: AliasTable | None = None


@dataclass(frozen=True, slots=True)
class Round:
    """What is known when one more judge has answered: a decision a claim, None where nobody has read it."""

    decisions: tuple[Decision | None, ...]
    is_last: bool


class ReadingRoom:
    """documents: how many of a claim's documents are read, or stretches of a single one. weighings: how answers are
    joined with the rules'.
    """

    def __init__(self, seats: Sequence[Seat], weighings: Weighings, *, documents: int) -> None:
        self._seats = seats
        self._weighings = weighings
        self._documents = documents

    @property
    def revision(self) -> str:
        """Of all judges that are open, as joint_revision; empty while none is."""
        return joint_revision({seat.name: seat.revision for seat in self._seats if seat.revision})

    def weighing_of(self, sayings: Sequence[Saying]) -> Weighing | None:
        """How a decision with these sayings was made; None if no judge that reads took part in it."""
        read = {saying.judge: saying.revision for saying in sayings if saying.judge != RULES}
        return self._weighings.of(read) if read else None

    async def open(self) -> None:
        """Makes all judges ready, side by side; those that cannot be stay away."""
        await asyncio.gather(*(seat.open() for seat in self._seats))

    def is_open(self, not_run: Absences) -> bool:
        """Whether anybody can be asked; `not_run` is told who cannot."""
        return bool(self._present(not_run))

    async def decide(
        self, asked: Sequence[Ruled], text_of: Callable[[str], str], not_run: Absences
    ) -> AsyncGenerator[Round, None]:
        """A round each time a judge has answered, the last one with all that did. `not_run` is told who did not."""
        wanted = [self._readings(one, text_of) for one in asked]
        every = [reading for some in wanted for reading in some]
        tasks = {asyncio.ensure_future(self._heard(seat, every, not_run)) for seat in self._present(not_run)}
        heard: list[Answered] = []
        try:
            while tasks:
                done, tasks = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                answered = [one for one in (task.result() for task in done) if one is not None]
                heard += answered
                if answered or not tasks:
                    yield Round(self._decisions(asked, wanted, heard, not_run), is_last=not tasks)
        finally:
            for task in tasks:
                task.cancel()

    async def close(self) -> None:
        """Ends all judges."""
        await asyncio.gather(*(seat.close() for seat in self._seats))

    def _present(self, not_run: Absences) -> list[Seat]:
        """Who did not answer in this check before is not asked again in it; a failure of one claim does not count."""
        for seat in self._seats:
            if seat.absence and _component(seat.name) not in not_run.given_up:
                not_run.give_up(_component(seat.name), seat.absence)
        return [seat for seat in self._seats if _component(seat.name) not in not_run.given_up]

    async def _heard(self, seat: Seat, every: Sequence[Reading], not_run: Absences) -> Answered | None:
        try:
            return await seat.read(every)
        except MonshinError as error:
            not_run.give_up(_component(seat.name), error.code)
            return None

    def _readings(self, one: Ruled, text_of: Callable[[str], str]) -> list[Reading]:
        passages = [opinion.passage for opinion in _best_first(one.opinions)]
        return readings(one.claim, passages, text_of, self._documents, one.aliases)

    def _decisions(
        self,
        asked: Sequence[Ruled],
        wanted: Sequence[Sequence[Reading]],
        heard: Sequence[Answered],
        not_run: Absences,
    ) -> tuple[Decision | None, ...]:
        decisions: list[Decision | None] = []
        at = 0
        for one, some in zip(asked, wanted, strict=True):
            # A judge takes part in a claim only if it answered for all of its documents.
            own = list[tuple[Answered, list[Answer]]]()
            for told in heard:
                answers = told.answers[at : at + len(some)]
                good = [answer for answer in answers if isinstance(answer, Answer)]
                if len(good) == len(some):
                    own.append((told, good))
                for failure in (answer for answer in answers if isinstance(answer, MonshinError)):
                    not_run[_component(told.judge)] = failure.code
            at += len(some)
            decisions.append(self._decision(one, some, own) if own else None)
        return tuple(decisions)

    def _decision(
        self, one: Ruled, some: Sequence[Reading], heard: Sequence[tuple[Answered, Sequence[Answer]]]
    ) -> Decision:
        accounts = [
            Account(
                tuple(opinion for opinion in one.opinions if opinion.passage in reading.passages),
                tuple(_saying(told, answers[place], reading) for told, answers in heard),
                tuple(opinion for opinion in one.opinions if _is_beside(opinion.passage, reading)),
            )
            for place, reading in enumerate(some)
        ]
        read = {reading.passages[0].document for reading in some}
        unread = [opinion for opinion in one.opinions if opinion.passage.document not in read]
        weighing = self._weighings.of({told.judge: told.revision for told, _ in heard})
        decision = decide_by_all(accounts, weighing, (RULES, *(told.judge for told, _ in heard)), unread)
        return replace(decision, sayings=(one.saying, *decision.sayings))


def _saying(told: Answered, answer: Answer, reading: Reading) -> Saying:
    return Saying(
        judge=told.judge,
        revision=told.revision,
        probabilities=answer.probabilities,
        document=reading.passages[0].document,
        span=reading.in_document(answer.span),
        quote=answer.span.of(reading.context)[max(reading.body - answer.span.start, 0) :],
        elapsed_ms=told.elapsed_ms,
    )


def _component(name: str) -> str:
    return f"judge:{name}"


def _best_first(opinions: Sequence[Opinion]) -> list[Opinion]:
    """What search found, in its order; a short source is not searched, and the rules say what is nearest. What is
    superseded settles nothing, and would only take the place of what holds.
    """
    valid = [opinion for opinion in opinions if not opinion.passage.is_superseded]
    if any(opinion.passage.is_found for opinion in valid):
        return valid
    return sorted(valid, key=lambda opinion: -opinion.relevance)


def _is_beside(passage: Passage, reading: Reading) -> bool:
    """Whether it is of the document that was read, but not in this reading."""
    return passage.document == reading.passages[0].document and passage not in reading.passages
