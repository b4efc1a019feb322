"""A call that failed, as the problem that the client gets."""

import grpc
from grpc_status import rpc_status

from monshin_gateway.core.methods import Method
from monshin_gateway.core.problem import Problem, from_status


class CallFailed(Exception):
    """A gRPC call ended with a status other than OK."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def failed(error: grpc.aio.AioRpcError, method: Method) -> CallFailed:
    """The failure of a call to `method`."""
    return CallFailed(_problem(error).for_scope(method.scope))


def _problem(error: grpc.aio.AioRpcError) -> Problem:
    code = error.code()
    try:
        status = rpc_status.from_call(error)  # type: ignore[arg-type]
    except ValueError:
        status = None  # details that contradict the status: a broken peer
    if status is None and code is grpc.StatusCode.UNAVAILABLE:
        # Without details the words are gRPC's own, with addresses in them.
        return Problem("UNAVAILABLE", "the service does not answer now", "UNAVAILABLE", retry_after_ms=1000)
    return from_status(code.name, error.details() or "", status.details if status else ())
