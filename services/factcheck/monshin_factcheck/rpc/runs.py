"""Opens a check on what its request names: a corpus, or the sources that it brings."""

import datetime
import zoneinfo
from collections.abc import Sequence

from monshin_kit.auth import current_caller
from monshin_kit.errors import InvalidInput
from monshin_kit.executor import Executor
from monshin_protos.factcheck.v1 import factcheck_pb2 as pb

from monshin_factcheck.checking.absences import Absences
from monshin_factcheck.checking.checker import Run
from monshin_factcheck.checking.library import Library
from monshin_factcheck.rpc import parse

# Why something that a source holds was not looked at.
NOT_READ = "NOT_READ"


class Runs:
    """zone: where times of FHIR sources are brought to, and whose day decides which documents still hold."""

    def __init__(self, library: Library, executor: Executor, zone: zoneinfo.ZoneInfo) -> None:
        self._library = library
        self._executor = executor
        self._zone = zone

    async def open(
        self, corpus: str, sources: Sequence[pb.Source], owner: str = "", *, wants_quick: bool = False
    ) -> Run:
        """owner: the field path before `sources`. Raises InvalidInput without both, and what the corpus raises."""
        today = datetime.datetime.now(self._zone).date().isoformat()
        if sources:
            read = await self._executor.run(parse.sources, sources, owner, self._zone)
            unread = {
                f"{owner}sources[{place}]:{kind}": NOT_READ for place, one in enumerate(read) for kind in one.unread
            }
            return Run(await self._library.sources(read), today, wants_quick, not_run=Absences(unread))
        if not corpus:
            raise InvalidInput("a corpus or sources are needed", field="corpus", reason="NO_EVIDENCE_GIVEN")
        return Run(await self._library.corpus(parse.corpus_id(corpus), current_caller()), today, wants_quick)
