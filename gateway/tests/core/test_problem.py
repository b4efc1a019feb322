"""Statuses as problems."""

import grpc
import pytest
from google.protobuf.any_pb2 import Any
from monshin_gateway.core import problem
from monshin_gateway.core.refusals import BodyTooLarge, HttpRefusal
from monshin_kit import errors
from monshin_kit.status import to_status

# google/rpc/code.proto names the HTTP mapping of each code in its comments; this is that list.
EXPECTED = {
    "CANCELLED": 499, "UNKNOWN": 500, "INVALID_ARGUMENT": 400, "DEADLINE_EXCEEDED": 504, "NOT_FOUND": 404,
    "ALREADY_EXISTS": 409, "PERMISSION_DENIED": 403, "UNAUTHENTICATED": 401, "RESOURCE_EXHAUSTED": 429,
    "FAILED_PRECONDITION": 400, "ABORTED": 409, "OUT_OF_RANGE": 400, "UNIMPLEMENTED": 501, "INTERNAL": 500,
    "UNAVAILABLE": 503, "DATA_LOSS": 500,
}  # fmt: skip


@pytest.mark.parametrize("code", [code for code in grpc.StatusCode if code is not grpc.StatusCode.OK])
def test_every_grpc_status_has_its_http_status_and_a_title(code: grpc.StatusCode) -> None:
    found = problem.from_status(code.name, "words", [])
    assert found.status == EXPECTED[code.name]
    assert found.to_json()["title"]
    assert found.to_json()["code"] == code.name


def test_a_code_without_a_name_counts_as_unknown() -> None:
    assert problem.from_status("SOMETHING_NEW", "", []).code == "UNKNOWN"


@pytest.mark.parametrize(
    ("error", "members"),
    [
        (
            errors.InvalidInput("too long", field="page_size", reason="int32.lte"),
            {"violations": [{"field": "pageSize", "description": "too long", "reason": "int32.lte"}]},
        ),
        (errors.NotFound("monshin/Corpus", "corpora/x"), {"resource": {"type": "monshin/Corpus", "name": "corpora/x"}}),
        (errors.ResourceExhausted("full", 1.25), {"retryAfterMs": 1250, "reason": "QUEUE_FULL"}),
        (errors.PermissionDenied("no"), {"reason": "SCOPE_MISSING", "requiredScope": "corpus.write"}),
        (errors.DataLoss("damaged", "collections/c"), {"resource": {"type": "", "name": "collections/c"}}),
    ],
)
def test_the_details_of_a_status_become_members(error: errors.MonshinError, members: dict[str, object]) -> None:
    """What kit's server sends, through its own conversion."""
    status = to_status(error)
    found = problem.from_status(error.code, status.message, status.details).for_scope("corpus.write").to_json()
    assert members.items() <= found.items()


def test_a_retry_is_told_in_whole_seconds_rounded_up() -> None:
    headers = dict(problem.from_error(errors.Unavailable("down", 1.2)).http_headers())
    assert headers["retry-after"] == "2"


def test_a_caller_without_identity_is_asked_for_a_bearer_token() -> None:
    assert dict(problem.from_error(errors.Unauthenticated("who?")).http_headers())["www-authenticate"] == "Bearer"


def test_every_error_of_the_gateway_and_of_kit_has_a_status() -> None:
    kinds: list[type[errors.MonshinError]] = [errors.MonshinError]
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        assert kind.code in problem.HTTP_STATUS
        if issubclass(kind, HttpRefusal):
            assert kind.http_status >= 400
    assert problem.from_error(BodyTooLarge("big")).status == 413


def test_foreign_details_are_left_out() -> None:
    odd = Any(type_url="type.googleapis.com/somebody.Else", value=b"secret")
    assert "secret" not in str(problem.from_status("INTERNAL", "words", [odd]).to_json())
