"""What only HTTP can refuse: errors beside kit's tree, each with its own HTTP status."""

from collections.abc import Sequence
from typing import ClassVar

from monshin_kit.errors import MonshinError


class HttpRefusal(MonshinError):
    """The root. `code` is the nearest gRPC status; `headers` go into the answer."""

    code = "INVALID_ARGUMENT"
    http_status: ClassVar[int] = 400

    def __init__(self, message: str, *, headers: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(message)
        self.headers = tuple(headers)


class NoSuchPath(HttpRefusal):
    """No method is bound to the path. The path is not repeated: it may hold what a client put there by mistake."""

    code = "NOT_FOUND"
    default_reason = "NO_SUCH_PATH"
    http_status = 404

    def __init__(self) -> None:
        super().__init__("nothing is offered at this path: /docs lists what is")


class MethodNotAllowed(HttpRefusal):
    """The path exists, but not for this verb."""

    code = "UNIMPLEMENTED"
    default_reason = "METHOD_NOT_ALLOWED"
    http_status = 405

    def __init__(self, verb: str, allowed: Sequence[str]) -> None:
        listed = ", ".join(allowed)
        super().__init__(f"{verb[:16]} is not offered here: use {listed}", headers=[("allow", listed)])


class NotAcceptable(HttpRefusal):
    """None of the forms in `Accept` is offered."""

    default_reason = "NOT_ACCEPTABLE"
    http_status = 406


class RequestTimeout(HttpRefusal):
    """The client stopped sending in the middle of its body."""

    code = "DEADLINE_EXCEEDED"
    default_reason = "BODY_TIMEOUT"
    http_status = 408


class BodyTooLarge(HttpRefusal):
    """More bytes than one message may have."""

    default_reason = "BODY_TOO_LARGE"
    http_status = 413


class UnsupportedMediaType(HttpRefusal):
    """The body is of a kind that this method does not read."""

    default_reason = "UNSUPPORTED_MEDIA_TYPE"
    http_status = 415
