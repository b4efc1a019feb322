"""The port speaks TLS where the service does, without asking OpenSearch for a certificate."""

import datetime
import ipaddress
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from monshin_kit.testing import eventually


@pytest.fixture
def certificate(tmp_path: Path) -> dict[str, str]:
    """Settings for one that is its own CA, valid for 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ann")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(address, critical=False)
        .sign(key, hashes.SHA256())
    )
    (tmp_path / "tls.crt").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    text = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    (tmp_path / "tls.key").write_bytes(text)
    return {
        "MONSHIN_TLS_CA": str(tmp_path / "tls.crt"),
        "MONSHIN_TLS_CERTIFICATE": str(tmp_path / "tls.crt"),
        "MONSHIN_TLS_KEY": str(tmp_path / "tls.key"),
    }


async def test_a_client_that_trusts_the_ca_is_answered_over_tls_only(
    builder_process: Callable[..., Any], connect: Callable[..., Any], store: Any, certificate: dict[str, str]
) -> None:
    process, target = builder_process(store, **certificate)
    await process.start()  # health is asked in plaintext, so the log tells when it serves
    await eventually(lambda: '"message": "serving"' in process.log(), "the service serves", limit_s=120)
    trusting = ssl.create_default_context(cafile=certificate["MONSHIN_TLS_CA"])
    client = connect(store, target.replace("http:", "https:"), verify=trusting)
    assert (await client.status("x")).status_code == 404
    with pytest.raises(httpx.HTTPError):
        await connect(store, target).status("x")
    await client.http.aclose()
    assert await process.stop() == 0
