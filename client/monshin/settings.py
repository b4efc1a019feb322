"""Where the services are, and who calls them."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from monshin_kit.settings import setting


@dataclass(frozen=True, slots=True)
class ClientSettings:
    """Read by the command line and by `Client()`."""

    prefix: ClassVar[str] = "MONSHIN_"

    home: Path = setting(Path(".monshin"), "folder of keys, caches, data and logs of this machine")
    embed_target: str = setting("127.0.0.1:50051", "host:port of embed; `monshin up` starts it there")
    ann_target: str = setting("127.0.0.1:50052", "host:port of ann")
    factcheck_target: str = setting("127.0.0.1:50053", "host:port of factcheck")
    gateway_target: str = setting("127.0.0.1:8080", "host:port of the gateway")
    token: str = setting("", "bearer token; empty: one signed with this machine's development key")

    def targets(self) -> dict[str, str]:
        """The gRPC services by name."""
        return {"embed": self.embed_target, "ann": self.ann_target, "factcheck": self.factcheck_target}
