"""server and channel: mutual TLS, with certificates made here."""

import datetime
import ipaddress
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from monshin_kit import tls
from monshin_kit.channel import ChannelSettings, connect
from monshin_kit.testing import ServiceProcess, eventually
from monshin_protos.embed.v1 import embed_pb2, embed_pb2_grpc

pytestmark = pytest.mark.slow  # each test starts a process
Make = Callable[..., ServiceProcess]


@dataclass(frozen=True, slots=True)
class Authority:
    """A CA that writes pairs of certificate and key."""

    folder: Path
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def new(cls, folder: Path) -> "Authority":
        """With a key of its own; `ca.crt` lies in the folder."""
        folder.mkdir()
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, folder.name)])
        constraints = x509.BasicConstraints(ca=True, path_length=None)
        certificate = _builder(name, name, key).add_extension(constraints, critical=True).sign(key, hashes.SHA256())
        (folder / "ca.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        return cls(folder, key, certificate)

    def issue(self, name: str) -> tuple[Path, Path]:
        """Certificate and key for 127.0.0.1."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        builder = _builder(subject, self.certificate.subject, key).add_extension(address, critical=False)
        certificate = builder.sign(self.key, hashes.SHA256())
        paths = self.folder / f"{name}.crt", self.folder / f"{name}.key"
        paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        paths[1].write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return paths


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
    )


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """The CA of the service."""
    return Authority.new(tmp_path / "ours")


@pytest.fixture
async def service(sample: Make, authority: Authority) -> AsyncIterator[ServiceProcess]:
    """Started with TLS; ServiceProcess itself asks health in plaintext, so the log tells when it serves."""
    certificate, key = authority.issue("server")
    service = sample(
        MONSHIN_TLS_CA=str(authority.folder / "ca.crt"),
        MONSHIN_TLS_CERTIFICATE=str(certificate),
        MONSHIN_TLS_KEY=str(key),
    )
    await service.start()
    await eventually(lambda: '"message": "serving"' in service.log(), "the service serves")
    yield service
    await service.stop()


def _settings(trusted: Authority, issuer: Authority) -> ChannelSettings:
    certificate, key = issuer.issue("client")
    return ChannelSettings(tls_ca=trusted.folder / "ca.crt", tls_certificate=certificate, tls_key=key)


async def _list_models(channel: grpc.aio.Channel) -> embed_pb2.ListModelsResponse:
    stub = embed_pb2_grpc.EmbedServiceStub(channel)
    answer: embed_pb2.ListModelsResponse = await stub.ListModels(embed_pb2.ListModelsRequest(), timeout=10)
    return answer


async def test_a_client_with_a_certificate_of_our_ca_is_served(service: ServiceProcess, authority: Authority) -> None:
    settings = _settings(authority, authority)
    async with connect(service.target, [], settings, lambda: service.token("viewer")) as channel:
        assert (await _list_models(channel)).models


async def test_a_certificate_does_not_replace_a_token(service: ServiceProcess, authority: Authority) -> None:
    async with connect(service.target, [], _settings(authority, authority)) as channel:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await _list_models(channel)
    assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED


async def _is_turned_away(channel: grpc.aio.Channel, service: ServiceProcess) -> bool:
    stub = embed_pb2_grpc.EmbedServiceStub(channel)
    metadata = (("authorization", f"Bearer {service.token('administrator')}"),)
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await stub.ListModels(embed_pb2.ListModelsRequest(), timeout=10, metadata=metadata)
    return caught.value.code() is grpc.StatusCode.UNAVAILABLE


async def test_a_client_without_a_certificate_is_turned_away(service: ServiceProcess, authority: Authority) -> None:
    credentials = grpc.ssl_channel_credentials((authority.folder / "ca.crt").read_bytes())
    async with grpc.aio.secure_channel(service.target, credentials) as channel:
        assert await _is_turned_away(channel, service)


async def test_a_client_with_a_certificate_of_another_ca_is_turned_away(
    service: ServiceProcess, authority: Authority, tmp_path: Path
) -> None:
    stranger = Authority.new(tmp_path / "theirs")
    async with connect(service.target, [], _settings(authority, stranger)) as channel:
        assert await _is_turned_away(channel, service)


async def test_a_server_of_another_ca_is_not_trusted(
    service: ServiceProcess, authority: Authority, tmp_path: Path
) -> None:
    stranger = Authority.new(tmp_path / "theirs")
    async with connect(service.target, [], _settings(stranger, authority)) as channel:
        assert await _is_turned_away(channel, service)


async def test_plaintext_is_turned_away(service: ServiceProcess) -> None:
    async with grpc.aio.insecure_channel(service.target) as channel:
        assert await _is_turned_away(channel, service)


def test_credentials_are_made_of_three_files(authority: Authority) -> None:
    files: Any = (authority.folder / "ca.crt", *authority.issue("x"))
    assert tls.server_credentials(*files)
    assert tls.channel_credentials(*files)
