"""A key pair of our own, for one machine: no identity provider is needed to develop or to demonstrate.

Never for production: whoever reads the key file may act as anyone.
"""

import json
import os
import time
from pathlib import Path

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm

from monshin_kit.errors import Unavailable

ISSUER = "monshin-dev"
AUDIENCE = "monshin"
SIGNING_KEY = "signing.pem"
JWKS = "jwks.json"


def create_keys(folder: Path) -> bool:
    """Writes `signing.pem` (mode 0600) and `jwks.json` unless they exist; tells whether it did."""
    if (folder / SIGNING_KEY).exists() and (folder / JWKS).exists():
        return False
    folder.mkdir(parents=True, exist_ok=True)
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    write_secret(folder / SIGNING_KEY, pem)
    public = json.loads(OKPAlgorithm.to_jwk(key.public_key()))
    public.update(kid=_key_id(key), alg="EdDSA", use="sig")
    (folder / JWKS).write_text(json.dumps({"keys": [public]}, indent=2))
    return True


def sign_token(key_path: Path, role: str, ttl_s: int = 3600, *, subject: str = "") -> str:
    """A token for `role` that ends after `ttl_s` seconds. Raises Unavailable if there is no key."""
    try:
        key = serialization.load_pem_private_key(key_path.read_bytes(), password=None)
    except OSError:
        raise Unavailable(f"no signing key at {key_path}: run `monshin keys init`") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise Unavailable(f"{key_path} is not an Ed25519 key: run `monshin keys init` in an empty folder")
    now = int(time.time())
    claims = {
        "iss": ISSUER, "aud": AUDIENCE, "sub": subject or f"dev-{role}", "roles": [role],
        "iat": now, "nbf": now, "exp": now + ttl_s,
    }  # fmt: skip
    return jwt.encode(claims, key, algorithm="EdDSA", headers={"kid": _key_id(key)})


def write_secret(path: Path, data: bytes) -> None:
    """Writes a file that only its owner can read; replaces an older one at once."""
    fresh = path.with_name(path.name + ".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
    os.replace(fresh, path)


def _key_id(key: Ed25519PrivateKey) -> str:
    raw = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return raw.hex()[:16]
