"""The one credential of the port: basic authentication, as OpenSearch's client sends it."""

import base64
import binascii
import hmac
from dataclasses import dataclass
from pathlib import Path

from monshin_kit.errors import InvalidInput

MIN_PASSWORD = 12


@dataclass(frozen=True, slots=True)
class Credential:
    """user: as the access log names the caller. secret: `user:password` in ISO-8859-1, as the client encodes it."""

    user: str
    secret: bytes

    @classmethod
    def read(cls, path: Path, variable: str) -> "Credential":
        """From a file with one line, `user:password`. Raises InvalidInput that names the variable, not the content."""
        if path == Path():
            raise InvalidInput(f"{variable} is empty: the port of remote builds opens with a credential only")
        try:
            line = path.read_text(encoding="utf-8").strip("\r\n")
            secret = line.encode("latin-1")
        except OSError as error:
            raise InvalidInput(f"{variable}: the file cannot be read ({type(error).__name__})") from error
        except UnicodeError:
            raise InvalidInput(f"{variable}: OpenSearch can send characters of ISO-8859-1 only") from None
        user, separator, password = line.partition(":")
        if not user or not separator or len(password) < MIN_PASSWORD or not line.isprintable():
            raise InvalidInput(
                f"{variable}: the file must hold one line, user:password, {MIN_PASSWORD} characters of password or more"
            )
        return cls(user, secret)

    def is_of(self, authorization: bytes) -> bool:
        """Whether an `Authorization` header carries it; compared in a time that tells nothing of it."""
        scheme, _, token = authorization.partition(b" ")
        try:
            sent = base64.b64decode(token.strip(), validate=True)
        except binascii.Error:
            sent = b""
        return hmac.compare_digest(sent, self.secret) and scheme.lower() == b"basic"

    def __repr__(self) -> str:
        """Without the secret: a value may end up in a trace."""
        return f"Credential({self.user!r})"
