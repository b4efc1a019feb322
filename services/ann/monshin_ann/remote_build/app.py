"""The HTTP interface: POST /_build, GET /_status/{job_id}; both with the credential, both in the access log."""

import asyncio
import time

from monshin_kit.errors import InvalidInput, MonshinError, Unauthenticated
from monshin_kit.outbox import Entry, Outbox
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from monshin_ann.remote_build.builder import DoesNotFit
from monshin_ann.remote_build.credential import Credential
from monshin_ann.remote_build.jobs import Jobs, State
from monshin_ann.remote_build.request import MALFORMED, parse

MAX_BODY_BYTES = 64 * 1024
BODY_LIMIT_S = 30.0

# OpenSearch's client sends a request once more after 409, 429, 500 and 503; after any other it builds the index itself.
_STATUSES = {
    "INVALID_ARGUMENT": 422,
    "UNAUTHENTICATED": 401,
    "NOT_FOUND": 404,
    "ABORTED": 409,
    "RESOURCE_EXHAUSTED": 429,
    "UNAVAILABLE": 503,
}


class Api:
    """The two routes over the jobs."""

    def __init__(self, jobs: Jobs, credential: Credential, outbox: Outbox) -> None:
        self._jobs = jobs
        self._credential = credential
        self._outbox = outbox

    def app(self) -> Starlette:
        """The ASGI application; what does not exist is only told to callers with the credential."""
        return Starlette(
            routes=[
                Route("/_build", self.build, methods=["POST"]),
                Route("/_status/{job_id}", self.status, methods=["GET"]),
            ],
            exception_handlers={MonshinError: self._refuse, HTTPException: self._no_route},
        )

    async def build(self, request: Request) -> Response:
        """Accepts a build, or the same one again: its `job_id`."""
        self._authenticate(request)
        wanted = parse(await _body(request))
        name = f"s3://{wanted.bucket}/{wanted.index_key}"
        await self._outbox.append(self._entry(request, "RECEIVED", name))  # on disk before the build is begun
        job_id = self._jobs.submit(wanted)  # or refused, which is an entry of its own
        self._outbox.note(self._entry(request, "ACCEPTED", name))
        return JSONResponse({"job_id": job_id})

    async def status(self, request: Request) -> Response:
        """Where a build stands. The client refuses other fields than these three."""
        self._authenticate(request)
        job = self._jobs.get(request.path_params["job_id"])
        self._outbox.note(self._entry(request, "OK"))
        answer = {"task_status": job.state.value}
        match job.state:
            case State.COMPLETED:
                answer["file_name"] = job.file_name
            case State.FAILED:
                answer["error_message"] = job.error
            case State.RUNNING:
                pass
        return JSONResponse(answer)

    def _authenticate(self, request: Request) -> None:
        self._outbox.require_writable()
        if not self._credential.is_of(request.headers.get("authorization", "").encode("latin-1")):
            raise Unauthenticated("this port asks for basic authentication", reason="CREDENTIAL_INVALID")

    async def _refuse(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, MonshinError)
        refusal: MonshinError = error
        try:
            self._outbox.note(self._entry(request, error.code))
        except MonshinError as unlogged:
            refusal = unlogged
        return _render(refusal)

    async def _no_route(self, request: Request, error: Exception) -> Response:
        try:
            self._authenticate(request)
        except MonshinError as refusal:
            return await self._refuse(request, refusal)
        assert isinstance(error, HTTPException)
        return JSONResponse({"detail": error.detail}, error.status_code, error.headers)

    def _entry(self, request: Request, outcome: str, *resources: str) -> Entry:
        is_refused = outcome == "UNAUTHENTICATED"
        return Entry(
            "call",
            f"remote_build/{request.method} {_route(request)}",
            "" if is_refused else self._credential.user,
            (),
            resources,
            "refused" if is_refused else "allowed",
            outcome,
            time=time.time(),
        )


def _route(request: Request) -> str:
    """Without the part that a caller may choose."""
    route = request.scope.get("route")
    return route.path if isinstance(route, Route) else "unknown"


async def _body(request: Request) -> bytes:
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_LIMIT_S):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_BODY_BYTES:
                    raise InvalidInput(f"the body has more than {MAX_BODY_BYTES} bytes")
    except TimeoutError:
        raise InvalidInput(f"the body did not come within {BODY_LIMIT_S:g} s", reason=MALFORMED) from None
    return bytes(body)


def _render(error: MonshinError) -> Response:
    status = _STATUSES.get(error.code, 500)
    headers = {}
    content: dict[str, object] = {"detail": error.message}
    if isinstance(error, InvalidInput):
        status = 400 if error.reason == MALFORMED else status
        content["errors"] = [{"field": each.field, "message": each.description} for each in error.violations]
    elif isinstance(error, DoesNotFit):
        status = 507
    elif isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = 'Basic realm="monshin", charset="ISO-8859-1"'
    if (retry_after_s := getattr(error, "retry_after_s", None)) is not None:
        headers["Retry-After"] = str(max(1, round(retry_after_s)))
    return JSONResponse(content, status, headers)
