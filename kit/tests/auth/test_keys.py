"""auth.keys: keys change and issuers fail, and callers with a good token do not notice."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from monshin_kit.auth import FileKeys, UrlKeys
from monshin_kit.auth import keys as keys_module
from monshin_kit.errors import InvalidInput, Unavailable


def _write(path: Path, *jwks: dict[str, Any]) -> None:
    # A new time stamp each time, as an edit by hand has.
    stamp = path.stat().st_mtime_ns + 1_000_000 if path.exists() else None
    path.write_text(json.dumps({"keys": list(jwks)}))
    if stamp is not None:
        os.utime(path, ns=(stamp, stamp))


def test_a_key_of_the_file_is_found(tmp_path: Path, key: Any) -> None:
    _write(tmp_path / "jwks.json", key.jwk())
    found = FileKeys(tmp_path / "jwks.json").find("one")
    assert found is not None
    assert found.algorithm_name == "EdDSA"


def test_a_rotated_file_is_read_again(tmp_path: Path, make_key: Callable[..., Any]) -> None:
    path = tmp_path / "jwks.json"
    _write(path, make_key("EdDSA", "old").jwk())
    keys = FileKeys(path)
    assert keys.find("old") is not None
    _write(path, make_key("EdDSA", "new").jwk())
    assert keys.find("new") is not None
    assert keys.find("old") is None


def test_while_a_rotated_file_is_broken_the_last_good_set_serves(tmp_path: Path, key: Any) -> None:
    """Hazard: a half-written file refused every caller, with an error that blamed the caller."""
    path = tmp_path / "jwks.json"
    _write(path, key.jwk())
    keys = FileKeys(path)
    keys.find("one")
    path.write_text('{"keys": [')
    os.utime(path, ns=(1, 1))
    assert keys.find("one") is not None


@pytest.mark.parametrize("content", [None, "", "{", "[]", '{"keys": 5}', '{"keys": [5]}', '{"certificates": []}'])
def test_without_a_key_set_the_answer_is_unavailable(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "jwks.json").write_text(content)
    with pytest.raises(Unavailable):
        FileKeys(tmp_path / "jwks.json").find("one")


def test_keys_for_other_uses_do_not_hide_ours(tmp_path: Path, make_key: Callable[..., Any]) -> None:
    """Hazard: Keycloak publishes an RSA-OAEP key for encryption beside those that sign; PyJWT cannot load it."""
    encryption = make_key("RS256", "enc").jwk(use="enc", alg="RSA-OAEP")
    unknown = {"kty": "lattice", "kid": "future"}
    _write(tmp_path / "jwks.json", encryption, unknown, {"kty": "RSA"}, make_key("ES256", "sig").jwk())
    keys = FileKeys(tmp_path / "jwks.json")
    assert keys.find("sig") is not None
    assert keys.find("enc") is None
    assert keys.find("future") is None


def test_a_key_of_the_url_is_found(issuer: Any, key: Any) -> None:
    issuer.publish(key.jwk())
    assert UrlKeys(issuer.url).find("one") is not None


def test_known_keys_cost_no_request(issuer: Any, key: Any) -> None:
    issuer.publish(key.jwk())
    keys = UrlKeys(issuer.url)
    for _ in range(50):
        keys.find("one")
    assert issuer.asked == 1


def test_an_unknown_key_id_is_looked_up_at_once(
    issuer: Any, make_key: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys_module, "RETRY_S", 0.0)
    issuer.publish(make_key("EdDSA", "old").jwk())
    keys = UrlKeys(issuer.url)
    keys.find("old")
    issuer.publish(make_key("EdDSA", "new").jwk())
    assert keys.find("new") is not None
    assert keys.find("old") is None


def test_invented_key_ids_do_not_become_requests_to_the_issuer(issuer: Any, key: Any) -> None:
    """Hazard: anyone can send tokens with random key ids, and each would ask the issuer."""
    issuer.publish(key.jwk())
    keys = UrlKeys(issuer.url)
    for number in range(50):
        assert keys.find(f"invented-{number}") is None
    assert issuer.asked == 1


def test_old_keys_are_read_again(issuer: Any, make_key: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a key that the issuer withdrew is not believed for ever."""
    monkeypatch.setattr(keys_module, "RETRY_S", 0.0)
    monkeypatch.setattr(keys_module, "REFRESH_S", 0.0)
    issuer.publish(make_key("EdDSA", "old").jwk())
    keys = UrlKeys(issuer.url)
    keys.find("old")
    issuer.publish(make_key("EdDSA", "new").jwk())
    assert keys.find("old") is None


def test_while_the_issuer_is_down_the_last_good_set_serves(
    issuer: Any, key: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys_module, "RETRY_S", 0.0)
    monkeypatch.setattr(keys_module, "REFRESH_S", 0.0)
    issuer.publish(key.jwk())
    keys = UrlKeys(issuer.url)
    keys.find("one")
    issuer.stop()
    assert keys.find("one") is not None


@pytest.mark.parametrize(
    "trouble",
    [
        {"status": 500}, {"status": 404}, {"body": b"<html>"}, {"body": b"{}"}, {"garbage": b"not HTTP at all\r\n\r\n"},
        {"redirect": "http://example.invalid/jwks.json"}, {"body": b"\xff" * 100},
    ],
    ids=str,
)  # fmt: skip
def test_an_issuer_in_trouble_is_unavailable_until_it_recovers(
    issuer: Any, key: Any, trouble: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys_module, "RETRY_S", 0.0)
    issuer.publish(key.jwk())
    good = issuer.body
    for name, value in trouble.items():
        setattr(issuer, name, value)
    keys = UrlKeys(issuer.url)
    with pytest.raises(Unavailable):
        keys.find("one")
    issuer.status, issuer.body, issuer.redirect, issuer.garbage = 200, good, "", b""
    assert keys.find("one") is not None


def test_an_issuer_that_is_down_from_the_start_is_unavailable(issuer: Any) -> None:
    issuer.stop()
    with pytest.raises(Unavailable):
        UrlKeys(issuer.url).find("one")


@pytest.mark.parametrize(
    "url",
    [
        "http://issuer.example/jwks.json", "ftp://127.0.0.1/jwks.json", "file:///etc/passwd", "127.0.0.1/jwks.json",
        "http://127.0.0.1.evil.example/jwks.json", "http://localhost.evil.example/", "http://localhost@evil.example/",
    ],
)  # fmt: skip
def test_keys_come_over_https_or_from_this_machine_only(url: str) -> None:
    """Whoever can answer for the URL can sign in as anyone."""
    with pytest.raises(InvalidInput):
        UrlKeys(url)


@pytest.mark.parametrize("url", ["https://issuer.example/jwks.json", "http://127.0.0.1:8080/x", "http://localhost/x"])
def test_these_urls_are_accepted(url: str) -> None:
    UrlKeys(url)
