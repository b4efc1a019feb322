"""errors and status: the tree in the docstring is the tree of classes, and each class has its status."""

import re
from collections.abc import Iterator

import grpc
import pytest
from google.protobuf.message import Message
from google.rpc import code_pb2, error_details_pb2
from hypothesis import given
from hypothesis import strategies as st
from monshin_kit import errors
from monshin_kit.status import DOMAIN, to_status

_DRAWN = re.compile(r"^[├└]── (\w+) +([A-Z_]+)(?: +(\w+))?", re.MULTILINE)
DRAWN = {name: (code, detail) for name, code, detail in _DRAWN.findall(errors.__doc__ or "")}

ONE_OF_EACH: list[errors.MonshinError] = [
    errors.InvalidInput("dim is 3, must be 384", field="vectors.dim", reason="uint32.lte"),
    errors.NotFound("Collection", "collections/notes"),
    errors.AlreadyExists("Collection", "collections/notes"),
    errors.FailedPrecondition("another fingerprint", reason="FINGERPRINT"),
    errors.Aborted("the etag is stale"),
    errors.Unauthenticated("no token"),
    errors.PermissionDenied("no scope"),
    errors.ResourceExhausted("full", 2.5),
    errors.Unavailable("down", 0.25),
    errors.DeadlineExceeded("late"),
    errors.DataLoss("damaged", "collections/notes", "Collection"),
]


def _public_classes(root: type[errors.MonshinError]) -> Iterator[type[errors.MonshinError]]:
    for cls in root.__subclasses__():
        if cls.__module__ == errors.__name__:
            if not cls.__name__.startswith("_"):
                yield cls
            yield from _public_classes(cls)


def _details(error: errors.MonshinError) -> dict[str, Message]:
    found: dict[str, Message] = {}
    for packed in to_status(error).details:
        name = packed.TypeName().rsplit(".", 1)[1]
        message = getattr(error_details_pb2, name)()
        packed.Unpack(message)
        found[name] = message
    return found


def test_the_drawn_tree_names_exactly_the_classes() -> None:
    assert set(DRAWN) == {cls.__name__ for cls in _public_classes(errors.MonshinError)}


def test_one_of_each_class_is_tested() -> None:
    assert {type(error) for error in ONE_OF_EACH} == set(_public_classes(errors.MonshinError))


@pytest.mark.parametrize("error", ONE_OF_EACH, ids=lambda error: type(error).__name__)
def test_each_class_has_the_status_and_details_that_the_tree_draws(error: errors.MonshinError) -> None:
    code, detail = DRAWN[type(error).__name__]
    assert code == error.code
    assert grpc.StatusCode[code].value[0] == to_status(error).code == code_pb2.Code.Value(code)
    assert set(_details(error)) == {"ErrorInfo"} | ({detail} - {"", "ErrorInfo"})


@pytest.mark.parametrize("error", ONE_OF_EACH, ids=lambda error: type(error).__name__)
def test_every_status_carries_a_word_for_programs(error: errors.MonshinError) -> None:
    info = _details(error)["ErrorInfo"]
    assert isinstance(info, error_details_pb2.ErrorInfo)
    assert (info.reason, info.domain) == (error.reason, DOMAIN)
    assert error.reason


def test_a_refused_field_is_named_with_its_rule() -> None:
    details = _details(errors.InvalidInput("dim is 3, must be 384", field="vectors.dim", reason="uint32.lte"))
    request = details["BadRequest"]
    assert isinstance(request, error_details_pb2.BadRequest)
    (violation,) = request.field_violations
    assert (violation.field, violation.reason) == ("vectors.dim", "uint32.lte")


def test_the_message_tells_three_violations_and_counts_the_rest() -> None:
    error = errors.InvalidInput.of([errors.Violation(f"f{number}", "bad") for number in range(20)])
    assert error.message == "f0: bad; f1: bad; f2: bad; and 17 more"
    assert len(error.violations) == 20


def test_several_violations_become_one_error_that_lists_them() -> None:
    broken = [errors.Violation("a", "too long", "r1"), errors.Violation("", "both given", "r2")]
    error = errors.InvalidInput.of(broken)
    assert error.violations == tuple(broken)
    assert error.message == "a: too long; both given"


@given(st.floats(min_value=0.001, max_value=3600))
def test_the_time_to_wait_before_a_retry_reaches_the_caller(seconds: float) -> None:
    retry = _details(errors.Unavailable("down", seconds))["RetryInfo"]
    assert isinstance(retry, error_details_pb2.RetryInfo)
    assert retry.retry_delay.ToMilliseconds() == pytest.approx(seconds * 1000, abs=0.51)


@pytest.mark.parametrize("cls", [errors.NotFound, errors.AlreadyExists])
@pytest.mark.parametrize("name", ["患者太郎", "collections/患者太郎", "a b", "a\nb", "x" * 301])
def test_a_name_that_cannot_be_a_resource_is_not_repeated(
    cls: type[errors.NotFound | errors.AlreadyExists], name: str
) -> None:
    """Somebody may paste a patient's name where an id belongs; an error must not carry it on."""
    assert name.encode() not in to_status(cls("Collection", name)).SerializeToString()


@pytest.mark.parametrize("cls", [errors.NotFound, errors.AlreadyExists])
def test_a_real_resource_name_is_named(cls: type[errors.NotFound | errors.AlreadyExists]) -> None:
    error = cls("Collection", "collections/notes-2")
    assert "collections/notes-2" in error.message
    info = _details(error)["ResourceInfo"]
    assert isinstance(info, error_details_pb2.ResourceInfo)
    assert (info.resource_type, info.resource_name) == ("Collection", "collections/notes-2")
