"""The judge `llm` believes a verdict with the words that it rests on, and no other reply."""

from typing import Any

import pytest
from llm_judge import QUOTE, ask, said
from monshin_factcheck.core.semantic import Worthless
from monshin_factcheck.testing import TEXT, ChatServer


async def test_a_verdict_comes_with_the_words_that_it_rests_on(server: ChatServer) -> None:
    answer = await ask(server.url)
    assert answer.span.of(TEXT) == QUOTE
    assert answer.probabilities.supported == pytest.approx(0.8)
    body = server.bodies[0]
    assert (body["temperature"], body["model"]) == (0, "test-model")
    assert body["response_format"]["type"] == "json_schema"


async def test_a_quotation_is_found_whatever_its_width(server: ChatServer) -> None:
    """Models write 1〜5 mg where the source has １〜５㎎."""
    text = "維持量は１日１〜５㎎である。"
    server.behave = lambda body: (200, said("SUPPORTED", "維持量は1日1〜5mg"))
    answer = await ask(server.url, text)
    assert answer.span.of(text) == "維持量は１日１〜５㎎"


async def test_token_probabilities_become_those_of_the_verdict(server: ChatServer) -> None:
    content = f'{{"quote": "{QUOTE}", "verdict": "SUPPORTED"}}'
    pieces = [f'{{"quote": "{QUOTE}", "verdict": "', "SUPPORT", 'ED"}']
    rivals = [
        {"token": "SUPPORT", "logprob": -0.36},
        {"token": "CONTR", "logprob": -1.6},
        {"token": "x", "logprob": -3},
    ]
    tokens = [{"token": piece, "logprob": -0.1} for piece in pieces]
    tokens[1]["top_logprobs"] = rivals  # type: ignore[assignment]  # as on the wire
    reply = {"choices": [{"message": {"content": content}, "logprobs": {"content": tokens}}]}
    server.behave = lambda body: (200, reply)
    odds = (await ask(server.url)).probabilities
    assert odds.supported == pytest.approx(0.776, abs=0.01)
    assert odds.contradicted == pytest.approx(0.224, abs=0.01)


async def test_not_enough_evidence_needs_no_quotation(server: ChatServer) -> None:
    server.behave = lambda body: (200, said("NOT_ENOUGH_EVIDENCE", ""))
    assert (await ask(server.url)).probabilities.neither == pytest.approx(0.8)


@pytest.mark.parametrize(
    "reply",
    [
        b"<html>busy</html>",
        b"",
        {"choices": []},
        {"choices": [{"message": {"content": None}}]},
        {"choices": [{"message": {"content": "It is supported."}}]},
        {"choices": [{"message": {"content": "[1, 2]"}}]},
        {"choices": [{"message": {"content": "[" * 100_000}}]},
        said("TRUE"),
        said("SUPPORTED", ""),
        said("SUPPORTED", "維持量は1日1〜50 mgである"),
        said("CONTRADICTED", "この薬は安全である"),
        said("SUPPORTED", "避ける"),
        {"choices": [{"message": {"content": '{"verdict": ["SUPPORTED"], "quote": {}}'}}]},
        b"x" * 300_000,
    ],
    ids=lambda reply: str(reply)[:40],
)
async def test_nonsense_is_worth_nothing(server: ChatServer, reply: Any) -> None:
    """No JSON, other verdicts, quotations that nobody wrote or that have nothing to do with the claim."""
    server.behave = lambda body: (200, reply)
    with pytest.raises(Worthless):
        await ask(server.url)


async def test_a_reply_that_is_not_compressed_as_its_header_says_is_worth_nothing(server: ChatServer) -> None:
    """Hazard: httpx raises an error of its own kind there, which no seat knows, and the whole check would fail."""
    server.reply_headers["content-encoding"] = "gzip"
    with pytest.raises(Worthless):
        await ask(server.url)
