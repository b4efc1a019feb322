"""A check is opened on the day of the service's zone."""

import datetime
import zoneinfo
from contextlib import closing
from pathlib import Path

import grpc
import pytest
from monshin_factcheck.checking.lexical_indexes import LexicalIndexes
from monshin_factcheck.checking.library import Library
from monshin_factcheck.clients.embedder import Embedder
from monshin_factcheck.clients.vector_index import VectorIndex
from monshin_factcheck.core.retrieval.terms import Terms
from monshin_factcheck.core.text.words import Analyser
from monshin_factcheck.corpora.registry import Corpora
from monshin_factcheck.rpc.runs import Runs
from monshin_kit.executor import Executor
from monshin_protos.factcheck.v1 import factcheck_pb2 as pb


# 26 hours apart: it is never the same day in both, so the day of the process is not that of one of them.
@pytest.mark.parametrize("zone", [zoneinfo.ZoneInfo("Pacific/Kiritimati"), zoneinfo.ZoneInfo("Etc/GMT+12")])
async def test_the_day_of_a_check_is_that_of_its_zone(zone: zoneinfo.ZoneInfo, tmp_path: Path) -> None:
    """Hazard: a container runs in UTC, and in Japan a document would hold nine hours longer than its last day."""
    async with grpc.aio.insecure_channel("127.0.0.1:1") as nowhere:
        with closing(Executor()) as executor, closing(Corpora(tmp_path)) as corpora:
            indexes = LexicalIndexes(Terms(Analyser()), revision="r")
            library = Library(corpora, indexes, Embedder(nowhere), VectorIndex(nowhere), executor)
            before = datetime.datetime.now(zone).date().isoformat()
            run = await Runs(library, executor, zone).open("", [pb.Source(text="納豆を避ける。")])
            assert before <= run.today <= datetime.datetime.now(zone).date().isoformat()
