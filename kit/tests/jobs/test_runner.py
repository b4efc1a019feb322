"""runner: how a handler's ending becomes the job's, with a real record and without processes."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from lapse import Clock
from monshin_kit.errors import Aborted, DataLoss, InvalidInput, MonshinError, Unavailable
from monshin_kit.jobs import Failure, JobContext, JobId, JobSettings, Kind, State, decode
from monshin_kit.jobs.lease import MAX_TRIES, Leases
from monshin_kit.jobs.reconciler import Reconciler
from monshin_kit.jobs.runner import Runner, checkpoint_folder
from monshin_kit.jobs.store import JobStore
from monshin_kit.tracing import parse_traceparent
from monshin_sample_jobs.kinds import COUNT, CountResult, CountSpec
from opentelemetry import trace

PATIENT = "患者太郎"
NUMBERS = CountSpec("diary", 3)

MakeRunner = Callable[..., Runner]


@dataclass(frozen=True, slots=True)
class Empty:
    """Nothing to say."""


OTHER = Kind("sample.other", Empty)


def _raising(error: BaseException) -> Callable[[JobContext[CountSpec]], None]:
    def handler(_: JobContext[CountSpec]) -> None:
        raise error

    return handler


async def test_a_job_that_is_done_has_its_result_and_leaves_no_checkpoint(
    store: JobStore, runner: MakeRunner, diary: str, tmp_path: Path
) -> None:
    job = await store.submit(COUNT, CountSpec(diary, 3))
    assert runner().run(job.id)
    done = await store.get(job.id)
    assert (done.state, decode(CountResult, done.result)) == (State.SUCCEEDED, CountResult(6))
    assert not [path for path in (tmp_path / "artefacts").rglob("*") if path.is_file()]


async def test_a_job_is_run_once_however_often_celery_delivers_it(
    store: JobStore, runner: MakeRunner, diary: str
) -> None:
    job = await store.submit(COUNT, CountSpec(diary, 3))
    assert [runner().run(job.id) for _ in range(3)] == [True, False, False]
    assert Path(diary).read_text() == "1 1\n1 2\n1 3\n"


@pytest.mark.parametrize(
    "error", [InvalidInput("total is 3, must be even"), DataLoss("corpus is damaged"), Aborted("somebody changed it")]
)
async def test_an_error_of_ours_becomes_the_jobs_status(
    store: JobStore, runner: MakeRunner, error: MonshinError
) -> None:
    job = await store.submit(COUNT, NUMBERS)
    runner(_raising(error)).run(job.id)
    failed = await store.get(job.id)
    assert failed.state is State.FAILED
    assert failed.failure is not None
    assert (failed.failure.code, failed.failure.reason) == (error.code, error.reason)
    assert failed.failure.message == error.message


async def test_what_is_away_for_a_while_does_not_fail_the_job(
    store: JobStore, runner: MakeRunner, clock: Clock
) -> None:
    """Hazard: one silent second of the artefact store ends a build of days."""
    tries: list[int] = []

    def needy(context: JobContext[CountSpec]) -> None:
        tries.append(context.attempt)
        if len(tries) == MAX_TRIES:
            context.mark_progress(1)  # starts the count anew
        if len(tries) < 2 * MAX_TRIES - 1:
            raise Unavailable("embed is silent")

    job = await store.submit(COUNT, NUMBERS)
    pauses = []
    while runner(needy).run(job.id):
        postponed = await store.get(job.id)
        if postponed.state is not State.QUEUED:
            break
        pauses.append(round(postponed.not_before_s - postponed.progress.time_s))
        assert not runner(needy).run(job.id), "it waits"
        clock.end_pause(job.id)
    done = await store.get(job.id)
    assert (done.state, done.attempt) == (State.SUCCEEDED, 2 * MAX_TRIES - 1)
    assert pauses[:8] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert pauses[MAX_TRIES - 1] == 1, "after progress"


async def test_what_stays_away_fails_the_job_which_can_be_resumed(
    store: JobStore, runner: MakeRunner, clock: Clock
) -> None:
    job = await store.submit(COUNT, NUMBERS)
    silent = runner(_raising(Unavailable("embed is silent")))
    for _ in range(MAX_TRIES):
        assert silent.run(job.id)
        clock.end_pause(job.id)
    failed = await store.get(job.id)
    assert failed.state is State.FAILED
    assert failed.failure == Failure("UNAVAILABLE", "UNAVAILABLE", f"embed is silent; tried {MAX_TRIES} times")
    assert (await store.resume(job.id)).state is State.QUEUED
    assert silent.run(job.id)
    assert (await store.get(job.id)).state is State.QUEUED


async def test_a_postponed_job_can_be_cancelled_at_once_and_resumed_at_once(
    store: JobStore, runner: MakeRunner, diary: str
) -> None:
    job = await store.submit(COUNT, CountSpec(diary, 3))
    runner(_raising(Unavailable("embed is silent"))).run(job.id)
    assert (await store.cancel(job.id)).state is State.CANCELLED
    await store.resume(job.id)
    assert runner().run(job.id)
    assert (await store.get(job.id)).state is State.SUCCEEDED


async def test_an_unexpected_errors_words_stay_out_of_record_and_stream(
    store: JobStore, runner: MakeRunner, caplog: pytest.LogCaptureFixture
) -> None:
    job = await store.submit(COUNT, NUMBERS)
    runner(_raising(ValueError(f"{PATIENT} has a fever"))).run(job.id)
    failed = await store.get(job.id)
    assert failed.failure is not None
    assert failed.failure.code == "INTERNAL"
    assert failed.failure.message.startswith("internal error ")
    assert PATIENT not in str(failed) + str([entry async for entry in store.watch(job.id)])
    assert any(record.__dict__.get("error_id") in failed.failure.message for record in caplog.records)


async def test_a_result_with_a_text_fails_the_job_without_it(store: JobStore, runner: MakeRunner) -> None:
    job = await store.submit(COUNT, NUMBERS)
    runner(lambda context: CountSpec(PATIENT, 1)).run(job.id)
    failed = await store.get(job.id)
    assert failed.state is State.FAILED
    assert PATIENT not in str(failed)


async def test_a_full_disk_is_named(store: JobStore, runner: MakeRunner) -> None:
    def writing(_: JobContext[CountSpec]) -> None:
        with Path("/dev/full").open("wb") as file:
            file.write(bytes(100_000))

    job = await store.submit(COUNT, NUMBERS)
    runner(writing).run(job.id)
    failed = await store.get(job.id)
    assert failed.failure is not None
    assert (failed.failure.code, failed.failure.reason) == ("RESOURCE_EXHAUSTED", "DISK_FULL")


@pytest.mark.parametrize("word", [PATIENT, "two words", "x" * 65])
async def test_a_phase_or_step_that_is_a_text_is_refused(store: JobStore, runner: MakeRunner, word: str) -> None:
    for report in (lambda context: context.progress(1, phase=word), lambda context: context.step(word)):
        job = await store.submit(COUNT, NUMBERS)
        runner(report).run(job.id)
        failed = await store.get(job.id)
        assert failed.failure is not None
        assert failed.failure.code == "INVALID_ARGUMENT"
        assert word not in str(failed)


@pytest.mark.parametrize(
    "numbers", [{"recall": float("nan")}, {PATIENT: 1.0}, {f"n{number}": 1.0 for number in range(17)}]
)
async def test_numbers_are_few_finite_and_named_by_words(
    store: JobStore, runner: MakeRunner, numbers: dict[str, float]
) -> None:
    job = await store.submit(COUNT, NUMBERS)
    runner(lambda context: context.progress(1, numbers=numbers)).run(job.id)
    failed = await store.get(job.id)
    assert failed.failure is not None
    assert failed.failure.code == "INVALID_ARGUMENT"


async def test_an_unknown_kind_fails_the_job(store: JobStore, runner: MakeRunner) -> None:
    job = await store.submit(OTHER, Empty())
    runner().run(job.id)
    failed = await store.get(job.id)
    assert failed.failure is not None
    assert failed.failure.code == "UNIMPLEMENTED"


async def test_a_handler_that_swallows_exceptions_is_cancelled_all_the_same(
    store: JobStore, runner: MakeRunner
) -> None:
    """Hazard: `except Exception` around a step would swallow the cancellation with it."""

    def stubborn(context: JobContext[CountSpec]) -> None:
        started.set()
        while True:
            try:
                context.raise_if_cancelled()
            except Exception:  # noqa: BLE001
                continue
            time.sleep(0.001)

    started = threading.Event()
    job = await store.submit(COUNT, NUMBERS)
    thread = threading.Thread(target=runner(stubborn).run, args=[job.id])
    thread.start()
    started.wait()
    await store.cancel(job.id)
    assert (await store.wait(job.id, 10)).state is State.CANCELLED
    thread.join()


async def test_progress_is_written_at_most_every_fifth_of_a_second_and_the_last_one_always(
    store: JobStore, runner: MakeRunner
) -> None:
    def hasty(context: JobContext[CountSpec]) -> None:
        for number in range(1, 1001):
            context.progress(number, 1000, phase="count")

    job = await store.submit(COUNT, NUMBERS)
    runner(hasty).run(job.id)
    entries = [entry async for entry in store.watch(job.id)]
    assert len(entries) < 50
    assert (entries[-1].done, entries[-1].state) == (1000, State.SUCCEEDED)


async def test_a_worker_that_stops_gives_the_job_back_from_its_checkpoint(
    store: JobStore, runner: MakeRunner, published: list[JobId], diary: str
) -> None:
    stopping = threading.Event()

    def stopped_soon() -> bool:
        return stopping.is_set() or (Path(diary).exists() and Path(diary).read_text().endswith(" 2\n"))

    job = await store.submit(COUNT, CountSpec(diary, 4))
    runner(is_stopping=stopped_soon).run(job.id)
    waiting = await store.get(job.id)
    assert (waiting.state, waiting.checkpoint_done) == (State.QUEUED, 2)
    assert published == [job.id]
    stopping.set()
    assert not runner(is_stopping=stopped_soon).run(job.id)
    runner().run(job.id)
    assert (await store.get(job.id)).state is State.SUCCEEDED
    assert Path(diary).read_text() == "1 1\n1 2\n2 3\n2 4\n"


async def test_an_overtaken_handler_ends_at_its_next_step_and_changes_nothing(
    store: JobStore, runner: MakeRunner, leases: Leases, clock: Clock, reconciler: Reconciler
) -> None:
    after: list[str] = []

    def slow(context: JobContext[CountSpec]) -> None:
        if context.attempt > 1:
            return
        clock.lapse(context.id)
        reconciler.run_once()
        runner(slow).run(context.id)
        context.progress(1, phase="late")
        after.append("went on")

    job = await store.submit(COUNT, NUMBERS)
    runner(slow).run(job.id)
    done = await store.get(job.id)
    assert (done.state, done.attempt, done.progress.phase) == (State.SUCCEEDED, 2, "")
    assert after == []


async def test_a_checkpoint_replaces_the_one_before(
    store: JobStore, runner: MakeRunner, tmp_path: Path, service: str
) -> None:
    def saving(context: JobContext[CountSpec]) -> None:
        for number in range(1, 4):
            context.save_checkpoint(bytes([number]), done=number)
        saved = context.checkpoint()
        assert saved is not None
        assert (saved.done, saved.read()) == (3, b"\x03")
        raise InvalidInput("enough")

    job = await store.submit(COUNT, NUMBERS)
    runner(saving).run(job.id)
    assert (await store.get(job.id)).checkpoint_done == 3
    assert len(list((tmp_path / "artefacts" / checkpoint_folder(service, job.id)).iterdir())) == 1


@pytest.fixture
def in_a_trace() -> Iterator[str]:
    """As in a call whose caller sent this context."""
    header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    parent = parse_traceparent(header)
    assert parent is not None
    with trace.use_span(trace.NonRecordingSpan(parent)):
        yield header


async def test_a_job_runs_in_the_trace_of_whoever_submitted_it(
    in_a_trace: str, store: JobStore, runner: MakeRunner
) -> None:
    seen: list[str] = []

    def traced(context: JobContext[CountSpec]) -> None:
        seen.append(trace.format_trace_id(trace.get_current_span().get_span_context().trace_id))

    job = await store.submit(COUNT, NUMBERS)
    thread = threading.Thread(target=runner(traced).run, args=[job.id])  # a thread has no context of its own
    thread.start()
    thread.join()
    assert seen == [in_a_trace[3:35]]


async def test_settings_tell_how_fast_a_cancellation_is_learnt(settings: JobSettings) -> None:
    assert settings.beat_s == 1.0
    assert JobSettings(lease_s=4.0).beat_s == 0.5
