"""Issuers of tokens, with keys of each kind."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import get_default_algorithms

ISSUER = "https://issuer.example"
AUDIENCE = "monshin"


@dataclass(frozen=True, slots=True)
class IssuerKey:
    """A private key, its id and the algorithm it signs with."""

    algorithm: str
    key_id: str
    private: Any

    def jwk(self, **changes: str) -> dict[str, Any]:
        """The public half, as a JWKS holds it."""
        public = json.loads(get_default_algorithms()[self.algorithm].to_jwk(self.private.public_key()))
        return {**public, "kid": self.key_id, "alg": self.algorithm, "use": "sig", **changes}

    def sign(self, *, algorithm: str = "", key_id: str | None = None, **changes: Any) -> str:
        """A token with the usual claims; a change to None leaves the claim out."""
        now = int(time.time())
        claims = {
            "iss": ISSUER, "aud": AUDIENCE, "sub": "tanaka", "roles": ["clinician"],
            "iat": now, "nbf": now, "exp": now + 600, **changes,
        }  # fmt: skip
        present = {name: value for name, value in claims.items() if value is not None}
        kid = self.key_id if key_id is None else key_id
        return jwt.encode(present, self.private, algorithm=algorithm or self.algorithm, headers={"kid": kid})


def new_key(algorithm: str, key_id: str = "one") -> IssuerKey:
    """A fresh key pair for RS256, ES256 or EdDSA."""
    private: Any
    match algorithm:
        case "RS256":
            private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        case "ES256":
            private = ec.generate_private_key(ec.SECP256R1())
        case _:
            private = ed25519.Ed25519PrivateKey.generate()
    return IssuerKey(algorithm, key_id, private)


@pytest.fixture
def make_key() -> Any:
    """As new_key."""
    return new_key


@pytest.fixture
def key() -> IssuerKey:
    """An Ed25519 key."""
    return new_key("EdDSA")


@dataclass(slots=True)
class Issuer:
    """A JWKS over HTTP; what it answers can be changed, and it counts how often it is asked."""

    port: int = 0
    status: int = 200
    body: bytes = b""
    redirect: str = ""
    asked: int = 0
    garbage: bytes = b""
    server: ThreadingHTTPServer | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """Of the key set."""
        return f"http://127.0.0.1:{self.port}/jwks.json"

    def publish(self, *keys: dict[str, Any]) -> None:
        """Answers with these keys from now on."""
        self.body = json.dumps({"keys": list(keys)}).encode()

    def stop(self) -> None:
        """As an issuer that is down: connections are refused."""
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
            self.server = None


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    """Running on a free port."""
    issuer = Issuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            issuer.asked += 1
            if issuer.garbage:
                self.wfile.write(issuer.garbage)
                return
            self.send_response(302 if issuer.redirect else issuer.status)
            if issuer.redirect:
                self.send_header("Location", issuer.redirect)
            self.send_header("Content-Length", str(len(issuer.body)))
            self.end_headers()
            self.wfile.write(issuer.body)

        def log_message(self, *_: object) -> None:
            pass

    issuer.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer.port = issuer.server.server_address[1]
    Thread(target=issuer.server.serve_forever, daemon=True).start()
    yield issuer
    issuer.stop()
