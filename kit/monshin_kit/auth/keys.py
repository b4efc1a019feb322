"""Where the public keys of the token issuer come from: a file, or a URL with rotation."""

import json
import threading
import time
import urllib.request
from http.client import HTTPException
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import jwt

from monshin_kit.errors import InvalidInput, Unavailable

REFRESH_S = 300
RETRY_S = 5
TIMEOUT_S = 3


class KeySource(Protocol):
    """Finds a public key by its id."""

    def find(self, key_id: str) -> jwt.PyJWK | None:
        """The key, or None if the issuer does not publish it. May block; raises Unavailable without any key set."""


class FileKeys:
    """A JWKS file, read again when it changes; while what it holds is broken, the last good set serves."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp = -1
        self._keys: dict[str, jwt.PyJWK] = {}

    def find(self, key_id: str) -> jwt.PyJWK | None:
        """As KeySource.find."""
        try:
            stamp = self._path.stat().st_mtime_ns
            if stamp != self._stamp:
                self._keys = _parse(self._path.read_bytes())
                self._stamp = stamp
        except OSError:
            raise Unavailable(f"no key file at {self._path}: run `monshin keys init`") from None
        except InvalidInput:
            if not self._keys:
                raise Unavailable(f"{self._path} does not hold a JWKS") from None
        return self._keys.get(key_id)


class UrlKeys:
    """A JWKS URL (https, or http on loopback): read every five minutes, and at once for an unknown key id,
    but not more often than every five seconds; the last good set serves while the issuer is down."""

    def __init__(self, url: str) -> None:
        if not _is_safe(url):
            raise InvalidInput("MONSHIN_AUTH_JWKS must be a file, an https URL, or http on loopback")
        self._url = url
        self._lock = threading.Lock()
        self._keys: dict[str, jwt.PyJWK] = {}
        self._read_at = float("-inf")
        self._tried_at = float("-inf")

    def find(self, key_id: str) -> jwt.PyJWK | None:
        """As KeySource.find."""
        with self._lock:
            now = time.monotonic()
            due = key_id not in self._keys or now - self._read_at > REFRESH_S
            if due and now - self._tried_at > RETRY_S:
                self._tried_at = now
                self._refresh(now)
            if not self._keys:
                raise Unavailable("the token issuer's keys cannot be read now", RETRY_S)
            return self._keys.get(key_id)

    def _refresh(self, now: float) -> None:
        try:
            with urllib.request.urlopen(self._url, timeout=TIMEOUT_S) as answer:
                if not _is_safe(answer.geturl()):  # redirected to where anyone could answer
                    return
                self._keys = _parse(answer.read(1 << 20))
            self._read_at = now
        except (OSError, HTTPException, InvalidInput):
            pass  # the last good set serves; without one, find() says so


def _is_safe(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost"))


def _parse(data: bytes) -> dict[str, jwt.PyJWK]:
    try:
        entries = json.loads(data)["keys"]
        return {entry["kid"]: key for entry in entries if entry.get("kid") and (key := _key(entry)) is not None}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InvalidInput("the issuer's key set is not a JWKS") from None


def _key(entry: dict[str, Any]) -> jwt.PyJWK | None:
    # Issuers publish other keys too, such as for encryption; one that we cannot use must not hide the others.
    if entry.get("use", "sig") != "sig":
        return None
    try:
        return jwt.PyJWK(entry)
    except jwt.PyJWTError:
        return None
