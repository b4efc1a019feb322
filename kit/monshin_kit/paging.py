"""Page tokens: where the last page ended, bound to the request that made it.

>>> decode(encode("b", "ListX|filter"), "ListX|filter")
'b'
"""

import base64
import hashlib
import json

from monshin_kit.errors import InvalidInput


def encode(position: str, binding: str) -> str:
    """position: the last key of the page; binding: whatever must not change between pages (method, parent, filter)."""
    return base64.urlsafe_b64encode(json.dumps([position, _mark(binding)]).encode()).decode().rstrip("=")


def decode(token: str, binding: str) -> str:
    """The position; empty for an empty token. Raises InvalidInput for a token that this request did not get."""
    if not token:
        return ""
    match _parse(token):
        case [str() as position, str() as mark] if mark == _mark(binding):
            return position
        case _:
            raise InvalidInput("page_token is not from this request: start without one", field="page_token")


def _parse(token: str) -> object:
    try:
        text = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
        parsed = json.loads(text)
        json.dumps(parsed, ensure_ascii=False).encode()  # a lone surrogate would break the query that it goes into
    except (ValueError, RecursionError):
        return None
    return parsed


def _mark(binding: str) -> str:
    return hashlib.sha256(binding.encode()).hexdigest()[:16]
