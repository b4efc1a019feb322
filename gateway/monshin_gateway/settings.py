"""The gateway's own settings; address, home folder and telemetry are those of every service (kit's ServerSettings)."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from monshin_kit.settings import setting

PORT = 8080
UPSTREAMS = ("embed=127.0.0.1:50051", "ann=127.0.0.1:50052", "factcheck=127.0.0.1:50053")


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """Read once in `__main__`."""

    prefix: ClassVar[str] = "MONSHIN_GATEWAY_"

    upstreams: tuple[str, ...] = setting(UPSTREAMS, "the services, as name=host:port, separated by spaces")
    cors_origins: tuple[str, ...] = setting((), "origins whose pages may call the API, such as https://ehr.example")
    tls_certificate: Path = setting(Path(), "certificate for HTTPS; empty: plain HTTP, loopback only")
    tls_key: Path = setting(Path(), "the certificate's private key")
    dev_sign_in: bool = setting(False, "POST /dev/token gives tokens for any role, on loopback; never in production")
    dev_key: Path = setting(Path(), "private key that signs them; empty: keys/signing.pem in the home folder")
    dev_token_s: int = setting(3600, "how long such a token is valid", unit="s")
    demo_dir: Path = setting(Path(), "folder with the demonstration corpus (`corpus/*.jsonl`); empty: none is offered")
