"""What a corpus costs by its size: its lexical index, and a whole check of a claim, in this process.

A whole check embeds the claim with embed's own model, searches, and has the rules judge, then the default judges read.
Vectors are compared exactly here; how long ann takes is in its own report.
"""

import gc
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from types import BuiltinFunctionType, FunctionType, ModuleType

from monshin_embed.core.request import Kind
from monshin_factcheck.checking.checker import Checker, Run
from monshin_factcheck.checking.evidence import Evidence
from monshin_factcheck.checking.lexical_indexes import LexicalIndexes
from monshin_factcheck.clients.embedder import Embedded
from monshin_factcheck.core.claims.claim import Claim
from monshin_factcheck.core.text.spans import Span
from monshin_kit.errors import Unavailable
from monshin_kit.executor import Executor

from benchmarks.factcheck.corpora import Corpus, embedded, indexed
from benchmarks.factcheck.ranking import TODAY
from benchmarks.factcheck.served_checker import served_checker
from benchmarks.factcheck_vectors import Embeds, embedding

_BY_RULES, _WITH_READERS = 200, 40
_GROUP = 8
_NO_DATA = (type, FunctionType, BuiltinFunctionType, ModuleType)


@dataclass(frozen=True, slots=True)
class Cost:
    """index_s: to cut all passages into words, tell which are bare names, and index them, before a version is
    published; the next version, and a start, cut only what is new. index_mb: of that index in memory.

    embedding_ms, rules_ms, read_ms: of a claim; the last two are whole checks.
    """

    index_s: float
    index_mb: float
    embedding_ms: float
    rules_ms: float
    read_ms: float


@dataclass(frozen=True, slots=True)
class Checkers:
    """The checker as it serves, one without judges that read, and the model that both embed claims with."""

    served: Checker
    by_rules: Checker
    embeds: "Computed"
    executor: Executor


class Computed:
    """embed's part, computed each time."""

    def __init__(self, embeds: Embeds) -> None:
        self._embeds = embeds

    async def queries(self, texts: Sequence[str]) -> Embedded:
        """As Embeds.queries (checking/meaning.py)."""
        return embedded(await self._embeds(texts, Kind.QUERY))

    async def passages(self, texts: Sequence[str], *, bulk: bool) -> Embedded:
        """There are none to embed: a corpus has its vectors."""
        raise Unavailable("only claims are embedded here")


@asynccontextmanager
async def checkers() -> AsyncIterator[Checkers]:
    """Loaded once for all sizes. Ends the program where a judge is away."""
    executor = Executor()
    async with AsyncExitStack() as stack:
        served, _ = await stack.enter_async_context(served_checker(keeps=False))
        by_rules, _ = await stack.enter_async_context(served_checker(keeps=False, reads=False))
        yield Checkers(served, by_rules, Computed(stack.enter_context(embedding())), executor)
    executor.close()


async def measure(corpus: Corpus, indexes: LexicalIndexes, checkers: Checkers, claims: Sequence[str]) -> Cost:
    """Builds the index of the corpus, which `indexes` then has."""
    executor = checkers.executor
    await executor.run(lambda: indexes.terms.of("頭痛"))  # the dictionary is read
    began = time.perf_counter()
    words = await indexed(indexes, corpus.pinned)
    index_s = time.perf_counter() - began
    evidence = corpus.evidence(words, checkers.embeds, executor)
    return Cost(
        index_s=index_s,
        index_mb=size_bytes(words.index) / 1e6,
        embedding_ms=await _embedding_ms(checkers.embeds, claims[:_BY_RULES]),
        rules_ms=await _check_ms(checkers.by_rules, evidence, claims[:_BY_RULES]),
        read_ms=await _check_ms(checkers.served, evidence, claims[:_WITH_READERS]),
    )


def table(costs: dict[int, Cost]) -> str:
    """By size."""
    lines = [
        "| passages | lexical index, s | MB | embedding a claim, ms | a whole check by rules, ms | with readers, ms |",
        "|---|---|---|---|---|---|",
    ]
    for size, cost in sorted(costs.items()):
        lines.append(
            f"| {size:,} | {cost.index_s:.1f} | {cost.index_mb:.1f} | {cost.embedding_ms:.1f} "
            f"| {cost.rules_ms:.1f} | {cost.read_ms:.0f} |"
        )
    return "\n".join(lines)


def size_bytes(root: object) -> int:
    """Of an object and all that only data lead to from it, each once."""
    seen: dict[int, object] = {}
    waiting = [root]
    while waiting:
        one = waiting.pop()
        if id(one) not in seen and not isinstance(one, _NO_DATA):
            seen[id(one)] = one
            waiting += gc.get_referents(one)
    return sum(map(sys.getsizeof, seen.values()))


async def _embedding_ms(embeds: Computed, claims: Sequence[str]) -> float:
    await embeds.queries(claims[:1])
    began = time.perf_counter()
    for start in range(0, len(claims), _GROUP):
        await embeds.queries(claims[start : start + _GROUP])
    return (time.perf_counter() - began) * 1000 / len(claims)


async def _check_ms(checker: Checker, evidence: Evidence, claims: Sequence[str]) -> float:
    asked = [Claim(Span(0, len(text)), text, True) for text in claims]
    await anext(checker.check(Run(evidence, TODAY), asked[:1]))
    began = time.perf_counter()
    checked = [one async for one in checker.check(Run(evidence, TODAY), asked)]
    return (time.perf_counter() - began) * 1000 / len(checked)
