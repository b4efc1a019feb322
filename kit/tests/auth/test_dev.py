"""auth.dev: a key pair of our own, made once and readable by its owner alone."""

import json
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from monshin_kit.auth import FileKeys, Roles, Verifier, dev
from monshin_kit.errors import Unavailable


def _verifier(folder: Path) -> Verifier:
    return Verifier(FileKeys(folder / dev.JWKS), Roles.load(), issuer=dev.ISSUER, audience=dev.AUDIENCE)


@pytest.mark.parametrize("role", Roles.load().names)
def test_a_token_for_a_role_is_believed_and_holds_its_scopes(tmp_path: Path, role: str) -> None:
    dev.create_keys(tmp_path)
    caller = _verifier(tmp_path).verify(dev.sign_token(tmp_path / dev.SIGNING_KEY, role))
    assert caller.subject == f"dev-{role}"
    assert caller.scopes == Roles.load().scopes([role])


def test_keys_are_made_once(tmp_path: Path) -> None:
    assert dev.create_keys(tmp_path / "keys")
    before = (tmp_path / "keys" / dev.SIGNING_KEY).read_bytes()
    assert not dev.create_keys(tmp_path / "keys")
    assert (tmp_path / "keys" / dev.SIGNING_KEY).read_bytes() == before


def test_only_its_owner_can_read_the_private_key(tmp_path: Path) -> None:
    dev.create_keys(tmp_path)
    assert stat.S_IMODE((tmp_path / dev.SIGNING_KEY).stat().st_mode) == 0o600


def test_the_key_set_holds_no_private_part(tmp_path: Path) -> None:
    dev.create_keys(tmp_path)
    (key,) = json.loads((tmp_path / dev.JWKS).read_text())["keys"]
    assert "d" not in key
    assert key["use"] == "sig"


def test_without_a_key_the_error_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="monshin keys init"):
        dev.sign_token(tmp_path / dev.SIGNING_KEY, "viewer")


def test_a_key_of_another_kind_is_named(tmp_path: Path, make_key: object) -> None:
    private = make_key("ES256").private  # type: ignore[operator]
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "x.pem").write_bytes(pem)
    with pytest.raises(Unavailable, match="not an Ed25519 key"):
        dev.sign_token(tmp_path / "x.pem", "viewer")


def test_a_secret_is_replaced_at_once(tmp_path: Path) -> None:
    dev.write_secret(tmp_path / "token", b"old")
    dev.write_secret(tmp_path / "token", b"new")
    assert (tmp_path / "token").read_bytes() == b"new"
    assert [path.name for path in tmp_path.iterdir()] == ["token"]
