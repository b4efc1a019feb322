"""Between our errors and `google.rpc.Status`: how an error leaves a service, and how a caller reads it."""

from collections.abc import Sequence
from typing import Any, cast

import grpc
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status

from monshin_kit import errors

DOMAIN = "monshin"


def to_status(error: errors.MonshinError) -> status_pb2.Status:
    """The status with its details: ErrorInfo always, and what the class promises beside it."""
    details: list[Message] = [error_details_pb2.ErrorInfo(reason=error.reason, domain=DOMAIN)]
    match error:
        case errors.InvalidInput():
            details.append(_bad_request(error))
        case errors.NotFound() | errors.AlreadyExists() | errors.DataLoss():
            info = error_details_pb2.ResourceInfo(resource_type=error.resource_type, resource_name=error.resource_name)
            details.append(info)
        case errors.ResourceExhausted() | errors.Unavailable():
            delay = Duration()
            delay.FromMilliseconds(round(error.retry_after_s * 1000))
            details.append(error_details_pb2.RetryInfo(retry_delay=delay))
    status = status_pb2.Status(code=code_pb2.Code.Value(error.code), message=error.message)
    for detail in details:
        status.details.add().Pack(detail)
    return status


def from_rpc_error(error: grpc.RpcError, service: str) -> errors.MonshinError:
    """What a failed call to another service means to us.

    Statuses that tell of the callee's state keep their meaning; all others are our own fault in calling and become
    Unavailable, since the caller of ours can do nothing about them. The callee's words are dropped: they may hold
    names that this caller must not learn.
    """
    code = error.code()
    match code:
        case grpc.StatusCode.RESOURCE_EXHAUSTED:
            return errors.ResourceExhausted(f"{service} is overloaded", _retry_delay_s(error))
        case grpc.StatusCode.DEADLINE_EXCEEDED:
            return errors.DeadlineExceeded(f"{service} did not answer in time")
        case grpc.StatusCode.NOT_FOUND:
            return errors.NotFound(f"resource of {service}", "")
        case grpc.StatusCode.FAILED_PRECONDITION:
            return errors.FailedPrecondition(f"{service} refused the call in its present state")
        case grpc.StatusCode.ALREADY_EXISTS:
            return errors.AlreadyExists(f"resource of {service}", "")
        case grpc.StatusCode.DATA_LOSS:
            return errors.DataLoss(f"{service} reports damaged data")
        case _:
            return errors.Unavailable(f"{service} answered {code.name}", _retry_delay_s(error))


def reason_of(error: grpc.RpcError) -> str:
    """The word for programs in a status of ours, such as `READ_ONLY`; empty if it has none."""
    info = error_details_pb2.ErrorInfo()
    return next((info.reason for detail in _details(error) if detail.Unpack(info)), "")


def _bad_request(error: errors.InvalidInput) -> error_details_pb2.BadRequest:
    request = error_details_pb2.BadRequest()
    for violation in error.violations:
        request.field_violations.add(field=violation.field, description=violation.description, reason=violation.reason)
    return request


def _retry_delay_s(error: grpc.RpcError) -> float:
    retry = error_details_pb2.RetryInfo()
    for detail in _details(error):
        if detail.Unpack(retry):
            return float(retry.retry_delay.ToMilliseconds()) / 1000
    return 1.0


def _details(error: grpc.RpcError) -> Sequence[AnyMessage]:
    try:
        status = rpc_status.from_call(cast(Any, error))
    except ValueError:  # what stands between us changed the message
        status = None
    return status.details if status else ()
