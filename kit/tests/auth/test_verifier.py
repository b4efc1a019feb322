"""auth.verifier: a token is believed only if everything about it is right."""

import base64
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from monshin_kit.auth import Caller, Roles, Verifier
from monshin_kit.errors import Unauthenticated, Unavailable

ISSUER = "https://issuer.example"
AUDIENCE = "monshin"


class Keys:
    """A key source in memory."""

    def __init__(self, *jwks: dict[str, Any]) -> None:
        self.found = {jwk["kid"]: jwt.PyJWK(jwk) for jwk in jwks}
        self.asked = 0

    def find(self, key_id: str) -> jwt.PyJWK | None:
        """As KeySource.find."""
        self.asked += 1
        return self.found.get(key_id)


class NoKeys:
    """An issuer that cannot be reached."""

    def find(self, key_id: str) -> jwt.PyJWK | None:
        """As KeySource.find."""
        raise Unavailable("the token issuer's keys cannot be read now")


def verifier(*jwks: dict[str, Any]) -> Verifier:
    """That trusts these keys."""
    return Verifier(Keys(*jwks), Roles.load(), issuer=ISSUER, audience=AUDIENCE)


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
def test_a_token_of_each_accepted_algorithm_is_believed(algorithm: str, make_key: Callable[..., Any]) -> None:
    key = make_key(algorithm)
    caller = verifier(key.jwk()).verify(key.sign())
    assert (caller.subject, caller.roles) == ("tanaka", {"clinician"})
    assert "factcheck.check" in caller.scopes
    assert "ann.write" not in caller.scopes


@pytest.mark.parametrize("algorithm", ["HS256", "HS512"])
def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(
    algorithm: str, make_key: Callable[..., Any]
) -> None:
    """Hazard: the classic confusion, where the published key verifies what anyone can sign with it."""
    key = make_key("RS256")
    secret = key.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    # By hand: PyJWT will not sign with what looks like a public key.
    header = _base64({"alg": algorithm, "typ": "JWT", "kid": "one"})
    signed = f"{header}.{_base64(_claims())}"
    mark = hmac.digest(secret, signed.encode(), "sha256" if algorithm == "HS256" else "sha512")
    forged = f"{signed}.{base64.urlsafe_b64encode(mark).decode().rstrip('=')}"
    with pytest.raises(Unauthenticated):
        verifier(key.jwk()).verify(forged)


def test_a_symmetric_key_in_the_key_set_is_not_used() -> None:
    secret = b"k" * 32
    jwk = {"kty": "oct", "k": "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s", "kid": "one", "alg": "HS256"}
    forged = jwt.encode(_claims(), secret, algorithm="HS256", headers={"kid": "one"})
    with pytest.raises(Unauthenticated):
        verifier(jwk).verify(forged)


def test_an_unsigned_token_is_refused(key: Any) -> None:
    forged = jwt.encode(_claims(), None, algorithm="none", headers={"kid": "one"})  # type: ignore[arg-type]
    with pytest.raises(Unauthenticated):
        verifier(key.jwk()).verify(forged)


@pytest.mark.parametrize("algorithm", ["RS384", "RS512", "PS256"])
def test_other_algorithms_of_the_same_key_are_refused(algorithm: str, make_key: Callable[..., Any]) -> None:
    key = make_key("RS256")
    with pytest.raises(Unauthenticated):
        verifier(key.jwk()).verify(key.sign(algorithm=algorithm))


def test_a_token_signed_with_another_key_of_the_same_id_is_refused(make_key: Callable[..., Any]) -> None:
    real, forger = make_key("ES256"), make_key("ES256")
    with pytest.raises(Unauthenticated):
        verifier(real.jwk()).verify(forger.sign())


def test_a_token_signed_with_an_unknown_key_is_refused_by_that_reason(make_key: Callable[..., Any]) -> None:
    with pytest.raises(Unauthenticated) as caught:
        verifier(make_key("EdDSA").jwk()).verify(make_key("EdDSA", "another").sign())
    assert caught.value.reason == "KEY_UNKNOWN"


@pytest.mark.parametrize("wrong", [{"iss": "https://evil.example"}, {"aud": "another"}, {"aud": ["another", "third"]}])
def test_a_token_of_another_issuer_or_for_another_audience_is_refused(key: Any, wrong: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        verifier(key.jwk()).verify(key.sign(**wrong))


def test_a_token_for_several_audiences_is_believed_if_we_are_among_them(key: Any) -> None:
    assert verifier(key.jwk()).verify(key.sign(aud=["another", AUDIENCE])).subject == "tanaka"


@pytest.mark.parametrize("claim", ["iss", "aud", "exp", "iat", "sub"])
def test_a_token_without_one_of_these_claims_is_refused(key: Any, claim: str) -> None:
    with pytest.raises(Unauthenticated):
        verifier(key.jwk()).verify(key.sign(**{claim: None}))


def test_an_expired_token_is_refused_by_that_reason(key: Any) -> None:
    with pytest.raises(Unauthenticated) as caught:
        verifier(key.jwk()).verify(key.sign(exp=int(time.time()) - 60))
    assert caught.value.reason == "TOKEN_EXPIRED"


def test_a_token_that_is_not_valid_yet_is_refused(key: Any) -> None:
    with pytest.raises(Unauthenticated):
        verifier(key.jwk()).verify(key.sign(nbf=int(time.time()) + 120))


@pytest.mark.parametrize("skew", [{"exp": -10}, {"nbf": 10}, {"iat": 10}])
def test_clocks_may_differ_by_some_seconds(key: Any, skew: dict[str, int]) -> None:
    changes = {claim: int(time.time()) + seconds for claim, seconds in skew.items()}
    assert verifier(key.jwk()).verify(key.sign(**changes)).subject == "tanaka"


@pytest.mark.parametrize(
    "broken", ["", "a", "a.b.c", "....", "患者太郎", "e30.e30.", "eyJhbGciOiJFZERTQSIsImtpZCI6NX0.e30.AA", "\x00" * 50]
)
def test_what_is_no_token_is_refused(key: Any, broken: str) -> None:
    with pytest.raises(Unauthenticated) as caught:
        verifier(key.jwk()).verify(broken)
    assert "患者" not in caught.value.message


@pytest.mark.parametrize("claims", [{"sub": "a\ud800"}, {"roles": ["clinician", "\udfff"]}, {"sub": 7}])
def test_claims_that_are_not_text_are_refused(key: Any, claims: dict[str, Any]) -> None:
    """Hazard: a lone surrogate would break the access log, where no call passes without its entry."""
    with pytest.raises(Unauthenticated):
        verifier(key.jwk()).verify(key.sign(**claims))


@pytest.mark.parametrize("roles", [["director"], [], None, "clinician", {"clinician": True}, 7])
def test_an_unknown_or_malformed_role_holds_no_scope(key: Any, roles: Any) -> None:
    assert verifier(key.jwk()).verify(key.sign(roles=roles)).scopes == frozenset()


def test_scopes_of_several_roles_and_of_the_scope_claim_add_up(key: Any) -> None:
    caller = verifier(key.jwk()).verify(key.sign(roles=["viewer", "auditor"], scope="ann.write corpus.publish"))
    expected = Roles.load().scopes(["viewer", "auditor"]) | {"ann.write", "corpus.publish"}
    assert caller.scopes == expected


def test_without_the_issuers_keys_the_answer_is_unavailable_and_not_a_refusal(key: Any) -> None:
    """A caller whose token is right must retry, not log in again."""
    with pytest.raises(Unavailable):
        Verifier(NoKeys(), Roles.load(), issuer=ISSUER, audience=AUDIENCE).verify(key.sign())


def test_a_verified_token_is_remembered_and_costs_no_second_look(key: Any) -> None:
    keys = Keys(key.jwk())
    checked = Verifier(keys, Roles.load(), issuer=ISSUER, audience=AUDIENCE)
    token = key.sign()
    assert checked.remembered(token) is None
    caller = checked.verify(token)
    assert checked.remembered(token) is caller
    assert keys.asked == 1


def test_a_remembered_token_is_forgotten_when_it_expires(key: Any) -> None:
    """Within the leeway for clocks it is still believed, but each time anew."""
    checked = verifier(key.jwk())
    token = key.sign(exp=int(time.time()) - 5)
    assert isinstance(checked.verify(token), Caller)
    assert checked.remembered(token) is None


def test_a_refused_token_is_not_remembered(key: Any) -> None:
    checked = verifier(key.jwk())
    token = key.sign(aud="another")
    with pytest.raises(Unauthenticated):
        checked.verify(token)
    assert checked.remembered(token) is None


def test_only_so_many_tokens_are_remembered(key: Any) -> None:
    """Hazard: one token a call, from a client that renews too eagerly, must not fill the memory."""
    checked = verifier(key.jwk())
    tokens = [key.sign(sub=f"client-{number}") for number in range(4100)]
    for token in tokens:
        checked.verify(token)
    assert checked.remembered(tokens[0]) is None
    assert checked.remembered(tokens[-1]) is not None


def _claims() -> dict[str, Any]:
    now = int(time.time())
    return {"iss": ISSUER, "aud": AUDIENCE, "sub": "eve", "roles": ["administrator"], "iat": now, "exp": now + 600}


def _base64(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")
