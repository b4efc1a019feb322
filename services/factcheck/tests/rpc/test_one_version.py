"""A check reads one version of a corpus from its start to its end, whatever stands between its claims."""

import zoneinfo
from contextlib import closing
from pathlib import Path

import grpc
from monshin_factcheck.checking.checker import Checker
from monshin_factcheck.checking.lexical_indexes import LexicalIndexes
from monshin_factcheck.checking.library import Library
from monshin_factcheck.checking.reading import ReadingRoom
from monshin_factcheck.clients.embedder import Embedder
from monshin_factcheck.clients.vector_index import VectorIndex
from monshin_factcheck.core.retrieval.terms import Terms
from monshin_factcheck.core.rules.judge import RulesJudge
from monshin_factcheck.core.rules.statement import Reader
from monshin_factcheck.core.text.words import Analyser
from monshin_factcheck.core.weighing import Weighings
from monshin_factcheck.corpora import versions
from monshin_factcheck.corpora.corpus import Corpus
from monshin_factcheck.corpora.model import NewDocument, StoredPassage
from monshin_factcheck.corpora.registry import Corpora
from monshin_factcheck.results.keeper import Keeper
from monshin_factcheck.rpc.factcheck_servicer import FactcheckServicer
from monshin_factcheck.rpc.leaving import Leaving
from monshin_factcheck.rpc.places import Places
from monshin_factcheck.rpc.runs import Runs
from monshin_kit.executor import Executor
from monshin_kit.outbox import Outbox
from monshin_kit.requests import NOT_REMEMBERED
from monshin_protos.factcheck.v1 import factcheck_pb2 as pb

CLAIM = "甲薬の1日最大量は4 gである。"


def publish(corpus: Corpus, text: str) -> None:
    """A version of this one sentence, without vectors."""
    corpus.stage("i", 0, [NewDocument("a", "", text, "", "")])
    corpus.adopt("i", NOT_REMEMBERED)
    number = corpus.begin_version(NOT_REMEMBERED).number
    unsplit = corpus.read(lambda connection: versions.unsplit(connection, number))
    split = [(content, [StoredPassage(content, 0, 0, len(text))]) for content, text in unsplit]
    corpus.change(lambda connection: versions.keep_passages(connection, split))
    corpus.change(lambda connection: versions.finish(connection, number, "f"))


async def test_claims_around_one_with_its_own_sources_are_checked_against_the_same_version(tmp_path: Path) -> None:
    """A version is published while the check is under way. Hazard: two versions decide, and the summary names one."""
    analyser, outbox = Analyser(), Outbox(tmp_path / "outbox.sqlite")
    outbox.open()
    async with grpc.aio.insecure_channel("127.0.0.1:1") as nowhere:
        with (
            closing(Executor()) as executor,
            closing(Corpora(tmp_path)) as corpora,
            closing(Keeper(tmp_path / "results.sqlite", 3600, queue_limit=8)) as keeper,
        ):
            corpora.create("one", "", (), NOT_REMEMBERED)
            (corpus,) = corpora.all()
            publish(corpus, CLAIM)
            indexes = LexicalIndexes(Terms(analyser), revision="r")
            library = Library(corpora, indexes, Embedder(nowhere), VectorIndex(nowhere), executor)
            room = ReadingRoom([], Weighings([], "r"), documents=1)
            checker = Checker(RulesJudge(Reader(analyser)), executor, room, judged=8, found=32, revision="r")
            leaving = Leaving(keeper, outbox, rules_revision="r")
            runs = Runs(library, executor, zoneinfo.ZoneInfo("Asia/Tokyo"))
            servicer = FactcheckServicer(checker, runs, executor, leaving, Places(1))
            own = [pb.Source(text="甲薬の1日最大量は5 gである。")]
            inputs = [pb.ClaimInput(claim=CLAIM, sources=sources) for sources in ([], own, [])]
            events = []
            async for event in servicer.CheckClaims(pb.CheckClaimsRequest(corpus="corpora/one", claims=inputs), None):
                if not events:
                    publish(corpus, "甲薬の1日最大量は6 gである。")
                events.append(event)
            await indexes.close()
    verdicts = [event.claim_result.verdict for event in events[:-1]]
    assert verdicts == [pb.VERDICT_SUPPORTED, pb.VERDICT_CONTRADICTED, pb.VERDICT_SUPPORTED]
    assert events[-1].summary.version == "corpora/one/versions/1"
    assert events[-1].summary.result
    await outbox.close()
