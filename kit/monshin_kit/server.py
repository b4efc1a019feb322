"""A service's process: port first, then loading, then SERVING; SIGTERM drains.

async def start(runtime: Runtime) -> None:
    models = await runtime.executor.run(load_models, load(EmbedSettings))
    runtime.serve("monshin.embed.v1.EmbedService", EmbedServicer(models))

if __name__ == "__main__":
    run("embed", start, services=["monshin.embed.v1.EmbedService"], port=50051)
"""

import asyncio
import gc
import logging
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from monshin_kit import audit, data_lock, log, sqlite, telemetry, tls
from monshin_kit.auth import FileKeys, KeySource, Roles, UrlKeys, Verifier
from monshin_kit.call import Gate, Load
from monshin_kit.errors import InvalidInput, MonshinError
from monshin_kit.executor import Executor
from monshin_kit.heartbeat import LIVENESS
from monshin_kit.outbox import Outbox
from monshin_kit.routing import Router
from monshin_kit.rpc_metrics import RpcMetrics
from monshin_kit.server_settings import ServerSettings
from monshin_kit.settings import load
from monshin_kit.tracing import Tracing
from monshin_kit.validation import Validator

_log = logging.getLogger(__name__)

Start = Callable[["Runtime"], Awaitable[None]]
_HealthServicer: Any = health.aio.HealthServicer  # type: ignore[attr-defined]  # made at run time

_OUTBOX_BYTES = telemetry.gauge("outbox_bytes", "Size of the access log")
_QUEUE_DEPTH = telemetry.gauge("executor_waiting", "Calls waiting for a compute thread")


class Runtime:
    """What a service gets from kit while it starts and runs."""

    def __init__(self, name: str, settings: ServerSettings, outbox: Outbox, router: Router) -> None:
        self.name = name
        self.settings = settings
        self.outbox = outbox
        self.executor = Executor(workers=settings.compute_threads, queue_limit=settings.queue_limit)
        self._router = router
        self._stops = AsyncExitStack()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def data_dir(self) -> Path:
        """Where the service keeps what must last."""
        return data_dir(self.name, self.settings)

    @property
    def cache_dir(self) -> Path:
        """Where it keeps what can be made again; shared by the services of a machine."""
        return self.settings.home / "cache"

    def serve(self, service: str, servicer: object) -> None:
        """Connects a servicer to the service of this full proto name."""
        self._router.serve(service, servicer)

    def on_stop(self, stop: Callable[[], Awaitable[None]]) -> None:
        """Called after the last RPC has ended, the latest registered first; if one fails, the others still run."""
        self._stops.push_async_callback(stop)

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """A background task, cancelled when the service stops; if it fails, the log says so."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    async def close(self) -> None:
        """Ends the tasks, then runs the stops."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        try:
            await self._stops.aclose()
        finally:
            await asyncio.to_thread(self.executor.close)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("a background task failed", exc_info=error)


def run(name: str, start: Start, *, services: Sequence[str], port: int) -> None:
    """Runs a service until SIGTERM or SIGINT; exits with 1 if it cannot start.

    services: full proto names of what it offers. port: where it listens unless MONSHIN_PORT says otherwise.
    """
    log.configure("info")  # also for what the settings themselves get wrong
    try:
        settings = load(ServerSettings)
        log.configure(settings.log_level)
        sqlite.keep_temporary_files_in(data_dir(name, settings))
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(_serve(name, settings, start, services, settings.port or port))
    except MonshinError as error:
        _log.error("cannot start: " + error.message, extra={"service": name, "reason": error.reason})
        sys.exit(1)


def data_dir(name: str, settings: ServerSettings) -> Path:
    """`MONSHIN_DATA_DIR`, or `data/{service}` under the home folder."""
    return settings.data_dir if settings.data_dir != Path() else settings.home / "data" / name


async def _serve(name: str, settings: ServerSettings, start: Start, services: Sequence[str], port: int) -> None:
    telemetry.use_hash_key(settings.hash_key)
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with AsyncExitStack() as cleanup:  # in reverse order, and all of it, whatever fails
        cleanup.callback(_log.info, "stopped", extra={"service": name})
        cleanup.enter_context(data_lock.held(data_dir(name, settings)))
        tracing = telemetry.start_tracing(name, settings.otlp_endpoint, settings.trace_ratio)
        cleanup.push_async_callback(asyncio.to_thread, tracing.shutdown)
        outbox = Outbox(data_dir(name, settings) / "outbox.sqlite")
        cleanup.push_async_callback(outbox.close)
        router = Router(_gate(settings, outbox, tracing), [*services, audit.SERVICE])
        runtime = Runtime(name, settings, outbox, router)
        cleanup.push_async_callback(runtime.close)
        _OUTBOX_BYTES.set_function(outbox.size_bytes)
        _QUEUE_DEPTH.set_function(lambda: runtime.executor.depth)
        router.serve(audit.SERVICE, audit.AuditServicer(name, outbox, runtime.executor))
        server, health_servicer = await _open_port(settings, router, services, port)
        cleanup.push_async_callback(server.stop, settings.drain_s)
        cleanup.push_async_callback(health_servicer.enter_graceful_shutdown)
        telemetry.start_metrics(settings.host, settings.metrics_port)
        _log.info("port open", extra={"service": name, "port": port})
        if await _loaded(_load(runtime, start), stopping):
            for service in ("", *services):
                await health_servicer.set(service, health_pb2.HealthCheckResponse.SERVING)
            _log.info("serving", extra={"service": name})
            await stopping.wait()


async def _load(runtime: Runtime, start: Start) -> None:
    await asyncio.to_thread(runtime.outbox.open)  # a damaged one must be known before the first call
    await start(runtime)
    gc.collect()
    gc.freeze()  # the collector would walk all that was loaded again and again (40 ms with a model) and find nothing


async def _loaded(loading: Coroutine[Any, Any, None], stopping: asyncio.Event) -> bool:
    """Whether it ended before we were told to stop; raises what it raises."""
    load_task = asyncio.ensure_future(loading)
    stop_task = asyncio.ensure_future(stopping.wait())
    await asyncio.wait({load_task, stop_task}, return_when=asyncio.FIRST_COMPLETED)
    stop_task.cancel()
    if load_task.done():
        await load_task
        return True
    load_task.cancel()
    await asyncio.gather(load_task, return_exceptions=True)
    return False


async def _open_port(
    settings: ServerSettings, router: Router, services: Sequence[str], port: int
) -> tuple[grpc.aio.Server, Any]:
    server = grpc.aio.server(
        handlers=(router,),
        options=[
            ("grpc.max_receive_message_length", settings.max_message_bytes),
            ("grpc.max_send_message_length", settings.max_message_bytes),
            ("grpc.keepalive_time_ms", 30_000),
            ("grpc.keepalive_timeout_ms", 10_000),
            # As our channels do (gRPC, doc/keepalive.md: both ends must agree, or the server says too_many_pings).
            ("grpc.keepalive_permit_without_calls", 1),
            ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
            ("grpc.max_connection_age_ms", settings.max_connection_age_s * 1000),
            ("grpc.max_connection_age_grace_ms", 60_000),
            ("grpc.so_reuseport", 0),
        ],
    )
    health_servicer = _HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(health_servicer, server)
    reflection.enable_server_reflection(
        [*services, audit.SERVICE, reflection.SERVICE_NAME, health.SERVICE_NAME], server
    )
    await health_servicer.set(LIVENESS, health_pb2.HealthCheckResponse.SERVING)
    for service in ("", *services):
        await health_servicer.set(service, health_pb2.HealthCheckResponse.NOT_SERVING)
    _bind(server, settings, port)
    await server.start()
    return server, health_servicer


def _bind(server: grpc.aio.Server, settings: ServerSettings, port: int) -> None:
    address = f"{settings.host}:{port}"
    try:
        if settings.tls_certificate != Path():
            credentials = tls.server_credentials(settings.tls_ca, settings.tls_certificate, settings.tls_key)
            server.add_secure_port(address, credentials)
        elif settings.allow_plaintext or _is_loopback(settings.host):
            server.add_insecure_port(address)
        else:
            raise InvalidInput(
                f"{settings.host} is not loopback: set MONSHIN_TLS_CERTIFICATE, _KEY and _CA, "
                "or MONSHIN_ALLOW_PLAINTEXT=true behind a mesh that encrypts"
            )
    except RuntimeError:
        raise InvalidInput(f"port {port} on {settings.host} cannot be opened: is it in use?") from None


def _gate(settings: ServerSettings, outbox: Outbox, tracing: Tracing) -> Gate:
    return Gate(
        verifier=Verifier(
            _key_source(settings), _roles(settings), issuer=settings.auth_issuer, audience=settings.auth_audience
        ),
        validator=Validator(),
        outbox=outbox,
        tracing=tracing,
        metrics=RpcMetrics(),
        key_executor=Executor(workers=1, queue_limit=256, name="keys"),
        load=Load(settings.max_concurrent_rpcs),
        default_deadline_s=settings.default_deadline_s,
        stream_idle_s=settings.stream_idle_s,
    )


def _roles(settings: ServerSettings) -> Roles:
    if settings.roles_file == Path():
        return Roles.load()
    try:
        return Roles.load(settings.roles_file.read_text())
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"MONSHIN_ROLES_FILE cannot be read ({type(error).__name__})") from error


def _key_source(settings: ServerSettings) -> KeySource:
    if "://" in settings.auth_jwks:
        return UrlKeys(settings.auth_jwks)
    return FileKeys(Path(settings.auth_jwks) if settings.auth_jwks else settings.home / "keys" / "jwks.json")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    import uvloop

    return uvloop.new_event_loop
