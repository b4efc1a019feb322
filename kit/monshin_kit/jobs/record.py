"""What a job is: its states, its progress, its record as others see it. Plain Python: no Redis, no Celery, no gRPC.

QUEUED ──► RUNNING ──► SUCCEEDED        CANCELLING: somebody asked for the end, the worker has not stopped yet
  │ ▲        │ │ └───► FAILED           FAILED and CANCELLED may be resumed: QUEUED again, from their checkpoint
  │ └────────┘ ▼          ▲
  │ (worker  CANCELLING ──┤
  │   lost)    ▼          (finished all the same: SUCCEEDED or FAILED)
  └────────► CANCELLED           RUNNING is QUEUED again also where what it needs is away, see `lease.MAX_TRIES`
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import isfinite
from typing import NewType

from monshin_kit.errors import InvalidInput

JobId = NewType("JobId", str)

MAX_NUMBERS = 16
_ID = re.compile(r"[0-9a-f]{32}")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_NUMBER_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


class State(StrEnum):
    """Where a job stands; the arrows are in the module's docstring."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    CANCELLING = "CANCELLING"
    CANCELLED = "CANCELLED"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"

    @property
    def is_final(self) -> bool:
        """Whether no worker will touch it again, unless it is resumed."""
        return self in (State.CANCELLED, State.SUCCEEDED, State.FAILED)


@dataclass(frozen=True, slots=True)
class Progress:
    """One entry of a job's progress stream. Words and numbers only; never a text.

    sequence: from 1, rising by one a job; a gap means that old entries were dropped, see `store.MAX_EVENTS`.
    time_s: seconds since 1970 by the clock of Redis. attempt: the worker's attempt that wrote it, 0 before the first.
    phase, step: the job's own words for what it does, and on which part. done, total: in the job's own unit; total 0
    where it is not known. numbers: measures such as `{"recall": 0.95}`.
    """

    sequence: int
    time_s: float
    state: State
    attempt: int
    phase: str = ""
    step: str = ""
    done: int = 0
    total: int = 0
    numbers: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Position:
    """What a job says of how far it is; the fields as in Progress."""

    phase: str = ""
    step: str = ""
    done: int = 0
    total: int = 0
    numbers: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a job failed. code: a gRPC status' name; reason: a word for programs; message: holds no payload."""

    code: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Job:
    """A job's record at one moment.

    kind: which handler does it, such as `ann.build`. spec, result: JSON of ids and numbers, see `payload`; result is
    empty until it succeeded, or if there is none. owner: the caller who submitted it. parent: the job that did, if
    any. attempt: how often a worker took it. checkpoint_done: how far that reaches which no crash undoes, -1: nothing
    does. created_s, started_s, finished_s: seconds since 1970, 0 if not yet. progress: the last entry of its stream.
    not_before_s: seconds since 1970, as all times by the clock of Redis, until which no worker takes it, since what it
    needs was away; 0: never postponed.
    """

    id: JobId
    kind: str
    state: State
    spec: str
    owner: str
    parent: str
    attempt: int
    checkpoint_done: int
    created_s: float
    started_s: float
    finished_s: float
    progress: Progress
    result: str = ""
    failure: Failure | None = None
    not_before_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list, the newest job first; next_token is empty at its end."""

    jobs: tuple[Job, ...]
    next_token: str


@dataclass(frozen=True, slots=True)
class Stats:
    """Of all jobs of a service. states: how many are in each. failed_total: how many ever failed.

    oldest_queued_s, longest_running_s: ages in seconds, 0 if there is none.
    """

    states: Mapping[State, int]
    failed_total: int
    oldest_queued_s: float
    longest_running_s: float


def job_id(text: str) -> JobId:
    """Raises InvalidInput if it cannot be a job's id."""
    if not _ID.fullmatch(text):
        raise InvalidInput("a job's id has 32 hexadecimal digits", field="id")
    return JobId(text)


def check_word(text: str, name: str) -> str:
    """`text` if it is empty or a word. Raises InvalidInput, without the text: it might be somebody's name."""
    if text and not _WORD.fullmatch(text):
        raise InvalidInput(f"{name} must be up to 64 of A-Z a-z 0-9 . _ -, starting with a letter or digit", field=name)
    return text


def check_numbers(numbers: Mapping[str, float]) -> Mapping[str, float]:
    """`numbers` if they are few, finite, and named by words. Raises InvalidInput."""
    if len(numbers) > MAX_NUMBERS:
        raise InvalidInput(f"{len(numbers)} numbers, at most {MAX_NUMBERS} are kept", field="numbers")
    for name, value in numbers.items():
        if not _NUMBER_NAME.fullmatch(name):
            raise InvalidInput("a number's name must be up to 40 of a-z 0-9 _, starting with a letter", field="numbers")
        if not isfinite(value):
            raise InvalidInput(f"numbers[{name}] is not finite", field="numbers")
    return numbers


def check_count(value: int, name: str) -> int:
    """`value` as an int, also of numpy's, if it is in [0, 2^53), which Redis' scripts count exactly.

    Raises InvalidInput.
    """
    if not 0 <= value < 2**53:
        raise InvalidInput(f"{name} is {value}, must be in [0, 2^53)", field=name)
    return int(value)
