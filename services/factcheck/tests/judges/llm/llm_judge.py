"""The judge `llm`, and what it is asked and told; found through the path that conftest sets."""

from pathlib import Path
from typing import Any

from monshin_factcheck.core.evidence import Passage
from monshin_factcheck.core.semantic import Answer, Reading
from monshin_factcheck.core.text.spans import Span
from monshin_factcheck.judges.llm.endpoint import Endpoint
from monshin_factcheck.judges.llm.judge import LlmJudge
from monshin_factcheck.testing import TEXT
from monshin_factcheck.testing import said as told
from monshin_kit.errors import MonshinError

QUOTE = "維持量は1日1〜5 mgである"


def said(verdict: str, quote: str = QUOTE) -> dict[str, Any]:
    """A well-formed reply that quotes TEXT unless told otherwise."""
    return told(verdict, quote)


def endpoint(url: str, **changes: Any) -> Endpoint:
    """Its settings, quick to give up."""
    known: dict[str, Any] = {
        "model": "test-model", "key_file": Path(), "ca_file": Path(), "may_be_plaintext": False, "timeout_s": 5.0,
        "concurrency": 4,
    }  # fmt: skip
    return Endpoint(url=url, **{**known, **changes})


async def ask(url: str, text: str = TEXT, claim: str = "維持量は1日5 mgまでである。", **changes: Any) -> Answer:
    """One answer of a judge with such an endpoint. Raises what the judge gives in its place."""
    judge = LlmJudge(endpoint(url, **changes))
    await judge.open()
    try:
        (answer,) = await judge.read([reading(text, claim)])
    finally:
        await judge.close()
    if isinstance(answer, MonshinError):
        raise answer
    return answer


def reading(text: str = TEXT, claim: str = "維持量は1日5 mgまでである。") -> Reading:
    """A claim with one source, the whole of it evidence."""
    return Reading(claim, text, (Passage("sources/0", Span(0, len(text)), text),))
