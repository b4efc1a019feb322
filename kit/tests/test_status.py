"""status: what a failed call to another service means to ours."""

import grpc
import pytest
from grpc.aio import AioRpcError, Metadata
from grpc_status import rpc_status
from monshin_kit import errors
from monshin_kit.status import from_rpc_error, to_status


def _failed(code: grpc.StatusCode, error: errors.MonshinError | None = None, text: str | None = None) -> AioRpcError:
    if error is None:
        return AioRpcError(code, Metadata(), Metadata(), text or "患者太郎")
    status = rpc_status.to_status(to_status(error))
    return AioRpcError(status.code, Metadata(), Metadata(*status.trailing_metadata), text or status.details)


KEPT = {
    grpc.StatusCode.RESOURCE_EXHAUSTED: errors.ResourceExhausted,
    grpc.StatusCode.DEADLINE_EXCEEDED: errors.DeadlineExceeded,
    grpc.StatusCode.NOT_FOUND: errors.NotFound,
    grpc.StatusCode.FAILED_PRECONDITION: errors.FailedPrecondition,
    grpc.StatusCode.ALREADY_EXISTS: errors.AlreadyExists,
    grpc.StatusCode.DATA_LOSS: errors.DataLoss,
}


@pytest.mark.parametrize("code", [code for code in grpc.StatusCode if code is not grpc.StatusCode.OK])
def test_a_callees_status_keeps_its_meaning_or_becomes_unavailable(code: grpc.StatusCode) -> None:
    """A refused token or argument between services is our own fault: our caller can do nothing about it."""
    assert type(from_rpc_error(_failed(code), "embed")) is KEPT.get(code, errors.Unavailable)


@pytest.mark.parametrize("code", [code for code in grpc.StatusCode if code is not grpc.StatusCode.OK])
def test_a_callees_words_are_dropped(code: grpc.StatusCode) -> None:
    """They may hold names that our caller must not learn."""
    assert "患者太郎" not in from_rpc_error(_failed(code), "embed").message


@pytest.mark.parametrize("cls", [errors.ResourceExhausted, errors.Unavailable])
def test_the_callees_time_to_wait_is_passed_on(cls: type[errors.ResourceExhausted | errors.Unavailable]) -> None:
    translated = from_rpc_error(_failed(grpc.StatusCode.UNKNOWN, cls("wait", 2.5)), "embed")
    assert isinstance(translated, errors.ResourceExhausted | errors.Unavailable)
    assert translated.retry_after_s == 2.5


def test_a_status_that_a_proxy_rewrote_is_still_understood() -> None:
    """grpc_status raises ValueError where the message beside the details is not the one inside them."""
    rewritten = _failed(grpc.StatusCode.UNKNOWN, errors.Unavailable("down", 2.5), text="upstream reset")
    assert isinstance(from_rpc_error(rewritten, "embed"), errors.Unavailable)
