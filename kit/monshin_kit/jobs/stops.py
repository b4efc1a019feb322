"""Why a handler must stop now. Not Exceptions, so that a handler's own `except Exception` does not swallow them."""

from monshin_kit.jobs.record import Failure


class JobStopped(BaseException):
    """The root; raised out of the context's methods inside a handler, never to be caught there but to clean up."""


class JobCancelled(JobStopped):
    """Somebody cancelled the job."""


class LeaseLost(JobStopped):
    """Another attempt has the job, or it has ended: whatever this one writes is refused."""


class WorkerStopping(JobStopped):
    """The worker is told to stop: the job goes back to the queue, and on from its checkpoint elsewhere."""


class ChildFailed(Exception):
    """A job of the job failed, or somebody cancelled it alone: unless the handler knows better, all fails with it."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.reason)
        self.failure = failure
