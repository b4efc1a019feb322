"""Opens the port of remote builds beside the gRPC server, in the same process and event loop."""

import asyncio
import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from monshin_kit.errors import InvalidInput
from monshin_kit.server import Runtime
from monshin_kit.server_settings import ServerSettings
from monshin_kit.settings import variable

from monshin_ann.settings import RemoteBuildSettings

_log = logging.getLogger(__name__)

_PACKAGES = ("starlette", "uvicorn", "s3fs", "faiss", "grnnd")  # of the extra
_KEEP_ALIVE_S = 75  # OpenSearch asks every 5 s over a connection that it keeps


async def serve(runtime: Runtime, settings: RemoteBuildSettings) -> None:
    """Returns once the port is open; it closes when the service stops, and a build that runs ends with it.

    Raises InvalidInput that names the setting, or the extra, that is missing.
    """
    missing = [name for name in _PACKAGES if find_spec(name) is None]
    if missing:
        raise InvalidInput(
            f"{variable(RemoteBuildSettings, 'port')} is set, but {', '.join(missing)} is not installed: "
            "pip install 'monshin-ann[remote-build]'"
        )
    # Here, since without the port none of this needs to be installed.
    import uvicorn

    from monshin_ann.remote_build.app import Api
    from monshin_ann.remote_build.builder import Builder
    from monshin_ann.remote_build.credential import Credential
    from monshin_ann.remote_build.jobs import Jobs
    from monshin_ann.remote_build.object_store import S3Store

    class Server(uvicorn.Server):
        """Leaves signals to kit's server, which drains both ports."""

        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield

    credential = Credential.read(settings.credential_file, variable(RemoteBuildSettings, "credential_file"))
    listener = _listener(runtime.settings, settings.port)
    store = await asyncio.to_thread(S3Store, settings.s3_endpoint)
    folder = runtime.data_dir / "remote-build"
    builder = Builder(store, folder, settings.threads, settings.memory_limit_mib * 1024 * 1024)
    await asyncio.to_thread(builder.clean)
    jobs = Jobs(builder, runtime.spawn, settings.queue_limit)
    config = uvicorn.Config(
        Api(jobs, credential, runtime.outbox).app(),
        log_config=None,
        access_log=False,  # kit's access log tells who asked for what
        server_header=False,
        lifespan="off",
        timeout_keep_alive=_KEEP_ALIVE_S,
        limit_concurrency=runtime.settings.max_concurrent_rpcs,
        timeout_graceful_shutdown=int(runtime.settings.drain_s),
        # The client shows no certificate: it is known by its password.
        ssl_certfile=_file(runtime.settings.tls_certificate),
        ssl_keyfile=_file(runtime.settings.tls_key),
    )
    try:
        config.load()
    except OSError as error:
        raise InvalidInput(f"MONSHIN_TLS_CERTIFICATE or _KEY cannot be used ({type(error).__name__})") from error
    server = Server(config)
    serving = asyncio.get_running_loop().create_task(server.serve(sockets=[listener]))

    async def stop() -> None:
        server.should_exit = True
        await serving
        await asyncio.to_thread(jobs.close)

    runtime.on_stop(stop)
    _log.info("port open", extra={"service": "remote-build", "port": settings.port})


def _listener(server: ServerSettings, port: int) -> socket.socket:
    """Kit has refused addresses beyond loopback without TLS already."""
    try:
        family = socket.AF_INET6 if ":" in server.host else socket.AF_INET
        return socket.create_server((server.host.strip("[]"), port), family=family, backlog=128)
    except (OSError, OverflowError):
        name = variable(RemoteBuildSettings, "port")
        raise InvalidInput(f"{name}: {port} on {server.host} cannot be opened: is it in use?") from None


def _file(path: Path) -> str | None:
    return str(path) if path != Path() else None
