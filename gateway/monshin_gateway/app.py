"""Puts the gateway together: the API made from descriptors, and the few paths beside it."""

from pathlib import Path

from monshin_kit.channel import ChannelSettings
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import RedirectResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.routing import Router as PathRouter
from starlette.types import ASGIApp

from monshin_gateway import stubs
from monshin_gateway.calls.call import TIMEOUT_HEADER
from monshin_gateway.calls.transcoder import Transcoder
from monshin_gateway.calls.upstreams import Upstreams, targets
from monshin_gateway.core.methods import read_methods
from monshin_gateway.core.router import Router
from monshin_gateway.openapi.document import openapi_document
from monshin_gateway.settings import GatewaySettings
from monshin_gateway.web.development import DemoCorpus, Development, TokenDesk
from monshin_gateway.web.docs import ApiDescription, ApiPage
from monshin_gateway.web.edge import Edge
from monshin_gateway.web.health import Liveness, Readiness, Services
from monshin_gateway.web.pages import Config, UiFiles
from monshin_gateway.web.security import SecurityHeaders

_CORS_HEADERS = ("authorization", "content-type", "last-event-id", "traceparent", TIMEOUT_HEADER)


def build(settings: GatewaySettings, channel_settings: ChannelSettings, home: Path) -> tuple[ASGIApp, Upstreams]:
    """The application, and the channels that must be closed after it. home: where the keys lie."""
    methods = read_methods(stubs.files())
    upstreams = Upstreams.open(targets(settings.upstreams), methods, channel_settings)
    development = _development(settings, home)
    document = openapi_document(methods, stubs.image())
    paths = PathRouter(
        routes=_pages(development, upstreams, document),
        default=Transcoder(Router(methods), upstreams),
        redirect_slashes=False,
    )
    app: ASGIApp = Edge(paths)
    if settings.cors_origins:
        app = CORSMiddleware(
            app,
            allow_origins=settings.cors_origins,
            allow_methods=("GET", "POST", "PATCH", "DELETE"),
            allow_headers=_CORS_HEADERS,
        )
    return SecurityHeaders(app), upstreams


def _pages(development: Development, upstreams: Upstreams, document: dict[str, object]) -> list[BaseRoute]:
    return [
        Route("/", RedirectResponse("/ui/")),
        Route("/healthz", Liveness()),
        Route("/readyz", Readiness(upstreams)),
        Route("/services", Services(upstreams)),
        Route("/config.json", Config(development, upstreams)),
        Route("/dev/token", TokenDesk(development)),
        Route("/demo/corpus.jsonl", DemoCorpus(development)),
        Route("/openapi.json", ApiDescription(document)),
        Route("/docs", ApiPage(document)),
        Mount("/ui", UiFiles()),
    ]


def _development(settings: GatewaySettings, home: Path) -> Development:
    key = settings.dev_key if settings.dev_key != Path() else home / "keys" / "signing.pem"
    demo = settings.demo_dir if settings.demo_dir != Path() else None
    return Development(settings.dev_sign_in, key, settings.dev_token_s, demo)
