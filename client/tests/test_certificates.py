"""The certificate authority of compose and of test clusters."""

import ssl
import stat
from pathlib import Path

from cryptography import x509
from monshin.certificates import CA, create_certificates


def test_a_certificate_is_verified_by_its_ca_and_covers_its_name(tmp_path: Path) -> None:
    """The library's own verifier is the oracle."""
    create_certificates(tmp_path, ["ann"])
    authority = x509.load_pem_x509_certificate((tmp_path / CA).read_bytes())
    leaf = x509.load_pem_x509_certificate((tmp_path / "ann.pem").read_bytes())
    leaf.verify_directly_issued_by(authority)
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["ann", "localhost"]
    ssl.create_default_context(cafile=str(tmp_path / CA)).load_cert_chain(
        tmp_path / "ann.pem", tmp_path / "ann-key.pem"
    )


def test_private_keys_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    """The CA's too."""
    create_certificates(tmp_path, ["ann"])
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("*-key.pem")} == {0o600}


def test_a_second_run_keeps_what_exists(tmp_path: Path) -> None:
    """Only the new name is written, by the same CA."""
    create_certificates(tmp_path, ["ann"])
    before = (tmp_path / "ann.pem").read_bytes()
    assert create_certificates(tmp_path, ["ann", "embed"]) == ["embed.pem", "embed-key.pem"]
    assert (tmp_path / "ann.pem").read_bytes() == before
