"""Mutual TLS: credentials out of three files."""

from pathlib import Path

import grpc

from monshin_kit.errors import InvalidInput


def server_credentials(ca: Path, certificate: Path, key: Path) -> grpc.ServerCredentials:
    """Asks every client for a certificate of our CA. Raises InvalidInput if a file cannot be read."""
    pair = (_read(key, "MONSHIN_TLS_KEY"), _read(certificate, "MONSHIN_TLS_CERTIFICATE"))
    return grpc.ssl_server_credentials([pair], _read(ca, "MONSHIN_TLS_CA"), require_client_auth=True)


def channel_credentials(ca: Path, certificate: Path, key: Path) -> grpc.ChannelCredentials:
    """Trusts our CA alone and shows our certificate. Raises InvalidInput if a file cannot be read."""
    return grpc.ssl_channel_credentials(
        _read(ca, "MONSHIN_TLS_CA"), _read(key, "MONSHIN_TLS_KEY"), _read(certificate, "MONSHIN_TLS_CERTIFICATE")
    )


def _read(path: Path, variable: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{variable}: {path} cannot be read ({type(error).__name__})", field=variable) from error
