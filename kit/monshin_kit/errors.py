"""The errors that our code raises; each becomes one gRPC status, with details, at the edge.

MonshinError
├── InvalidInput          INVALID_ARGUMENT      BadRequest, one violation a field
├── NotFound              NOT_FOUND             ResourceInfo
├── AlreadyExists         ALREADY_EXISTS        ResourceInfo
├── FailedPrecondition    FAILED_PRECONDITION   ErrorInfo
├── Aborted               ABORTED               ErrorInfo
├── Unauthenticated       UNAUTHENTICATED       ErrorInfo
├── PermissionDenied      PERMISSION_DENIED     ErrorInfo
├── ResourceExhausted     RESOURCE_EXHAUSTED    RetryInfo
├── Unavailable           UNAVAILABLE           RetryInfo
├── DeadlineExceeded      DEADLINE_EXCEEDED
└── DataLoss              DATA_LOSS             ResourceInfo

A message says what was received, what is allowed and what to do. It reaches the caller and the log,
so it never holds a text, a payload or a secret. Plain Python: a core may import it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule of a request.

    field: path from the request, such as `vectors.data` or `ids[3]`; empty for the request as a whole.
    description: what was received and what is allowed.
    reason: a word for programs, such as `string.min_len`.
    """

    field: str
    description: str
    reason: str = ""


class MonshinError(Exception):
    """The root. `code` is the name of the gRPC status; `reason` a constant word for programs."""

    code: ClassVar[str] = "UNKNOWN"
    default_reason: ClassVar[str] = "UNKNOWN"

    def __init__(self, message: str, *, reason: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.reason = reason or self.default_reason


class InvalidInput(MonshinError):
    """The request itself is wrong; sending it again will not help."""

    code = "INVALID_ARGUMENT"
    default_reason = "INVALID_INPUT"

    def __init__(self, message: str, *, field: str = "", reason: str = "") -> None:
        super().__init__(message, reason=reason)
        self.violations: tuple[Violation, ...] = (Violation(field, message, self.reason),)

    @classmethod
    def of(cls, violations: Sequence[Violation]) -> Self:
        """Several violations at once; `violations` must not be empty. The message tells the first three."""
        told = [f"{v.field}: {v.description}" if v.field else v.description for v in violations[:3]]
        more = [f"and {len(violations) - 3} more"] if len(violations) > 3 else []
        error = cls("; ".join(told + more))
        error.violations = tuple(violations)
        return error


_RESOURCE_NAME = re.compile(r"[A-Za-z0-9._~:/@+-]{1,300}")


class _ResourceError(MonshinError):
    """`resource_name` is empty where the name cannot be one of ours: then it is somebody's text."""

    def __init__(self, resource_type: str, name: str, message: str, *, reason: str = "") -> None:
        super().__init__(message, reason=reason)
        self.resource_type = resource_type
        self.resource_name = name if _RESOURCE_NAME.fullmatch(name) else ""


def _shown(name: str) -> str:
    return repr(name) if _RESOURCE_NAME.fullmatch(name) else "of the name you sent"


class NotFound(_ResourceError):
    """No such resource, or the caller may not know of it."""

    code = "NOT_FOUND"
    default_reason = "NOT_FOUND"

    def __init__(self, resource_type: str, name: str) -> None:
        super().__init__(resource_type, name, f"{resource_type} {_shown(name)} does not exist, or is not yours to read")


class AlreadyExists(_ResourceError):
    """The id is taken."""

    code = "ALREADY_EXISTS"
    default_reason = "ALREADY_EXISTS"

    def __init__(self, resource_type: str, name: str) -> None:
        super().__init__(resource_type, name, f"{resource_type} {_shown(name)} exists already: choose another id")


class DataLoss(_ResourceError):
    """What is stored is damaged; restore it from a backup, or delete it."""

    code = "DATA_LOSS"
    default_reason = "DAMAGED"

    def __init__(self, message: str, resource_name: str = "", resource_type: str = "") -> None:
        super().__init__(resource_type, resource_name, message)


class FailedPrecondition(MonshinError):
    """The request is right, but not in the present state."""

    code = "FAILED_PRECONDITION"
    default_reason = "FAILED_PRECONDITION"


class Aborted(MonshinError):
    """Somebody else changed it in between: read again, then retry."""

    code = "ABORTED"
    default_reason = "CONCURRENT_CHANGE"


class Unauthenticated(MonshinError):
    """No valid token came with the call."""

    code = "UNAUTHENTICATED"
    default_reason = "TOKEN_INVALID"


class PermissionDenied(MonshinError):
    """The token is valid, but does not hold the scope."""

    code = "PERMISSION_DENIED"
    default_reason = "SCOPE_MISSING"


class _RetryableError(MonshinError):
    def __init__(self, message: str, retry_after_s: float = 1.0, *, reason: str = "") -> None:
        super().__init__(message, reason=reason)
        self.retry_after_s = retry_after_s


class ResourceExhausted(_RetryableError):
    """A queue, a quota or a disk (DISK_FULL) is full; nothing was done."""

    code = "RESOURCE_EXHAUSTED"
    default_reason = "QUEUE_FULL"


class Unavailable(_RetryableError):
    """Something that is needed does not answer now."""

    code = "UNAVAILABLE"
    default_reason = "UNAVAILABLE"


class DeadlineExceeded(MonshinError):
    """The caller's time is over."""

    code = "DEADLINE_EXCEEDED"
    default_reason = "DEADLINE_EXCEEDED"
