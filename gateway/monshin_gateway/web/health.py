"""Whether the gateway lives, and how the services behind it are."""

from starlette.types import Receive, Scope, Send

from monshin_gateway.calls.exchange import Exchange
from monshin_gateway.calls.upstreams import Upstreams

SERVING = "SERVING"


class Liveness:
    """`/healthz`: the process answers; nothing is said about the services."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI."""
        exchange = Exchange(scope, receive, send)
        exchange.require_verb("GET", "HEAD")
        await exchange.answer_json({"status": SERVING})


class Services:
    """`/services`: each service's state, always 200: for people who watch, not for a load balancer."""

    def __init__(self, upstreams: Upstreams) -> None:
        self._upstreams = upstreams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI."""
        exchange = Exchange(scope, receive, send)
        exchange.require_verb("GET", "HEAD")
        await exchange.answer_json({"services": await self._upstreams.health()})


class Readiness:
    """`/readyz`: 200 if all services are SERVING, else 503; the body tells each one's state."""

    def __init__(self, upstreams: Upstreams) -> None:
        self._upstreams = upstreams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI."""
        exchange = Exchange(scope, receive, send)
        exchange.require_verb("GET", "HEAD")
        states = await self._upstreams.health()
        is_ready = all(state == SERVING for state in states.values())
        body = {"status": SERVING if is_ready else "NOT_SERVING", "services": states}
        await exchange.answer_json(body, 200 if is_ready else 503)
