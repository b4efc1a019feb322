"""The AuditService that every server offers for its own outbox."""

import json
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from monshin_protos.audit.v1 import audit_pb2 as pb

from monshin_kit.errors import InvalidInput
from monshin_kit.executor import Executor
from monshin_kit.outbox import Entry, Outbox

SERVICE = "monshin.audit.v1.AuditService"
DEFAULT_PAGE = 100

_KINDS = {pb.ENTRY_KIND_UNSPECIFIED: "", pb.ENTRY_KIND_CALL: "call", pb.ENTRY_KIND_EVENT: "event"}
_DECISIONS = {"allowed": pb.DECISION_ALLOWED, "refused": pb.DECISION_REFUSED}


class AuditServicer:
    """Reads the log; nothing can write it but the server itself."""

    def __init__(self, service: str, outbox: Outbox, executor: Executor) -> None:
        self._service = service
        self._outbox = outbox
        self._executor = executor

    async def ListAuditEntries(self, request: pb.ListAuditEntriesRequest, context: Any) -> pb.ListAuditEntriesResponse:
        """As in the proto."""
        if request.service not in ("", self._service):
            raise InvalidInput(f"this is {self._service!r}: ask the other service for its log", field="service")
        entries = await self._executor.run(
            self._outbox.read, request.after_sequence, request.page_size or DEFAULT_PAGE, _KINDS[request.kind]
        )
        last = entries[-1].sequence if entries else request.after_sequence
        return pb.ListAuditEntriesResponse(entries=map(_render, entries), last_sequence=last)


def _render(entry: Entry) -> pb.AuditEntry:
    when = Timestamp()
    when.FromNanoseconds(round(entry.time * 1e9))
    return pb.AuditEntry(
        sequence=entry.sequence,
        time=when,
        kind=pb.ENTRY_KIND_EVENT if entry.kind == "event" else pb.ENTRY_KIND_CALL,
        caller=entry.caller,
        roles=entry.roles,
        name=entry.name,
        resources=entry.resources,
        decision=_DECISIONS[entry.decision],
        outcome=entry.outcome,
        trace_id=entry.trace_id,
        attributes_json=json.dumps(json.loads(entry.attributes)) if entry.attributes else "",
    )
