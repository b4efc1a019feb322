"""Runs the gateway: `python -m monshin_gateway`."""

import asyncio
import logging
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path

import uvicorn
import uvloop
from monshin_kit import log, telemetry
from monshin_kit.channel import ChannelSettings
from monshin_kit.errors import InvalidInput, MonshinError
from monshin_kit.server_settings import ServerSettings
from monshin_kit.settings import load

from monshin_gateway.app import build
from monshin_gateway.settings import PORT, GatewaySettings

_log = logging.getLogger(__name__)


def main() -> None:
    """Serves until SIGTERM or SIGINT; exits with 1 if it cannot start."""
    server_settings = load(ServerSettings)
    log.configure(server_settings.log_level)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(server_settings, load(GatewaySettings), load(ChannelSettings)))
    except MonshinError as error:
        _log.error("cannot start: " + error.message, extra={"service": "gateway", "reason": error.reason})
        sys.exit(1)


async def _serve(server: ServerSettings, gateway: GatewaySettings, channel: ChannelSettings) -> None:
    _require_safe_address(server, gateway)
    if channel.service_token_file != Path():
        raise InvalidInput(
            "MONSHIN_SERVICE_TOKEN_FILE would lend a service's rights to callers without a token: unset it"
        )
    telemetry.use_hash_key(server.hash_key)
    provider = telemetry.start_tracing("gateway", server.otlp_endpoint, server.trace_ratio)
    telemetry.start_metrics(server.host, server.metrics_port)
    app, upstreams = build(gateway, channel, server.home)
    config = uvicorn.Config(
        app,
        host=server.host,
        port=server.port or PORT,
        log_config=None,
        access_log=False,  # paths hold resource names; the services' audit logs tell who called what
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=int(server.drain_s),
        ssl_certfile=_file(gateway.tls_certificate),
        ssl_keyfile=_file(gateway.tls_key),
    )
    _log.info("port open", extra={"service": "gateway", "port": config.port})
    http_server = _Server(config)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, http_server.leave)
    try:
        await http_server.serve()
    finally:
        await upstreams.close()
        provider.shutdown()
        _log.info("stopped", extra={"service": "gateway"})


class _Server(uvicorn.Server):
    """Drains on our signal handlers; uvicorn's own raise the signal again at the end, as if the process had crashed."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As uvicorn.Server, which calls it around its work."""
        yield

    def leave(self) -> None:
        """Takes no new request, lets running ones end."""
        self.should_exit = True


def _require_safe_address(server: ServerSettings, gateway: GatewaySettings) -> None:
    is_local = server.host == "localhost" or ip_address(server.host).is_loopback
    if gateway.dev_sign_in and not is_local:
        raise InvalidInput("MONSHIN_GATEWAY_DEV_SIGN_IN gives tokens to whoever asks: MONSHIN_HOST must be loopback")
    if not is_local and gateway.tls_certificate == Path() and not server.allow_plaintext:
        raise InvalidInput(
            f"{server.host} is not loopback: set MONSHIN_GATEWAY_TLS_CERTIFICATE and _KEY, "
            "or MONSHIN_ALLOW_PLAINTEXT=true behind an ingress that encrypts"
        )


def _file(path: Path) -> str | None:
    return str(path) if path != Path() else None


if __name__ == "__main__":
    main()
