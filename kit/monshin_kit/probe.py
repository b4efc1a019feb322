"""Asks the process beside it whether it serves: the health command of containers and the exec probe of Kubernetes.

`python -m monshin_kit.probe [NAME]` asks gRPC health for NAME (default: all of the process) on 127.0.0.1:MONSHIN_PORT,
with mutual TLS if MONSHIN_TLS_CA is set; a name that starts with https:// or http:// is fetched instead. Exit status:
0 serving, 1 not, 2 wrong usage. Kubelet's own gRPC probe shows no client certificate, so our servers turn it away.
"""

import ssl
import sys
import urllib.request
from pathlib import Path

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from monshin_kit import tls
from monshin_kit.errors import InvalidInput, MonshinError
from monshin_kit.server_settings import ServerSettings
from monshin_kit.settings import load

TIMEOUT_S = 5.0


def ask(name: str, settings: ServerSettings) -> str:
    """The state in a word: `SERVING`, or what was answered instead.

    Raises InvalidInput if the settings do not say where to ask.
    """
    return _fetch(name, settings) if name.startswith(("https://", "http://")) else _check(name, settings)


def _check(name: str, settings: ServerSettings) -> str:
    if not settings.port:
        raise InvalidInput("MONSHIN_PORT is not set: name the port of the service to ask", field="MONSHIN_PORT")
    with _channel(f"127.0.0.1:{settings.port}", settings) as channel:
        try:
            request = health_pb2.HealthCheckRequest(service=name)
            answer = health_pb2_grpc.HealthStub(channel).Check(request, timeout=TIMEOUT_S)
        except grpc.RpcError as error:
            return str(error.code().name)
        return str(health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status))


def _channel(target: str, settings: ServerSettings) -> grpc.Channel:
    if settings.tls_ca == Path():
        return grpc.insecure_channel(target)
    credentials = tls.channel_credentials(settings.tls_ca, settings.tls_certificate, settings.tls_key)
    return grpc.secure_channel(target, credentials)


def _fetch(url: str, settings: ServerSettings) -> str:
    ca = None if settings.tls_ca == Path() else str(settings.tls_ca)
    try:
        # A proxy of the environment must not answer for the process beside us.
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=ca))
        )
        with opener.open(url, timeout=TIMEOUT_S) as answer:
            return "SERVING" if answer.status == 200 else f"HTTP {answer.status}"
    except OSError as error:
        return f"{type(error).__name__}: {error}"


def main(arguments: list[str]) -> int:
    """Prints the state if it is not SERVING."""
    if len(arguments) > 1:
        sys.stderr.write("usage: python -m monshin_kit.probe [NAME | URL]\n")
        return 2
    try:
        state = ask(arguments[0] if arguments else "", load(ServerSettings))
    except MonshinError as error:
        sys.stderr.write(error.message + "\n")
        return 2
    if state != "SERVING":
        sys.stderr.write(state + "\n")
    return 0 if state == "SERVING" else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
