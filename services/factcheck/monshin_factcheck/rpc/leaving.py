"""What a check leaves behind: a result, and an event for lineage. No check fails for want of a result, and none waits
for its event."""

import asyncio
import hashlib
import itertools
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from monshin_kit.auth import current_caller
from monshin_kit.errors import MonshinError
from monshin_kit.outbox import Outbox, Scalar
from monshin_protos.factcheck.v1 import factcheck_pb2 as pb

from monshin_factcheck.checking.checker import Checked, Run
from monshin_factcheck.core.agreement import told
from monshin_factcheck.core.judge import Opinion, Stance
from monshin_factcheck.core.text.offsets import OffsetUnit
from monshin_factcheck.core.weighing import RULES, joint_revision
from monshin_factcheck.results.keeper import Keeper
from monshin_factcheck.results.model import KeptClaim, Result, Revisions, UsedDocument
from monshin_factcheck.rpc.render_check import Renderer

STORE = "result_store"
# Larger texts would not fit into the message that gives them back; the rest of the result is kept.
MAX_TEXTS_BYTES = 4 * 1024 * 1024


class Results:
    """Final results of a check, in order. with_texts: also what they rest on; only texts that are stored need it.

    readers: of each, the judges that read it, as joint_revision.
    """

    def __init__(self, *, with_texts: bool) -> None:
        self.checked: list[Checked] = []
        self.readers: list[str] = []
        self._with_texts = with_texts
        self._documents: set[str] = set()
        self._revisions: dict[str, str] = {}

    @property
    def judges(self) -> tuple[str, ...]:
        """That took part in at least one verdict."""
        return tuple(sorted({judge for checked in self.checked for judge in checked.decision.judges_run}))

    @property
    def judge_revision(self) -> str:
        """Of those of them that read, as joint_revision."""
        return joint_revision(self._revisions)

    @property
    def documents(self) -> tuple[str, ...]:
        """Those of a corpus that speak of a claim, by name: whatever they say, they took part in its verdict."""
        return tuple(sorted(document for document in self._documents if document.startswith("corpora/")))

    def add(self, checked: Checked) -> None:
        """The next one; a provisional one does not count."""
        if checked.is_provisional:
            return
        decision = checked.decision
        self._documents.update(opinion.passage.document for opinion in decision.evidence)
        self._documents.update(one.document for one in decision.sayings)
        self._documents.update(one.passage.document for one in checked.opinions if _speaks(one))
        read = {one.judge: one.revision for one in decision.sayings if one.judge != RULES}
        self._revisions.update(read)
        self.readers.append(joint_revision(read))
        self.checked.append(replace(checked, opinions=()) if self._with_texts else checked.without_evidence())


def _speaks(opinion: Opinion) -> bool:
    return opinion.stance is not Stance.UNRELATED or bool(opinion.findings)


@dataclass(frozen=True, slots=True)
class Ended:
    """A check at its end. text_sha256: of all that was checked. names: the caller's ids of claims that were given.

    answer: None where claims were given, and where an answer that came in pieces is not stored.
    """

    text_sha256: str
    corpus: str
    model: str
    is_stored: bool
    results: Results
    runs: Sequence[Run]
    answer: str | None = None
    question: str = ""
    names: Sequence[str] = ()

    def text_of(self, document: str) -> str:
        """Of the corpus, as it was used. Raises KeyError."""
        for run in self.runs:
            if run.evidence.version:
                return run.evidence.text_of(document)
        raise KeyError(document)


class Leaving:
    """rules_revision: of the rules that run."""

    def __init__(self, keeper: Keeper, outbox: Outbox, *, rules_revision: str) -> None:
        self._keeper = keeper
        self._outbox = outbox
        self._rules_revision = rules_revision

    async def finish(self, ended: Ended, summary: pb.Summary) -> None:
        """Keeps the result and names it in the summary, or says there why not; notes the event, which a stop right
        after this writes as well. Raises ResourceExhausted where the access log is so far behind that the call's own
        line would be refused."""
        revisions = self._revisions(ended)
        if self._keeper.is_keeping:
            await self._keep(ended, summary, revisions)
        elif ended.is_stored:
            summary.not_run.add(component=STORE, reason="FAILED_PRECONDITION")
        self._outbox.note_event("factcheck.checked", _event(ended, summary, revisions))

    async def _keep(self, ended: Ended, summary: pb.Summary, revisions: Revisions) -> None:
        result_id = secrets.token_hex(8)
        summary.result = f"results/{result_id}"
        caller = current_caller().subject
        try:
            result = await asyncio.to_thread(_result, ended, summary, result_id, caller, revisions)
            await self._keeper.keep(result)
        except MonshinError as error:
            summary.result = ""
            summary.not_run.add(component=STORE, reason=error.code)

    def _revisions(self, ended: Ended) -> Revisions:
        fingerprints = sorted({run.evidence.fingerprint for run in ended.runs} - {""})
        return Revisions(self._rules_revision, ended.results.judge_revision, fingerprints[0] if fingerprints else "")


def _result(ended: Ended, summary: pb.Summary, result_id: str, caller: str, revisions: Revisions) -> Result:
    """Says in the summary, which is part of it, where texts were too large to be kept."""
    claims = _claims(ended, with_texts=ended.is_stored)
    size = sum(len(claim.message) for claim in claims) + 4 * (len(ended.answer or "") + len(ended.question))
    is_stored = ended.is_stored and size <= MAX_TEXTS_BYTES
    if ended.is_stored and not is_stored:
        summary.not_run.add(component=STORE, reason="RESOURCE_EXHAUSTED")
        claims = _claims(ended, with_texts=False)
    claims = _fitting(claims)
    return Result(
        id=result_id, time=time.time(), caller=caller, model=ended.model, corpus=ended.corpus,
        text_sha256=ended.text_sha256, is_stored=is_stored, summary=summary.SerializeToString(),
        judges=ended.results.judges, revisions=revisions, answer=(ended.answer or "") if is_stored else "",
        question=ended.question if is_stored else "", claims=tuple(claims),
        documents=tuple(UsedDocument(name, sha256_of(ended.text_of(name))) for name in ended.results.documents),
    )  # fmt: skip


def _claims(ended: Ended, *, with_texts: bool) -> list[KeptClaim]:
    renderer = Renderer(ended.answer, OffsetUnit.CODE_POINT, _unneeded)
    results = ended.results.checked
    names = ended.names or [""] * len(results)
    kept: list[KeptClaim] = []
    for number, (checked, name, read) in enumerate(zip(results, names, ended.results.readers, strict=True)):
        message = renderer.result(number, checked, name)
        decision = checked.decision
        whole = message if with_texts else without_texts(message)
        probability = told(decision.verdict, decision.probabilities)
        kept.append(
            KeptClaim(number, decision.verdict, probability, whole.SerializeToString(), read, checked.is_settled)
        )
    return kept


def _fitting(claims: Sequence[KeptClaim]) -> list[KeptClaim]:
    """Those that one message can give back: an answer of a million characters may have more claims than that."""
    sizes = itertools.accumulate(len(claim.message) for claim in claims)
    return [claim for claim, size in zip(claims, sizes, strict=True) if size <= MAX_TEXTS_BYTES]


def without_texts(message: pb.ClaimResult) -> pb.ClaimResult:
    """A new message with named fields, so that a field that is added later does not bring a text along."""
    return pb.ClaimResult(
        claim=pb.Claim(index=message.claim.index, checkable=message.claim.checkable),
        verdict=message.verdict,
        probabilities=message.probabilities,
        calibrated=message.calibrated,
        judges_run=message.judges_run,
        abstain_reason=message.abstain_reason,
        elapsed_ms=message.elapsed_ms,
        important=message.important,
    )


def _event(ended: Ended, summary: pb.Summary, revisions: Revisions) -> dict[str, Scalar | Sequence[str]]:
    """Ids, hashes, revisions; the model as the caller named it. Never text."""
    return {
        "check": summary.result or f"checks/{secrets.token_hex(8)}",
        "result": summary.result,
        "text_sha256": ended.text_sha256,
        "versions": sorted({run.evidence.version for run in ended.runs} - {""}),
        "documents": ended.results.documents,
        "model": ended.model,
        "judges": ended.results.judges,
        "rules_revision": revisions.rules,
        "judge_revision": revisions.judge,
        "embedder_fingerprint": revisions.embedder,
        "claims": len(ended.results.checked),
    }


def sha256_of(text: str) -> str:
    """In hexadecimal, of UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def _unneeded(document: str) -> str:
    raise AssertionError(f"code points need no text of {document}")
