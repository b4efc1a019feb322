"""The web app's files, and what it must know of this gateway before it signs in."""

from importlib.util import find_spec
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles
from starlette.types import Message, Receive, Scope, Send

from monshin_gateway.calls.exchange import Exchange
from monshin_gateway.calls.upstreams import Upstreams
from monshin_gateway.core.refusals import NoSuchPath
from monshin_gateway.web.development import Development


def ui_folder() -> Path:
    """Where the installed distribution keeps the web app."""
    spec = find_spec("monshin_gateway_ui")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("monshin-gateway is not installed whole: the web app is missing")
    return Path(next(iter(spec.submodule_search_locations)))


class UiFiles:
    """The static files; a browser asks each time whether they changed, so that a new version shows at once."""

    def __init__(self) -> None:
        self._files = StaticFiles(directory=ui_folder(), html=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI."""

        async def send_uncached(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"cache-control", b"no-cache")]
            await send(message)

        Exchange(scope, receive, send).require_verb("GET", "HEAD")
        try:
            await self._files(scope, receive, send_uncached)
        except HTTPException:
            raise NoSuchPath from None


class Config:
    """`/config.json`: how to sign in, and what is offered."""

    def __init__(self, development: Development, upstreams: Upstreams) -> None:
        self._development = development
        self._upstreams = upstreams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI."""
        exchange = Exchange(scope, receive, send)
        exchange.require_verb("GET", "HEAD")
        development = self._development
        await exchange.answer_json(
            {
                "developmentSignIn": development.is_on,
                "roles": list(development.roles),
                "scopes": development.scopes,
                "demoCorpus": development.has_demo_corpus,
                "services": list(self._upstreams.names),
            }
        )
