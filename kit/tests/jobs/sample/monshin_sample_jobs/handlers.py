"""What the sample's jobs do."""

import os
import signal
import time
from pathlib import Path

from monshin_kit.errors import InvalidInput
from monshin_kit.jobs import Handlers, JobContext, decode
from monshin_kit.testing.temporary_files import sqlite_folders

from monshin_sample_jobs.kinds import COUNT, SHARDS, SORT, CountResult, CountSpec, ShardsSpec, SortSpec


def count(context: JobContext[CountSpec]) -> CountResult:
    """See CountSpec."""
    spec = context.spec
    saved = context.checkpoint()
    first = int(saved.read()) + 1 if saved is not None else 1
    for number in range(first, spec.total + 1):
        context.raise_if_cancelled()
        time.sleep(spec.pause_s)
        _die_if_told(spec, number)
        _note(spec.diary, context.attempt, number)
        if spec.saves:
            context.save_checkpoint(str(number).encode(), done=number)
        context.progress(number, spec.total, phase="count", numbers={"square": float(number * number)})
    if spec.fails_with == "invalid":
        raise InvalidInput("total is 3, must be even", field="total")
    if spec.fails_with == "patient":
        raise ValueError("患者太郎 was here")
    return CountResult(sum(range(1, spec.total + 1)))


def shards(context: JobContext[ShardsSpec]) -> CountResult:
    """See ShardsSpec."""
    spec = context.spec
    specs = {
        f"shard-{number}": CountSpec(
            f"{spec.diary}.{number}",
            spec.total,
            spec.pause_s,
            dies_at=2 if number in spec.dying_shards else 0,
            deaths=spec.deaths,
        )
        for number in range(spec.shards)
    }
    jobs = context.run_jobs(COUNT, specs)
    return CountResult(sum(decode(CountResult, job.result).total for job in jobs.values()))


def sort(context: JobContext[SortSpec]) -> None:
    """See SortSpec."""
    Path(context.spec.diary).write_text("\n".join(map(str, sqlite_folders())))


def _die_if_told(spec: CountSpec, number: int) -> None:
    if number != spec.dies_at:
        return
    deaths = Path(spec.diary + ".deaths")
    died = len(deaths.read_text()) if deaths.exists() else 0
    if not spec.deaths or died < spec.deaths:
        deaths.write_text("x" * (died + 1))
        os.kill(os.getpid(), signal.SIGKILL)


def _note(diary: str, attempt: int, number: int) -> None:
    with Path(diary).open("a") as file:
        file.write(f"{attempt} {number}\n")


HANDLERS = Handlers().on(COUNT, count).on(SHARDS, shards).on(SORT, sort)
