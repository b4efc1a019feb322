"""Long work that outlives processes: the record in Redis, carried by Celery, done by workers. See kit's README.

In a service: `Kind`, `service.open_jobs`, `store.JobStore`, `operations`. In a worker: `Handlers`, `JobContext`,
`worker.run_worker`. What this module names is plain Python; Redis, Celery and gRPC are behind the rest.
"""

from monshin_kit.jobs.artefacts import Artefact, ArtefactStore
from monshin_kit.jobs.context import Checkpoint, JobContext
from monshin_kit.jobs.handlers import Handlers
from monshin_kit.jobs.payload import Kind, decode
from monshin_kit.jobs.record import Failure, Job, JobId, Page, Progress, State, Stats, job_id
from monshin_kit.jobs.settings import JobSettings
from monshin_kit.jobs.stops import ChildFailed, JobCancelled, JobStopped, LeaseLost, WorkerStopping

__all__ = [
    "Artefact",
    "ArtefactStore",
    "Checkpoint",
    "ChildFailed",
    "Failure",
    "Handlers",
    "Job",
    "JobCancelled",
    "JobContext",
    "JobId",
    "JobSettings",
    "JobStopped",
    "Kind",
    "LeaseLost",
    "Page",
    "Progress",
    "State",
    "Stats",
    "WorkerStopping",
    "decode",
    "job_id",
]
