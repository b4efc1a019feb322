"""Problems as RFC 9457 tells them, and the HTTP status of every gRPC status."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from google.protobuf.any_pb2 import Any as AnyMessage
from google.rpc import error_details_pb2
from monshin_kit import errors

from monshin_gateway.core.refusals import HttpRefusal

MEDIA_TYPE = "application/problem+json"

HTTP_STATUS = {
    "OK": 200,
    "CANCELLED": 499,
    "UNKNOWN": 500,
    "INVALID_ARGUMENT": 400,
    "DEADLINE_EXCEEDED": 504,
    "NOT_FOUND": 404,
    "ALREADY_EXISTS": 409,
    "PERMISSION_DENIED": 403,
    "RESOURCE_EXHAUSTED": 429,
    "FAILED_PRECONDITION": 400,
    "ABORTED": 409,
    "OUT_OF_RANGE": 400,
    "UNIMPLEMENTED": 501,
    "INTERNAL": 500,
    "UNAVAILABLE": 503,
    "DATA_LOSS": 500,
    "UNAUTHENTICATED": 401,
}

TITLES = {
    "CANCELLED": "The call was cancelled",
    "UNKNOWN": "The service failed",
    "INVALID_ARGUMENT": "The request is not valid",
    "DEADLINE_EXCEEDED": "The call took too long",
    "NOT_FOUND": "Not found",
    "ALREADY_EXISTS": "It exists already",
    "PERMISSION_DENIED": "A scope is missing",
    "RESOURCE_EXHAUSTED": "Too many requests",
    "FAILED_PRECONDITION": "Not possible in the present state",
    "ABORTED": "Somebody else changed it in between",
    "OUT_OF_RANGE": "Out of range",
    "UNIMPLEMENTED": "Not offered",
    "INTERNAL": "The service failed",
    "UNAVAILABLE": "The service does not answer now",
    "DATA_LOSS": "Stored data are damaged",
    "UNAUTHENTICATED": "Sign in first",
}

_SNAKE = re.compile(r"_([a-z0-9])")


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong. code: gRPC status name; http_status: None takes the code's own."""

    code: str
    detail: str
    reason: str = ""
    violations: tuple[errors.Violation, ...] = ()
    retry_after_ms: int | None = None
    resource_type: str = ""
    resource_name: str = ""
    required_scope: str = ""
    trace_id: str = ""
    http_status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.http_status or HTTP_STATUS[self.code]

    def with_trace(self, trace_id: str) -> "Problem":
        """The same problem, traced."""
        return replace(self, trace_id=trace_id)

    def for_scope(self, scope: str) -> "Problem":
        """The same problem; a refusal for want of a scope says which one the method asks for."""
        return replace(self, required_scope=scope) if self.code == "PERMISSION_DENIED" else self

    def to_json(self) -> dict[str, Any]:
        """The members of the JSON object; what is not known is left out."""
        known: dict[str, Any] = {
            "type": f"/docs#{self.code}",
            "title": TITLES[self.code],
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "reason": self.reason,
            "violations": [
                {"field": violation.field, "description": violation.description, "reason": violation.reason}
                for violation in self.violations
            ],
            "retryAfterMs": self.retry_after_ms,
            "resource": {"type": self.resource_type, "name": self.resource_name} if self.resource_name else None,
            "requiredScope": self.required_scope,
            "traceId": self.trace_id,
        }
        return {name: value for name, value in known.items() if value not in (None, "", [])}

    def http_headers(self) -> list[tuple[str, str]]:
        """Headers that the problem asks for."""
        headers = [("content-type", MEDIA_TYPE), *self.headers]
        if self.retry_after_ms is not None:
            headers.append(("retry-after", str(max(1, -(-self.retry_after_ms // 1000)))))
        if self.code == "UNAUTHENTICATED":
            headers.append(("www-authenticate", "Bearer"))
        return headers


def from_error(error: errors.MonshinError) -> Problem:
    """The problem of an error that the gateway itself raised."""
    problem = Problem(error.code, error.message, error.reason)
    match error:
        case HttpRefusal():
            return replace(problem, http_status=error.http_status, headers=error.headers)
        case errors.InvalidInput():
            return replace(problem, violations=error.violations)
        case errors.NotFound() | errors.AlreadyExists() | errors.DataLoss():
            return replace(problem, resource_type=error.resource_type, resource_name=error.resource_name)
        case errors.ResourceExhausted() | errors.Unavailable():
            return replace(problem, retry_after_ms=round(error.retry_after_s * 1000))
        case _:
            return problem


def from_status(code: str, message: str, details: Iterable[AnyMessage]) -> Problem:
    """The problem of a gRPC status with its `google.rpc` details; fields get their JSON names.

    A code without a name (a newer or broken peer) counts as UNKNOWN.
    """
    problem = Problem(code if code in HTTP_STATUS and code != "OK" else "UNKNOWN", message)
    for detail in details:
        problem = _with_detail(problem, detail)
    return problem


def _with_detail(problem: Problem, detail: AnyMessage) -> Problem:
    info = error_details_pb2.ErrorInfo()
    bad_request = error_details_pb2.BadRequest()
    retry = error_details_pb2.RetryInfo()
    resource = error_details_pb2.ResourceInfo()
    if detail.Unpack(info):
        return replace(problem, reason=info.reason)
    if detail.Unpack(bad_request):
        return replace(problem, violations=tuple(_violation(item) for item in bad_request.field_violations))
    if detail.Unpack(retry):
        return replace(problem, retry_after_ms=retry.retry_delay.ToMilliseconds())
    if detail.Unpack(resource):
        return replace(problem, resource_type=resource.resource_type, resource_name=resource.resource_name)
    return problem


def _violation(item: error_details_pb2.BadRequest.FieldViolation) -> errors.Violation:
    return errors.Violation(_SNAKE.sub(lambda match: match[1].upper(), item.field), item.description, item.reason)
