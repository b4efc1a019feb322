"""Puts the parts of the service together."""

import asyncio
import zoneinfo
from functools import partial
from pathlib import Path

from monshin_kit.artefacts import Artefacts
from monshin_kit.channel import ChannelSettings, connect
from monshin_kit.errors import InvalidInput
from monshin_kit.executor import Executor
from monshin_kit.server import Runtime
from monshin_kit.settings import load

from monshin_factcheck.checking.checker import Checker
from monshin_factcheck.checking.explainer import Explainer
from monshin_factcheck.checking.lexical_indexes import LexicalIndexes
from monshin_factcheck.checking.library import Library
from monshin_factcheck.checking.reading import ReadingRoom
from monshin_factcheck.clients import embedder, vector_index
from monshin_factcheck.core.retrieval.revision import terms_revision
from monshin_factcheck.core.retrieval.terms import Terms
from monshin_factcheck.core.rules.judge import RulesJudge
from monshin_factcheck.core.rules.revision import rules_revision
from monshin_factcheck.core.rules.statement import Reader
from monshin_factcheck.core.text.words import Analyser
from monshin_factcheck.core.weighing import Weighings
from monshin_factcheck.corpora.changes import Changes
from monshin_factcheck.corpora.publisher import Patience, Publisher
from monshin_factcheck.corpora.registry import Corpora
from monshin_factcheck.judges.fitted import BUILT_IN, load_weighings
from monshin_factcheck.judges.seating import reranking, seats
from monshin_factcheck.names.standard import names_revision, standard_names
from monshin_factcheck.results.keeper import Keeper
from monshin_factcheck.rpc.corpus_servicer import CorpusServicer
from monshin_factcheck.rpc.explain_servicer import ExplainServicer
from monshin_factcheck.rpc.factcheck_servicer import FactcheckServicer
from monshin_factcheck.rpc.leaving import Leaving
from monshin_factcheck.rpc.places import Places
from monshin_factcheck.rpc.result_servicer import ResultServicer
from monshin_factcheck.rpc.runs import Runs
from monshin_factcheck.settings import FactcheckSettings

WARM_UP = "患者の体温は38℃以上である。"


async def assemble(runtime: Runtime) -> None:
    """Opens, connects, registers. When this returns each judge is ready or known to be missing, and what is published
    is indexed: until then the service does not say SERVING, as it would judge worse than it soon will, and checks of a
    corpus that is not indexed wait. A first start of `local` takes a minute."""
    settings = load(FactcheckSettings)
    channels = load(ChannelSettings)
    to_embed = connect(settings.embed_target, [embedder.SERVICE], channels)
    to_ann = connect(settings.ann_target, [vector_index.SERVICE], channels)
    embed, ann = embedder.Embedder(to_embed), vector_index.VectorIndex(to_ann)
    store = Executor(workers=1, queue_limit=runtime.settings.queue_limit, name="store")
    corpora = await store.run(Corpora, runtime.data_dir)

    async def close() -> None:
        await to_embed.close(None)
        await to_ann.close(None)
        store.close()
        corpora.close()

    runtime.on_stop(close)
    analyser, changes = Analyser(), Changes()
    reader = Reader(analyser)
    judge = RulesJudge(reader)
    await runtime.executor.run(judge.judge, WARM_UP, [])
    patience = Patience(settings.publish_patience_s, settings.vector_grace_s)
    indexes = await _lexical_indexes(runtime, analyser)
    library = Library(corpora, indexes, embed, ann, runtime.executor, asks_twice=settings.second_query)
    publisher = Publisher(corpora, embed, ann, store, runtime.outbox, changes, patience, runtime.spawn, library.prepare)
    keeper = await store.run(_keeper, settings, runtime)

    async def close_results() -> None:
        keeper.close()

    runtime.on_stop(close_results)
    revision = await runtime.executor.run(rules_revision)
    reading = _reading_room(settings, runtime, revision)
    ordering = reranking(settings)
    runtime.on_stop(ordering.close)
    checker = Checker(
        judge, runtime.executor, reading,
        judged=settings.passages_judged, found=settings.passages_found, revision=revision, reranking=ordering,
    )  # fmt: skip
    runtime.serve("monshin.factcheck.v1.CorpusService", CorpusServicer(corpora, publisher, changes, store))
    leaving = Leaving(keeper, runtime.outbox, rules_revision=revision)
    runs = Runs(library, runtime.executor, _zone(settings.time_zone))
    places = Places(settings.checks_limit)
    checks = FactcheckServicer(checker, runs, runtime.executor, leaving, places)
    runtime.serve("monshin.factcheck.v1.FactcheckService", checks)
    explainer = Explainer(checker, judge, reader, runtime.executor, reading)
    runtime.serve("monshin.factcheck.v1.ExplainService", ExplainServicer(explainer, runs, places))
    results = ResultServicer(keeper, corpora, lambda: reading.revision)
    runtime.serve("monshin.factcheck.v1.ResultService", results)
    runtime.spawn(keeper.purge_forever())
    await publisher.resume()
    await asyncio.gather(reading.open(), ordering.open(), library.open())


async def _lexical_indexes(runtime: Runtime, analyser: Analyser) -> LexicalIndexes:
    """With the standard names loaded."""
    names = partial(standard_names, Artefacts(runtime.cache_dir / "factcheck"))
    revision = await runtime.executor.run(terms_revision, names_revision())
    indexes = LexicalIndexes(Terms(analyser), names, revision=revision)
    runtime.on_stop(indexes.close)
    await indexes.open()
    return indexes


def _keeper(settings: FactcheckSettings, runtime: Runtime) -> Keeper:
    if not settings.retention_days >= 0:
        raise InvalidInput(f"MONSHIN_FACTCHECK_RETENTION_DAYS is {settings.retention_days}: it must be 0 or more")
    path = runtime.data_dir / "results.sqlite"
    return Keeper(path, settings.retention_days * 86400, queue_limit=runtime.settings.queue_limit)


def _zone(name: str) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        problem = f"MONSHIN_FACTCHECK_TIME_ZONE is {name!r}: a name such as Asia/Tokyo is needed"
        raise InvalidInput(problem) from None


def _reading_room(settings: FactcheckSettings, runtime: Runtime, revision: str) -> ReadingRoom:
    """The judges that read, still to be opened; without a seat if the rules are alone."""
    taken = seats(settings, runtime.cache_dir / "factcheck")
    own = [settings.weighings_dir] if settings.weighings_dir != Path() else []
    weighings = Weighings(load_weighings([BUILT_IN, *own]), revision)
    room = ReadingRoom(taken, weighings, documents=settings.documents_read)
    runtime.on_stop(room.close)
    return room
