"""A job as `google.longrunning.Operation` (AIP-151), named `{service}/jobs/{id}`."""

import re

from google.longrunning.operations_pb2 import Operation
from google.protobuf.message import Message
from google.rpc import code_pb2, error_details_pb2

from monshin_kit.errors import InvalidInput
from monshin_kit.jobs.record import Job, JobId, State, job_id
from monshin_kit.status import DOMAIN

_NAME = re.compile(r"([a-z][a-z0-9]*)/jobs/([0-9a-f]{32})")


def operation_name(service: str, job: JobId) -> str:
    """By which the gateway finds the service."""
    return f"{service}/jobs/{job}"


def parse_name(service: str, name: str) -> JobId:
    """The job of an operation's name. Raises InvalidInput if it is none of this service."""
    found = _NAME.fullmatch(name)
    if found is None or found[1] != service:
        raise InvalidInput(f"name must be {service}/jobs/ and 32 hexadecimal digits", field="name")
    return job_id(found[2])


def to_operation(
    service: str, job: Job, *, metadata: Message | None = None, response: Message | None = None
) -> Operation:
    """metadata: the service's own message of the progress. response: of the result; taken only if the job succeeded.

    A failed job has its status with ErrorInfo; a cancelled one CANCELLED, as AIP-151 asks for.
    """
    operation = Operation(name=operation_name(service, job.id), done=job.state.is_final)
    if metadata is not None:
        operation.metadata.Pack(metadata)
    match job.state:
        case State.SUCCEEDED if response is not None:
            operation.response.Pack(response)
        case State.SUCCEEDED:
            operation.response.SetInParent()
        case State.CANCELLED:
            operation.error.code = code_pb2.CANCELLED
            operation.error.message = "the job was cancelled"
        case State.FAILED if job.failure is not None:
            operation.error.code = code_pb2.Code.Value(job.failure.code)
            operation.error.message = job.failure.message
            info = error_details_pb2.ErrorInfo(reason=job.failure.reason, domain=DOMAIN)
            operation.error.details.add().Pack(info)
    return operation
