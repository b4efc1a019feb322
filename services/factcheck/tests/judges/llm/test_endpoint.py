"""The judge `llm` against a real endpoint that dawdles, breaks and recovers; its key, limits and certificate."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from llm_judge import QUOTE, ask, endpoint, reading, said
from monshin.certificates import create_certificates
from monshin_factcheck.core.semantic import Answer
from monshin_factcheck.judges.llm.judge import LlmJudge
from monshin_factcheck.testing import TEXT, ChatServer, Reply
from monshin_kit.errors import FailedPrecondition, MonshinError
from monshin_kit.testing import free_port


async def test_a_slow_endpoint_is_given_up_in_time(server: ChatServer) -> None:
    server.is_slow = True
    with pytest.raises(MonshinError) as raised:
        await ask(server.url, timeout_s=0.3)
    assert raised.value.code == "DEADLINE_EXCEEDED"


async def test_an_endpoint_that_is_down_is_unavailable() -> None:
    url = f"http://127.0.0.1:{free_port()}/v1"
    with pytest.raises(MonshinError) as raised:
        await ask(url)
    assert raised.value.code == "UNAVAILABLE"


async def test_a_failing_endpoint_is_asked_three_times_and_no_more(server: ChatServer) -> None:
    server.behave = lambda body: (500, {"error": "broken"})
    with pytest.raises(MonshinError) as raised:
        await ask(server.url)
    assert (raised.value.code, len(server.bodies)) == ("UNAVAILABLE", 3)


async def test_an_endpoint_that_recovers_is_heard(server: ChatServer) -> None:
    server.behave = lambda body: (503, {}) if len(server.bodies) < 2 else (200, said("SUPPORTED"))
    assert (await ask(server.url)).probabilities.supported == pytest.approx(0.8)


async def test_an_endpoint_without_schemas_is_asked_more_simply(server: ChatServer) -> None:
    def plain(body: dict[str, Any]) -> Reply:
        if "response_format" in body:
            return 400, {"error": "response_format is not supported"}
        content = f'Sure!\n```json\n{{"quote": "{QUOTE}", "verdict": "SUPPORTED"}}\n```'
        return 200, {"choices": [{"message": {"content": content}}]}

    server.behave = plain
    judge = LlmJudge(endpoint(server.url))
    await judge.open()
    for asked in (4, 5):
        (answer,) = await judge.read([reading()])
        assert isinstance(answer, Answer)
        # What it understands is found out once.
        assert len(server.bodies) == asked
    await judge.close()


async def test_a_redirect_is_not_followed(server: ChatServer) -> None:
    """Texts go to the host of the settings and to no other."""
    server.behave = lambda body: (307, {})
    with pytest.raises(FailedPrecondition):
        await ask(server.url)
    assert len(server.bodies) == 1


async def test_the_key_is_read_from_its_file_and_sent(server: ChatServer, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("secret-key\n")
    await ask(server.url, key_file=tmp_path / "key")
    assert server.headers[0]["authorization"] == "Bearer secret-key"


async def test_no_more_requests_run_at_a_time_than_allowed(server: ChatServer) -> None:
    server.is_slow = True
    judge = LlmJudge(endpoint(server.url, concurrency=2))
    await judge.open()

    async def let_go() -> None:
        while server.active < 2:
            await asyncio.sleep(0.01)
        server.wait.set()

    answers, _ = await asyncio.gather(judge.read([reading() for _ in range(6)]), let_go())
    assert len(answers) == 6
    assert server.most_active == 2
    await judge.close()


async def test_answers_that_came_in_time_count_although_others_did_not(server: ChatServer) -> None:
    def sometimes(body: dict[str, Any]) -> Reply:
        if "slow" in body["messages"][1]["content"]:
            server.wait.wait(5)
        return 200, said("SUPPORTED")

    server.behave = sometimes
    judge = LlmJudge(endpoint(server.url, timeout_s=0.5))
    await judge.open()
    first, second = await judge.read([reading(), reading(claim="維持量は5 mgまで slow")])
    assert isinstance(first, Answer)
    assert isinstance(second, MonshinError)
    assert second.code == "DEADLINE_EXCEEDED"
    server.wait.set()
    await judge.close()


async def test_an_endpoint_that_answers_none_of_several_claims_is_away_and_of_one_claim_is_not(
    server: ChatServer,
) -> None:
    """Whoever is away is not asked again in its check."""
    server.behave = lambda body: (401, {})
    judge = LlmJudge(endpoint(server.url))
    await judge.open()
    (error,) = await judge.read([reading()])
    assert isinstance(error, FailedPrecondition)
    with pytest.raises(FailedPrecondition):
        await judge.read([reading(), reading(claim="維持量は1日4 mgまでである。")])
    await judge.close()


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"url": "http://llm.example.org/v1"},
        {"url": "ftp://127.0.0.1/v1"},
        {"url": "http://[::1/v1"},
        {"url": "http://127.0.0.1:port/v1"},
        {"url": "http://llm .example.org/\x00"},
        {"url": "http://127.0.0.1:1/v1", "model": ""},
        {"url": "http://127.0.0.1:1/v1", "key_file": Path("/nowhere/key")},
        {"url": "https://llm.example.org/v1", "ca_file": Path("/nowhere/ca.pem")},
    ],
)
async def test_settings_that_cannot_work_or_would_send_texts_in_the_clear_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(FailedPrecondition):
        await LlmJudge(endpoint(**{"url": "", **changes})).open()


async def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    create_certificates(tmp_path, ["llm"])
    secure = ChatServer(tls=(tmp_path / "llm.pem", tmp_path / "llm-key.pem"))
    secure.behave = lambda body: (200, said("SUPPORTED"))
    try:
        with pytest.raises(MonshinError) as raised:
            await ask(secure.url)
        assert raised.value.code == "UNAVAILABLE"
        assert secure.bodies == []
        answer = await ask(secure.url, ca_file=tmp_path / "ca.pem")
        assert answer.span.of(TEXT) == QUOTE
    finally:
        secure.close()
