"""An OpenAI-compatible endpoint: one host, named in the settings; nothing else is ever asked."""

import asyncio
import ipaddress
import json
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from monshin_kit.errors import DeadlineExceeded, FailedPrecondition, MonshinError, Unavailable

from monshin_factcheck.core.semantic import Worthless

_RETRIES = 2
_PAUSE_S = 0.25
_LONGEST_PAUSE_S = 5.0
_MAX_REPLY_BYTES = 262_144
_MAX_TOKENS = 400
_REFUSED_FORM = (400, 404, 415, 422, 501)


@dataclass(frozen=True, slots=True)
class Token:
    """A token of the reply, and how likely it and its likeliest rivals were, as natural logarithms."""

    text: str
    rivals: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Completion:
    """What came back. tokens: empty where the endpoint does not tell them."""

    text: str
    tokens: tuple[Token, ...]


@dataclass(slots=True)
class Endpoint:
    """url: up to and with `/v1`. key_file, ca_file: `Path()` for none. may_be_plaintext: http beyond this machine.

    How the endpoint wants to be asked for JSON is found out once: by schema with token probabilities, by schema, as
    any JSON, or not at all.
    """

    url: str
    model: str
    key_file: Path
    ca_file: Path
    may_be_plaintext: bool
    timeout_s: float
    concurrency: int
    _client: httpx.AsyncClient | None = None
    _room: asyncio.Semaphore | None = None
    _form: int = 0

    async def open(self) -> None:
        """Checks the settings; raises FailedPrecondition that names the one that is wrong. Nothing is sent yet."""
        if not self.url or not self.model:
            raise FailedPrecondition("the judge `llm` needs MONSHIN_FACTCHECK_LLM_URL and MONSHIN_FACTCHECK_LLM_MODEL")
        try:
            url = httpx.URL(self.url)
        except httpx.InvalidURL:
            raise FailedPrecondition("MONSHIN_FACTCHECK_LLM_URL is no URL") from None
        if url.scheme not in ("https", "http") or not url.host:
            raise FailedPrecondition("MONSHIN_FACTCHECK_LLM_URL must begin with https:// (or http://) and a host")
        if url.scheme == "http" and not (self.may_be_plaintext or _is_this_machine(url.host)):
            raise FailedPrecondition(
                "MONSHIN_FACTCHECK_LLM_URL is http: texts would leave this machine unencrypted; use https, or "
                "MONSHIN_FACTCHECK_LLM_PLAINTEXT=true inside a network that you trust"
            )
        self._room = asyncio.Semaphore(self.concurrency)
        # Neither proxies nor certificates from the environment, and no redirects: the settings say who is asked.
        self._client = httpx.AsyncClient(
            headers=self._headers(), verify=self._certificates(), timeout=self.timeout_s, follow_redirects=False,
            trust_env=False,
        )  # fmt: skip

    async def complete(self, system: str, user: str, schema: dict[str, Any]) -> Completion:
        """One reply at temperature 0, with at most two retries. Raises a MonshinError within `timeout_s`."""
        assert self._room is not None, "it was opened"
        messages = [{"role": "system", "content": system}, {"role": "user", "content": user}]
        body = {"model": self.model, "messages": messages, "temperature": 0, "max_tokens": _MAX_TOKENS}
        try:
            async with asyncio.timeout(self.timeout_s), self._room:
                return await self._in_some_form(body, schema)
        except TimeoutError:
            raise DeadlineExceeded(f"the endpoint did not answer within {self.timeout_s} s") from None

    async def close(self) -> None:
        """Ends its connections."""
        if self._client is not None:
            await self._client.aclose()

    async def _in_some_form(self, body: dict[str, Any], schema: dict[str, Any]) -> Completion:
        forms = _forms(schema)
        while True:
            form = self._form
            status, reply = await self._retried({**body, **forms[form]})
            if status == httpx.codes.OK:
                return _completion(reply)
            if status in _REFUSED_FORM and form + 1 < len(forms):
                self._form = max(self._form, form + 1)
                continue
            raise _refusal(status)

    async def _retried(self, body: dict[str, Any]) -> tuple[int, bytes]:
        for attempt in range(_RETRIES + 1):
            pause = _PAUSE_S * 2**attempt
            try:
                status, reply, after = await self._post(body)
            except httpx.TransportError as error:
                if attempt == _RETRIES:
                    raise Unavailable(f"the endpoint cannot be reached ({type(error).__name__})") from None
            except httpx.DecodingError:
                raise Worthless("the reply is not compressed as its header says") from None
            else:
                if attempt == _RETRIES or not (status == httpx.codes.TOO_MANY_REQUESTS or status >= 500):
                    return status, reply
                pause = max(pause, min(after, _LONGEST_PAUSE_S))
            await asyncio.sleep(pause)
        raise AssertionError("the last attempt returns or raises")

    async def _post(self, body: dict[str, Any]) -> tuple[int, bytes, float]:
        assert self._client is not None, "it was opened"
        reply = bytearray()
        async with self._client.stream("POST", self.url.rstrip("/") + "/chat/completions", json=body) as response:
            async for chunk in response.aiter_bytes():
                reply += chunk
                if len(reply) > _MAX_REPLY_BYTES:
                    raise Worthless(f"the reply has more than {_MAX_REPLY_BYTES} bytes")
            return response.status_code, bytes(reply), _seconds(response.headers.get("retry-after", ""))

    def _headers(self) -> dict[str, str]:
        if self.key_file == Path():
            return {}
        try:
            return {"authorization": f"Bearer {self.key_file.read_text('utf-8').strip()}"}
        except OSError as error:
            raise FailedPrecondition("MONSHIN_FACTCHECK_LLM_KEY_FILE cannot be read") from error

    def _certificates(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=None if self.ca_file == Path() else str(self.ca_file))
        except OSError as error:
            raise FailedPrecondition("MONSHIN_FACTCHECK_LLM_CA_FILE cannot be read as certificates") from error


def _forms(schema: dict[str, Any]) -> list[dict[str, Any]]:
    by_schema = {
        "response_format": {"type": "json_schema", "json_schema": {"name": "verdict", "strict": True, "schema": schema}}
    }
    return [
        {**by_schema, "logprobs": True, "top_logprobs": 8},
        by_schema,
        {"response_format": {"type": "json_object"}},
        {},
    ]


def _completion(reply: bytes) -> Completion:
    """Raises Worthless for anything but a chat completion."""
    try:
        choice = json.loads(reply)["choices"][0]
        text = choice["message"]["content"]
        told = (choice.get("logprobs") or {}).get("content") or []
        tokens = tuple(_token(token) for token in told)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise Worthless("the reply is no chat completion") from None
    if not isinstance(text, str):
        raise Worthless("the reply holds no text")
    return Completion(text, tokens)


def _token(told: dict[str, Any]) -> Token:
    rivals = told.get("top_logprobs") or [told]
    return Token(str(told["token"]), tuple((str(rival["token"]), float(rival["logprob"])) for rival in rivals))


def _refusal(status: int) -> MonshinError:
    if status == httpx.codes.TOO_MANY_REQUESTS or status >= 500:
        return Unavailable(f"the endpoint answers {status}")
    return FailedPrecondition(f"the endpoint refuses the request with {status}: check its URL, model and key")


def _seconds(header: str) -> float:
    return float(header) if header.isdigit() else 0.0


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
