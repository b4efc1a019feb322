"""A certificate authority for one deployment: what `monshin keys init --tls` writes for compose and test clusters.

A hospital's own CA or a mesh takes its place in production (deploy/README.md).
"""

import datetime
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from monshin_kit.auth.dev import write_secret

CA = "ca.pem"
CA_KEY = "ca-key.pem"
CA_DAYS = 3650
LEAF_DAYS = 825


def create_certificates(folder: Path, names: Sequence[str]) -> list[str]:
    """Writes `ca.pem`, `ca-key.pem` and for each name `{name}.pem`, `{name}-key.pem`; keeps those that exist.

    A certificate serves both ends of mutual TLS and is valid for the name, `localhost` and 127.0.0.1.
    Returns the file names it wrote. Keys are P-256, readable by their owner only.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    if not (folder / CA).exists():
        _create_ca(folder)
        written += [CA, CA_KEY]
    authority = x509.load_pem_x509_certificate((folder / CA).read_bytes())
    loaded = serialization.load_pem_private_key((folder / CA_KEY).read_bytes(), password=None)
    assert isinstance(loaded, ec.EllipticCurvePrivateKey), "the CA's key is made by _create_ca"
    for name in names:
        if not (folder / f"{name}.pem").exists():
            _create_leaf(folder, name, authority, loaded)
            written += [f"{name}.pem", f"{name}-key.pem"]
    return written


def _create_ca(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Monshin development CA")])
    builder = _builder(subject, subject, key.public_key(), CA_DAYS)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    _write(folder, CA, CA_KEY, builder.sign(key, hashes.SHA256()), key)


def _create_leaf(folder: Path, name: str, authority: x509.Certificate, ca_key: ec.EllipticCurvePrivateKey) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    names: list[x509.GeneralName] = [x509.DNSName(name), x509.DNSName("localhost")]
    names.append(x509.IPAddress(ip_address("127.0.0.1")))
    usage = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    builder = _builder(subject, authority.subject, key.public_key(), LEAF_DAYS)
    builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    builder = builder.add_extension(x509.ExtendedKeyUsage(usage), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    _write(folder, f"{name}.pem", f"{name}-key.pem", builder.sign(ca_key, hashes.SHA256()), key)


def _builder(
    subject: x509.Name, issuer: x509.Name, public_key: ec.EllipticCurvePublicKey, days: int
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=5))
        .not_valid_after(now + datetime.timedelta(days=days))
    )


def _write(
    folder: Path, name: str, key_name: str, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey
) -> None:
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    write_secret(folder / key_name, pem)
    (folder / name).write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
