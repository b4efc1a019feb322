"""Where the judge that reads works: loaded in the background, asked in one thread, never waited for if it is away."""

from collections.abc import Callable, Iterable, MutableMapping, Sequence

from monshin_kit.errors import MonshinError
from monshin_kit.executor import Executor

from monshin_factcheck.core.decision import Decision
from monshin_factcheck.core.evidence import Passage
from monshin_factcheck.core.judge import Opinion
from monshin_factcheck.core.retrieval.contexts import readings
from monshin_factcheck.core.semantic import Reading, SemanticJudge
from monshin_factcheck.core.weighing import Account, Weighing, decide_by_both

Asked = tuple[str, tuple[Opinion, ...]]


class ReadingRoom:
    """documents: how many of a claim's documents are read. weighing: how its answers are joined with the rules'.

    name: of the judge, also before it is loaded. load: makes it; may block for a minute.
    """

    def __init__(self, name: str, load: Callable[[], SemanticJudge], weighing: Weighing, *, documents: int) -> None:
        self._name = name
        self._load = load
        self._weighing = weighing
        self._documents = documents
        self._executor = Executor(workers=1, queue_limit=64, name="reading")
        self._judge: SemanticJudge | None = None
        self._failure = "UNAVAILABLE"

    @property
    def name(self) -> str:
        """The judge's."""
        return self._name

    @property
    def revision(self) -> str:
        """The judge's; empty while there is none."""
        return self._judge.revision if self._judge is not None else ""

    @property
    def weighing(self) -> Weighing:
        """How its answers are joined with the rules'."""
        return self._weighing

    async def open(self) -> None:
        """Loads the judge; raises a MonshinError that names what is missing, and stays shut."""
        try:
            self._judge = await self._executor.run(self._load)
        except MonshinError as error:
            self._failure = error.code
            raise

    def is_open(self, not_run: MutableMapping[str, str]) -> bool:
        """Whether it can be asked; if not, says so in `not_run`."""
        if self._judge is None:
            not_run[f"judge:{self._name}"] = self._failure
        return self._judge is not None and f"judge:{self._name}" not in not_run

    async def decide(
        self, asked: Sequence[Asked], text_of: Callable[[str], str], not_run: MutableMapping[str, str]
    ) -> list[Decision | None]:
        """One decision a claim, or None for all of them if the judge fails, which `not_run` then tells.

        asked: claims with the rules' opinions on their passages.
        """
        try:
            return list(await self._executor.run(self._decide, asked, text_of))
        except MonshinError as error:
            not_run[f"judge:{self._name}"] = error.code
            return [None] * len(asked)

    async def close(self) -> None:
        """Ends its thread."""
        self._executor.close()

    def _decide(self, asked: Sequence[Asked], text_of: Callable[[str], str]) -> Iterable[Decision]:
        assert self._judge is not None, "it was open"
        wanted: list[list[Reading]] = [
            readings(claim, [opinion.passage for opinion in _best_first(opinions)], text_of, self._documents)
            for claim, opinions in asked
        ]
        answers = iter(self._judge.read([reading for some in wanted for reading in some]))
        return [
            decide_by_both(
                [Account(_of(opinions, reading.passages), next(answers)) for reading in some],
                self._weighing,
                ("rules", self._name),
            )
            for (_, opinions), some in zip(asked, wanted, strict=True)
        ]


def _best_first(opinions: Sequence[Opinion]) -> list[Opinion]:
    # A short source is not searched: its passages have no score.
    return sorted(opinions, key=lambda opinion: (-opinion.passage.score, -opinion.relevance))


def _of(opinions: Sequence[Opinion], passages: Sequence[Passage]) -> tuple[Opinion, ...]:
    return tuple(opinion for opinion in opinions if opinion.passage in passages)
