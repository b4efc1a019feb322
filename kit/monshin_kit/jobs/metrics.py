"""The metrics of a service's jobs, which every process with a reconciler shows."""

from monshin_kit import telemetry
from monshin_kit.jobs.record import Stats

_JOBS = telemetry.gauge("jobs", "Jobs that are kept, by state", ["service", "state"])
_FAILED = telemetry.gauge("jobs_failed_ever", "Jobs that failed since the store was made", ["service"])
_OLDEST = telemetry.gauge("jobs_oldest_queued_seconds", "How long the first of those that wait waits", ["service"])
_LONGEST = telemetry.gauge("jobs_longest_running_seconds", "Age of the longest attempt that runs now", ["service"])


def show(service: str, stats: Stats) -> None:
    """What `/metrics` says from now on."""
    for state, count in stats.states.items():
        _JOBS.labels(service, state.value).set(count)
    _FAILED.labels(service).set(stats.failed_total)
    _OLDEST.labels(service).set(stats.oldest_queued_s)
    _LONGEST.labels(service).set(stats.longest_running_s)
