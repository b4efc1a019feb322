"""Signing in without an identity provider: on this machine only."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import jwt
import pytest
from echo_peer import EchoPeer
from monshin_gateway.testing import GatewayProcess
from monshin_kit.auth import Roles


@pytest.fixture(scope="module")
def development(echo: EchoPeer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    """A gateway with development sign-in and a demonstration corpus of two files."""
    home = tmp_path_factory.mktemp("development")
    corpus = home / "demo" / "corpus"
    corpus.mkdir(parents=True)
    (corpus / "b.jsonl").write_text('{"id": "2"}')
    (corpus / "a.jsonl").write_text('{"id": "1"}\n')
    env = {"MONSHIN_GATEWAY_DEV_SIGN_IN": "1", "MONSHIN_GATEWAY_DEMO_DIR": str(home / "demo")}
    with GatewayProcess(home, {"embed": echo.target}, env) as process:
        yield process


def ask(process: GatewayProcess, role: object = "clinician", **headers: str) -> httpx.Response:
    """Asks for a token."""
    return httpx.post(f"{process.url}/dev/token", json={"role": role}, headers=headers)


def test_a_role_gets_a_token_that_our_key_has_signed(development: GatewayProcess) -> None:
    response = ask(development)
    public = json.loads((development.home / "keys" / "jwks.json").read_text())["keys"][0]
    claims = jwt.decode(response.json()["token"], jwt.PyJWK(public).key, algorithms=["EdDSA"], audience="monshin")
    assert (claims["iss"], claims["sub"], claims["roles"]) == ("monshin-dev", "dev-clinician", ["clinician"])
    assert claims["exp"] - claims["iat"] == response.json()["expiresInS"] == 3600
    assert jwt.get_unverified_header(response.json()["token"])["kid"] == public["kid"]


def test_the_token_is_the_one_that_services_get(development: GatewayProcess, echo: EchoPeer) -> None:
    echo.follow()
    token = ask(development).json()["token"]
    httpx.get(f"{development.url}/v1/embed/models", headers={"authorization": f"Bearer {token}"})
    assert echo.next_call().metadata["authorization"] == f"Bearer {token}"


@pytest.mark.parametrize("role", ["service", "god", "", None, 1, ["clinician"], {"a": 1}])
def test_only_a_persons_role_is_given(role: object, development: GatewayProcess) -> None:
    assert ask(development, role).status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"host": "evil.example:8080"},
        {"host": "127.0.0.1.evil.example"},
        {"host": ""},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_foreign_page_gets_no_token(headers: dict[str, str], development: GatewayProcess) -> None:
    """DNS rebinding: a foreign name that points to 127.0.0.1 reaches us from the loopback address."""
    response = ask(development, **headers)
    assert response.status_code == 403
    assert "token" not in response.json()


@pytest.mark.parametrize("host", ["localhost", "localhost:8080", "127.0.0.1:1", "[::1]:8080", "LOCALHOST"])
def test_this_machines_names_get_one(host: str, development: GatewayProcess) -> None:
    assert ask(development, host=host).status_code == 200


def test_a_form_cannot_ask(development: GatewayProcess) -> None:
    """A form of a foreign page may post text/plain without asking first."""
    response = httpx.post(
        f"{development.url}/dev/token", content=b'{"role":"administrator"}', headers={"content-type": "text/plain"}
    )
    assert response.status_code == 415


def test_it_is_off_unless_switched_on(gateway: GatewayProcess) -> None:
    assert ask(gateway).status_code == 404
    config = httpx.get(f"{gateway.url}/config.json").json()
    assert (config["developmentSignIn"], config["roles"], config["demoCorpus"]) == (False, [], False)
    assert httpx.get(f"{gateway.url}/demo/corpus.jsonl").status_code == 404


def test_the_web_app_is_told_whom_one_can_be(development: GatewayProcess) -> None:
    config = httpx.get(f"{development.url}/config.json").json()
    assert config["developmentSignIn"] is True
    assert "clinician" in config["roles"]
    assert "service" not in config["roles"]
    assert config["scopes"] == {role: sorted(Roles.load().scopes([role])) for role in config["roles"]}
    assert config["demoCorpus"] is True


def test_the_demonstration_corpus_is_one_text_of_lines(development: GatewayProcess) -> None:
    response = httpx.get(f"{development.url}/demo/corpus.jsonl")
    assert response.text == '{"id": "1"}\n{"id": "2"}\n'
    assert httpx.get(f"{development.url}/demo/corpus.jsonl", headers={"host": "evil.example"}).status_code == 403


def test_a_missing_key_is_told_with_the_way_out(development: GatewayProcess, tmp_path: Path) -> None:
    env = {"MONSHIN_GATEWAY_DEV_SIGN_IN": "1", "MONSHIN_GATEWAY_DEV_KEY": str(tmp_path / "none.pem")}
    with GatewayProcess(tmp_path, {"embed": "127.0.0.1:1"}, env) as keyless:
        response = ask(keyless)
    assert response.status_code == 503
    assert "monshin keys init" in response.json()["detail"]
