"""The real services, each in its process, for tests across them."""

from contextlib import AsyncExitStack
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Self

from monshin_kit.methods import Method, of_service
from monshin_kit.testing import ServiceProcess, free_port
from monshin_kit.testing.protos import all_services

EMBED_CACHE = Path(__file__).parents[1] / ".cache" / "embed"  # converting a model takes half a minute
AUDIT = "monshin.audit.v1.AuditService"


@dataclass(frozen=True, slots=True)
class Service:
    """module: started by `python -m`. protos: full names of what it offers beside its access log."""

    name: str
    module: str
    protos: tuple[str, ...]

    @property
    def is_installed(self) -> bool:
        """Whether its program is there."""
        return find_spec(self.module) is not None and find_spec(f"{self.module}.__main__") is not None

    def methods(self) -> list[Method]:
        """All its RPCs, the access log's included."""
        all_services()  # imports the stubs
        return [method for proto in (*self.protos, AUDIT) for method in of_service(proto)]


SERVICES = (
    Service("embed", "monshin_embed", ("monshin.embed.v1.EmbedService",)),
    Service(
        "ann",
        "monshin_ann",
        ("monshin.ann.v1.AnnService", "monshin.ann.v1.IndexService", "monshin.ann.v1.ShardedIndexService"),
    ),
    Service(
        "factcheck",
        "monshin_factcheck",
        (
            "monshin.factcheck.v1.CorpusService",
            "monshin.factcheck.v1.FactcheckService",
            "monshin.factcheck.v1.ExplainService",
            "monshin.factcheck.v1.ResultService",
        ),
    ),
)
INSTALLED = tuple(service for service in SERVICES if service.is_installed)


class Platform:
    """All installed services in one home; metrics on, further settings for all of them in `env`."""

    def __init__(self, home: Path, **env: str) -> None:
        self.home = home
        self.processes: dict[str, ServiceProcess] = {}
        self.metrics_ports: dict[str, int] = {}
        self._env = env
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        for service in INSTALLED:
            targets = {
                f"MONSHIN_{service.name.upper()}_{name.upper()}_TARGET": process.target
                for name, process in self.processes.items()
            }
            port = free_port()
            env = {
                "MONSHIN_METRICS_PORT": str(port),
                "MONSHIN_EMBED_CACHE_DIR": str(EMBED_CACHE),
                **targets,
                **self._env,
            }
            process = ServiceProcess(service.module, self.home, env)
            await self._stack.enter_async_context(process)
            self.processes[service.name] = process
            self.metrics_ports[service.name] = port
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, stack: TracebackType | None
    ) -> None:
        await self._stack.aclose()
