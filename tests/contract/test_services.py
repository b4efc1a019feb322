"""The running services: whatever comes, only documented codes answer, and nothing is left unimplemented."""

from collections.abc import AsyncIterator

import grpc
import hypothesis.strategies as st
import psutil
import pytest
import pytest_asyncio
from google.protobuf.message import Message
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from hypothesis import HealthCheck, given, settings
from monshin_kit.errors import MonshinError
from monshin_kit.methods import Method

from ..calls import caller
from ..messages import requests
from ..services import AUDIT, INSTALLED, SERVICES, Platform, Service
from . import known

pytestmark = pytest.mark.slow

EACH_RPC = [
    pytest.param(service, method, id=f"{service.name} {method.short_name}")
    for service in INSTALLED
    for method in service.methods()
]

# What an administrator may get from services that are all up. The other codes of kit's tree need a fault or another
# caller; UNKNOWN, INTERNAL and UNIMPLEMENTED are in no contract.
DOCUMENTED = {
    grpc.StatusCode.OK,
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.ALREADY_EXISTS,
    grpc.StatusCode.FAILED_PRECONDITION,
    grpc.StatusCode.ABORTED,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
}
GROWTH_LIMIT_BYTES = 256 << 20  # of the 600 MB that are sent to a service of twelve methods

fuzzed = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def filled(platform: Platform) -> AsyncIterator[Platform]:
    """The platform, holding what `known` says."""
    await known.fill(platform)
    yield platform


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_every_service_of_the_table_is_installed(service: Service) -> None:
    assert service.is_installed, f"{service.module} is missing: the tests below did not run for it"


@pytest.mark.parametrize("service", INSTALLED, ids=lambda service: service.name)
def test_health_says_serving_for_the_process_and_each_service(platform: Platform, service: Service) -> None:
    with grpc.insecure_channel(platform.processes[service.name].target) as channel:
        health = health_pb2_grpc.HealthStub(channel)
        for name in ("", "liveness", *service.protos):
            answer = health.Check(health_pb2.HealthCheckRequest(service=name), timeout=30)
            assert answer.status == health_pb2.HealthCheckResponse.SERVING


@pytest.mark.parametrize("service", INSTALLED, ids=lambda service: service.name)
def test_reflection_lists_the_services(platform: Platform, service: Service) -> None:
    with grpc.insecure_channel(platform.processes[service.name].target) as channel:
        database = ProtoReflectionDescriptorDatabase(channel)
        names = database.get_services()
    assert {*service.protos, AUDIT} <= set(names)


@pytest.mark.parametrize(("service", "method"), EACH_RPC)
def test_an_empty_request_gets_a_documented_code(filled: Platform, service: Service, method: Method) -> None:
    with caller(filled.processes[service.name]) as client:
        outcome = client.call(method, [b""])
    assert outcome.code in DOCUMENTED, outcome.words


@pytest.mark.parametrize(("service", "method"), EACH_RPC)
def test_a_call_without_a_token_is_unauthenticated(platform: Platform, service: Service, method: Method) -> None:
    with caller(platform.processes[service.name], "") as client:
        assert client.call(method, [b""]).code is grpc.StatusCode.UNAUTHENTICATED


@pytest.mark.parametrize(("service", "method"), EACH_RPC)
def test_a_caller_without_the_scope_is_denied(platform: Platform, service: Service, method: Method) -> None:
    with caller(platform.processes[service.name], "nobody") as client:
        assert client.call(method, [b""]).code is grpc.StatusCode.PERMISSION_DENIED


@pytest.mark.parametrize(("service", "method"), EACH_RPC)
def test_random_requests_get_documented_codes(filled: Platform, service: Service, method: Method) -> None:
    low, high = (0, 3) if method.takes_stream else (1, 1)
    with caller(filled.processes[service.name]) as client:

        @fuzzed
        @given(st.lists(requests(method.request_class.DESCRIPTOR, known.pools(method)), min_size=low, max_size=high))
        def ask(sent: list[Message]) -> None:
            outcome = client.call(method, sent)
            assert outcome.code in DOCUMENTED, outcome.words

        ask()


@st.composite
def _damaged(draw: st.DrawFn, messages: st.SearchStrategy[Message]) -> bytes:
    """Valid requests with some bytes changed: broken UTF-8, wrong wire types, lengths beyond the end."""
    data = bytearray(draw(messages).SerializeToString())
    for _ in range(draw(st.integers(0, 3)) if data else 0):
        data[draw(st.integers(0, len(data) - 1))] = draw(st.integers(0, 255))
    return bytes(data)


@pytest.mark.parametrize(("service", "method"), EACH_RPC)
def test_damaged_bytes_get_documented_codes(filled: Platform, service: Service, method: Method) -> None:
    with caller(filled.processes[service.name]) as client:

        @fuzzed
        @given(_damaged(requests(method.request_class.DESCRIPTOR, known.pools(method))) | st.binary(max_size=60))
        def ask(sent: bytes) -> None:
            outcome = client.call(method, [sent])
            assert outcome.code in DOCUMENTED, outcome.words

        ask()


@pytest.mark.parametrize("service", INSTALLED, ids=lambda service: service.name)
def test_the_memory_of_a_service_stays_bounded_under_it(filled: Platform, service: Service) -> None:
    """Rough: requests without end must not be kept."""
    process = psutil.Process(filled.processes[service.name].pid)
    before = process.memory_info().rss
    with caller(filled.processes[service.name]) as client:
        methods = service.methods()
        for number in range(600):
            client.call(methods[number % len(methods)], [b"\xff" * 1_000_000])
    assert process.memory_info().rss - before < GROWTH_LIMIT_BYTES


@pytest.mark.parametrize("service", INSTALLED, ids=lambda service: service.name)
def test_after_all_that_the_log_knows_no_unexpected_error(filled: Platform, service: Service) -> None:
    """Runs last in this file: an error that a stream's end hid from its caller is still in the log."""
    log = filled.processes[service.name].log()
    assert '"unexpected error"' not in log
    assert '"level": "CRITICAL"' not in log


def test_the_documented_codes_are_codes_of_our_tree() -> None:
    codes = {cls.code for cls in _all_subclasses(MonshinError)}
    assert {code.name for code in DOCUMENTED} - {"OK"} <= codes


def _all_subclasses(cls: type[MonshinError]) -> set[type[MonshinError]]:
    return {found for child in cls.__subclasses__() for found in {child, *_all_subclasses(child)}}
