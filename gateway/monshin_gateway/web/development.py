"""Signing in without an identity provider, and the demonstration corpus: on one's own machine only."""

import logging
import re
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from monshin_kit.auth import Roles
from monshin_kit.auth.dev import sign_token
from monshin_kit.errors import InvalidInput, PermissionDenied
from starlette.types import Receive, Scope, Send

from monshin_gateway.calls.call import require_media_type
from monshin_gateway.calls.exchange import Exchange
from monshin_gateway.core import json_text
from monshin_gateway.core.refusals import NoSuchPath

_log = logging.getLogger(__name__)

_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
_PORT = re.compile(r":\d+$")
_BODY_BYTES = 1024
# Roles of machines: nobody signs in as one.
_NOT_FOR_PEOPLE = frozenset({"service"})


@dataclass(frozen=True, slots=True)
class Development:
    """What is offered to somebody who works on this machine. is_on: false refuses everything."""

    is_on: bool
    key_path: Path
    token_s: int
    demo_dir: Path | None

    @property
    def roles(self) -> tuple[str, ...]:
        """Whom one can sign in as."""
        return tuple(name for name in Roles.load().names if name not in _NOT_FOR_PEOPLE) if self.is_on else ()

    @property
    def scopes(self) -> dict[str, list[str]]:
        """What each of these roles may do here, so that a page need not offer what would be refused."""
        return {role: sorted(Roles.load().scopes([role])) for role in self.roles}

    @property
    def has_demo_corpus(self) -> bool:
        """Whether there are files to serve."""
        return self.is_on and bool(self.demo_files())

    def demo_files(self) -> list[Path]:
        """The corpus's files, by name."""
        return sorted((self.demo_dir / "corpus").glob("*.jsonl")) if self.demo_dir else []

    def admit(self, exchange: Exchange) -> None:
        """Raises NoSuchPath when switched off, PermissionDenied to anybody but a page or program of this machine.

        The Host header is checked beside the peer: a foreign site whose name was made to point to 127.0.0.1
        (DNS rebinding) comes from the loopback address, too, but under its own name.
        """
        if not self.is_on:
            raise NoSuchPath
        host = _PORT.sub("", exchange.headers.get("host", "")).lower()
        is_own_page = exchange.headers.get("sec-fetch-site", "none") in ("none", "same-origin")
        if not (_is_loopback(exchange.scope.get("client")) and host in _LOOPBACK_NAMES and is_own_page):
            raise PermissionDenied("development sign-in serves this machine only", reason="NOT_LOCAL")


def _is_loopback(client: tuple[str, int] | None) -> bool:
    return client is not None and ip_address(client[0]).is_loopback


class TokenDesk:
    """`POST /dev/token` with `{"role": …}`: a token that the services accept."""

    def __init__(self, development: Development) -> None:
        self._development = development

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI."""
        exchange = Exchange(scope, receive, send)
        self._development.admit(exchange)
        exchange.require_verb("POST")
        require_media_type(exchange, ("application/json",))
        role = json_text.parse_object(await exchange.body(_BODY_BYTES)).get("role")
        if role not in self._development.roles:
            raise InvalidInput(f"must be one of {', '.join(self._development.roles)}", field="role")
        _log.info("development token given", extra={"role": role})
        token = sign_token(self._development.key_path, role, self._development.token_s)
        await exchange.answer_json({"token": token, "role": role, "expiresInS": self._development.token_s})


class DemoCorpus:
    """`/demo/corpus.jsonl`: all documents of the demonstration corpus, one a line."""

    def __init__(self, development: Development) -> None:
        self._development = development

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI."""
        exchange = Exchange(scope, receive, send)
        self._development.admit(exchange)
        exchange.require_verb("GET")
        if not self._development.has_demo_corpus:
            raise NoSuchPath
        await exchange.start(200, [("content-type", "application/x-ndjson"), ("cache-control", "no-cache")])
        for path in self._development.demo_files():
            await exchange.write(path.read_bytes().rstrip(b"\n") + b"\n")
        await exchange.finish()
