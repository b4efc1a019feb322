"""Verifies bearer tokens: OIDC JWTs with a fixed list of algorithms."""

import time
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import jwt

from monshin_kit.auth.caller import Caller
from monshin_kit.auth.keys import KeySource
from monshin_kit.auth.roles import Roles
from monshin_kit.errors import Unauthenticated

ALGORITHMS = ("RS256", "ES256", "EdDSA")
LEEWAY_S = 30
_CACHE_SIZE = 4096
_CACHE_S = 60.0


class Verifier:
    """Turns a token into its Caller; remembers tokens it verified for up to a minute.

    Roles come from the claim `roles` (list), scopes from the roles and from `scope` (space-separated, OAuth).
    """

    def __init__(self, keys: KeySource, roles: Roles, *, issuer: str, audience: str) -> None:
        self._keys = keys
        self._roles = roles
        self._issuer = issuer
        self._audience = audience
        self._verified: OrderedDict[str, tuple[float, Caller]] = OrderedDict()

    def remembered(self, token: str) -> Caller | None:
        """The caller of a token verified a moment ago, without any work; None if it must be verified."""
        found = self._verified.get(token)
        if found is None or found[0] < time.time():
            return None
        return found[1]

    def verify(self, token: str) -> Caller:
        """Checks signature, iss, aud, exp and nbf. Raises Unauthenticated without saying more than which rule failed;
        Unavailable if the issuer's keys cannot be read. May block."""
        try:
            key_id = jwt.get_unverified_header(token).get("kid", "")
            key = self._keys.find(key_id)
            if key is None:
                raise Unauthenticated("the token is signed with an unknown key", reason="KEY_UNKNOWN")
            claims = jwt.decode(
                token,
                key.key,
                algorithms=[key.algorithm_name] if key.algorithm_name in ALGORITHMS else [],
                issuer=self._issuer,
                audience=self._audience,
                leeway=LEEWAY_S,
                options={"require": ["exp", "iat", "sub"]},
            )
        except jwt.ExpiredSignatureError:
            raise Unauthenticated("the token has expired: get a new one", reason="TOKEN_EXPIRED") from None
        except jwt.PyJWTError as error:
            raise Unauthenticated(f"the token is not valid ({type(error).__name__})") from None
        return self._remember(token, self._caller(claims))

    def _caller(self, claims: Mapping[str, Any]) -> Caller:
        named = claims.get("roles", [])
        roles = frozenset(str(role) for role in named) if isinstance(named, list) else frozenset()
        scopes = self._roles.scopes(roles) | frozenset(str(claims.get("scope", "")).split())
        caller = Caller(str(claims["sub"]), roles, scopes, float(claims["exp"]))
        if not _is_text(caller.subject, *roles):
            raise Unauthenticated("the token's claims hold what is not text")
        return caller

    def _remember(self, token: str, caller: Caller) -> Caller:
        self._verified[token] = (min(caller.expires_at, time.time() + _CACHE_S), caller)
        while len(self._verified) > _CACHE_SIZE:
            self._verified.popitem(last=False)
        return caller


def _is_text(*claims: str) -> bool:
    # JSON lets lone surrogates through; nothing that keeps or sends them does.
    try:
        "".join(claims).encode()
    except UnicodeEncodeError:
        return False
    return True
