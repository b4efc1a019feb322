"""The description of the API: for programs at `/openapi.json`, for people at `/docs`."""

import json
from html import escape
from typing import Any

from starlette.types import Receive, Scope, Send

from monshin_gateway.calls.exchange import Exchange
from monshin_gateway.core.problem import HTTP_STATUS, TITLES


class ApiDescription:
    """The OpenAPI document, written once."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._body = json.dumps(document, ensure_ascii=False, indent=1).encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI."""
        await _answer(Exchange(scope, receive, send), "application/json", self._body)


class ApiPage:
    """A page with every call, its scope and its words, and every code of a problem."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._body = _page(document).encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI."""
        await _answer(Exchange(scope, receive, send), "text/html; charset=utf-8", self._body)


async def _answer(exchange: Exchange, kind: str, body: bytes) -> None:
    exchange.require_verb("GET", "HEAD")
    length = ("content-length", str(len(body)))
    await exchange.start(200, [("content-type", kind), length, ("cache-control", "no-cache")])
    await exchange.finish(body if exchange.verb == "GET" else b"")


def _page(document: dict[str, Any]) -> str:
    tags = "".join(_service(document, tag) for tag in document["tags"])
    codes = "".join(
        f'<tr id="{code}"><td><code>{code}</code></td><td>{HTTP_STATUS[code]}</td><td>{escape(title)}</td></tr>'
        for code, title in TITLES.items()
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Monshin API</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="icon" href="/ui/icon.svg"><link rel="stylesheet" href="/ui/styles/tokens.css">'
        '<link rel="stylesheet" href="/ui/styles/docs.css"></head>'
        '<body><main><p><a href="/ui/">Monshin</a> · <a href="/openapi.json">openapi.json</a></p><h1>Monshin API</h1>'
        f"{_paragraphs(document['info']['description'])}{tags}"
        "<h2>Problems</h2><table><thead><tr><th>code</th><th>HTTP</th><th>meaning</th></tr></thead>"
        f"<tbody>{codes}</tbody></table></main></body></html>"
    )


def _service(document: dict[str, Any], tag: dict[str, str]) -> str:
    entries = "".join(
        _operation(path, verb, operation)
        for path, operations in document["paths"].items()
        for verb, operation in operations.items()
        if tag["name"] in operation["tags"]
    )
    return f"<section><h2>{escape(tag['name'])}</h2>{_paragraphs(tag['description'])}{entries}</section>"


def _operation(path: str, verb: str, operation: dict[str, Any]) -> str:
    return (
        f'<article id="{escape(operation["operationId"])}">'
        f"<h3><span>{escape(verb.upper())}</span> <code>{escape(path)}</code></h3>"
        f"<p><b>{escape(operation['x-grpc-method'].rpartition('/')[2])}</b></p>"
        f"{_paragraphs(operation['description'])}"
        f"<p><small>scope <code>{escape(operation['x-required-scope'])}</code> · "
        f"gRPC <code>{escape(operation['x-grpc-method'])}</code></small></p></article>"
    )


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{escape(line)}</p>" for line in text.splitlines() if line)
