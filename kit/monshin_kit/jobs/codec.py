"""Between what Redis holds of a job and `record`."""

import json
from collections.abc import Mapping, Sequence

from monshin_kit.jobs.record import Failure, Job, JobId, Progress, State, Stats


def job_of(job_id: str, fields: Mapping[str, str]) -> Job:
    """The record; `fields` as HGETALL gives them."""
    code = fields["code"]
    return Job(
        id=JobId(job_id),
        kind=fields["kind"],
        state=State(fields["state"]),
        spec=fields["spec"],
        owner=fields["owner"],
        parent=fields["parent"],
        attempt=int(fields["attempt"]),
        checkpoint_done=int(fields["checkpoint_done"]),
        created_s=int(fields["created_ms"]) / 1000,
        started_s=int(fields["started_ms"]) / 1000,
        finished_s=int(fields["finished_ms"]) / 1000,
        progress=progress_of(int(fields["sequence"]), fields),
        result=fields["result"],
        failure=Failure(code, fields["reason"], fields["message"]) if code else None,
        not_before_s=int(fields.get("not_before_ms", 0)) / 1000,
    )


def progress_of(sequence: int, fields: Mapping[str, str]) -> Progress:
    """One entry of the stream, or the last one as the record repeats it."""
    return Progress(
        sequence=sequence,
        time_s=int(fields["time_ms"]) / 1000,
        state=State(fields["state"]),
        attempt=int(fields["attempt"]),
        phase=fields["phase"],
        step=fields["step"],
        done=int(fields["done"]),
        total=int(fields["total"]),
        numbers=json.loads(fields["numbers"] or "{}"),
    )


def stats_of(counts: Sequence[str], oldest_queued_ms: int, longest_running_ms: int) -> Stats:
    """As the script `stats` answers."""
    found = fields_of(counts)
    return Stats(
        states={state: int(found.get(state, 0)) for state in State},
        failed_total=int(found.get("failed_total", 0)),
        oldest_queued_s=int(oldest_queued_ms) / 1000,
        longest_running_s=int(longest_running_ms) / 1000,
    )


def fields_of(flat: Sequence[str]) -> dict[str, str]:
    """What a script returns of HGETALL: names and values in turn."""
    return dict(zip(flat[::2], flat[1::2], strict=True))
