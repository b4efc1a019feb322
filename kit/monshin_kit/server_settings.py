"""The settings that every service has."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from monshin_kit.settings import setting


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """Read by `monshin_kit.server.run`."""

    prefix: ClassVar[str] = "MONSHIN_"

    host: str = setting("127.0.0.1", "address to listen on; anything but loopback needs TLS")
    port: int = setting(0, "port to listen on; 0: the service's own")
    metrics_port: int = setting(0, "port of Prometheus /metrics; 0: off")
    home: Path = setting(Path(".monshin"), "folder of keys, caches and data")
    data_dir: Path = setting(Path(), "folder of what must last; empty: data/{service} under the home folder")
    log_level: str = setting("info", "debug, info, warning or error")
    hash_key: str = setting("", "key of the hashes that stand for resource names in logs and spans; empty: a new one")
    otlp_endpoint: str = setting("", "where spans go, such as http://127.0.0.1:4317; empty: nowhere")
    trace_ratio: float = setting(1.0, "share of new traces that are recorded, 0 to 1")
    auth_jwks: str = setting("", "public keys of the token issuer: file or https URL; empty: keys/jwks.json in home")
    auth_issuer: str = setting("monshin-dev", "the `iss` that tokens must carry")
    auth_audience: str = setting("monshin", "the `aud` that tokens must carry")
    roles_file: Path = setting(Path(), "a YAML file role → scopes; empty: the bundled one")
    tls_ca: Path = setting(Path(), "CA that clients' certificates must come from")
    tls_certificate: Path = setting(Path(), "the server's certificate; empty: plaintext, loopback only")
    tls_key: Path = setting(Path(), "the certificate's private key")
    allow_plaintext: bool = setting(False, "listen without TLS beyond loopback (behind a mesh that encrypts)")
    max_message_bytes: int = setting(8 * 1024 * 1024, "largest message taken or sent", unit="bytes")
    max_concurrent_rpcs: int = setting(1000, "calls at the same time; more are refused", unit="calls")
    max_connection_age_s: int = setting(1800, "connections are renewed after this, so that load spreads", unit="s")
    default_deadline_s: float = setting(30.0, "deadline of a unary call that brings none", unit="s")
    stream_idle_s: float = setting(600.0, "a stream from a client ends after this much silence", unit="s")
    drain_s: float = setting(20.0, "time for running calls to end after SIGTERM", unit="s")
    compute_threads: int = setting(1, "threads for compute beside the event loop", unit="threads")
    queue_limit: int = setting(256, "calls that may wait for a compute thread", unit="calls")
