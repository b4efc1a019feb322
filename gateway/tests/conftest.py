"""What the tests of the gateway share: peers behind it, and its own process."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from monshin_gateway.testing import GatewayProcess

sys.path.insert(0, str(Path(__file__).parent / "peers"))

from echo_peer import EchoPeer

SERVICES = ("embed", "ann", "factcheck")


@pytest.fixture(scope="session")
def echo() -> Iterator[EchoPeer]:
    """A gRPC server that knows every method of the platform, records each request and answers with filled messages."""
    with EchoPeer() as peer:
        yield peer


@pytest.fixture(scope="session")
def gateway(echo: EchoPeer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    """A gateway in front of the echo peer."""
    home = tmp_path_factory.mktemp("gateway")
    with GatewayProcess(home, dict.fromkeys(SERVICES, echo.target)) as process:
        yield process
