"""What `monshin up` starts."""

from dataclasses import dataclass, field
from pathlib import Path

from monshin.settings import ClientSettings


@dataclass(frozen=True, slots=True)
class Unit:
    """One process. after: units that must serve before it starts. speaks_http: asked for /readyz, not gRPC health.

    module: run by Python; argv: the command instead. target: empty where nobody calls it; it then serves once `socket`
    takes connections, or, without one, while it lives.
    """

    name: str
    module: str = ""
    target: str = ""
    after: tuple[str, ...] = ()
    speaks_http: bool = False
    env: dict[str, str] = field(default_factory=dict)
    argv: tuple[str, ...] = ()
    socket: str = ""

    @property
    def port(self) -> int:
        """Of its target."""
        return int(self.target.rsplit(":", 1)[1])


def units(settings: ClientSettings) -> list[Unit]:
    """All services of this version, those first that others need."""
    targets = settings.targets()
    demo = Path.cwd() / "demo"
    return [
        Unit("embed", "monshin_embed", settings.embed_target),
        Unit("ann", "monshin_ann", settings.ann_target),
        Unit(
            "factcheck", "monshin_factcheck", settings.factcheck_target, after=("embed", "ann"),
            env={f"MONSHIN_FACTCHECK_{name.upper()}_TARGET": targets[name] for name in ("embed", "ann")},
        ),
        Unit(
            "gateway", "monshin_gateway", settings.gateway_target, after=("factcheck",), speaks_http=True,
            env={
                "MONSHIN_GATEWAY_UPSTREAMS": " ".join(f"{name}={target}" for name, target in targets.items()),
                "MONSHIN_GATEWAY_DEV_SIGN_IN": "true",
                **({"MONSHIN_GATEWAY_DEMO_DIR": str(demo)} if demo.is_dir() else {}),
            },
        ),
    ]  # fmt: skip
