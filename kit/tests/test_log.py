"""log: whatever is logged, by us, by a library or by Python itself, no value gets through."""

import json
import logging
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from monshin_kit.log import ALLOWED_FIELDS, JsonFormatter
from monshin_kit.tracing import Tracing
from opentelemetry import trace

CANARY = "患者太郎"


def _line(log: Callable[[logging.Logger], None], logger: str = "monshin_sample.core") -> dict[str, Any]:
    """What one call of a logger becomes."""
    lines: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(JsonFormatter().format(record))

    handler = Keep()
    target = logging.getLogger(logger)
    target.addHandler(handler)
    target.setLevel(logging.DEBUG)
    try:
        log(target)
    finally:
        target.removeHandler(handler)
    (line,) = lines
    found: dict[str, Any] = json.loads(line)
    return found


def test_a_line_says_when_who_and_what() -> None:
    line = _line(lambda log: log.warning("queue full", extra={"count": 3}))
    assert {"level": "WARNING", "logger": "monshin_sample.core", "message": "queue full", "count": 3}.items() <= (
        line.items()
    )
    assert line["time"].endswith("Z")


def test_arguments_are_left_out_of_the_message() -> None:
    line = _line(lambda log: log.info("bad value %r of %d", CANARY, 7))
    assert line["message"] == "bad value %r of %d"


def test_every_field_that_our_code_logs_is_on_the_list() -> None:
    """Hazard: a field that is not is dropped without a word, and the log never says which chore failed."""
    repository = Path(__file__).parents[2]
    said = [
        (name, path.name)
        for folder in ("kit", "gateway", "services/*")
        for path in repository.glob(f"{folder}/monshin_*/**/*.py")
        for fields in re.findall(r"extra(?:=| = )\{([^{}]*)\}", path.read_text("utf-8"))
        for name in re.findall(r'"(\w+)":', fields)
    ]
    assert len(said) > 20
    assert [one for one in said if one[0] not in ALLOWED_FIELDS] == []


def test_fields_that_are_not_on_the_list_are_left_out() -> None:
    line = _line(lambda log: log.info("x", extra={"text": CANARY, "patient": CANARY, "rpc": "a/B"}))
    assert CANARY not in json.dumps(line, ensure_ascii=False)
    assert line["rpc"] == "a/B"


@given(st.text(min_size=1), st.text(min_size=1))
def test_no_unlisted_field_gets_through(key: str, value: str) -> None:
    record = logging.LogRecord("monshin_x", logging.INFO, "x.py", 1, "fixed", None, None)
    if key not in record.__dict__ and key not in ALLOWED_FIELDS:
        setattr(record, key, f"{CANARY}{value}")
    assert CANARY not in JsonFormatter().format(record)


def test_an_exception_is_its_type_and_place_without_its_words() -> None:
    def fail(log: logging.Logger) -> None:
        try:
            raise ValueError(CANARY)
        except ValueError:
            log.exception("failed")

    line = _line(fail)
    assert line["error_type"] == "ValueError"
    assert "test_log.py" in line["stack"][-1]
    assert CANARY not in json.dumps(line, ensure_ascii=False)


@pytest.mark.parametrize("logger", ["asyncio", "urllib3.connectionpool", "transformers.tokenization"])
def test_a_librarys_message_that_may_be_filled_already_is_withheld(logger: str) -> None:
    """Hazard: asyncio logs `Task exception was never retrieved … ValueError('患者太郎')` as one ready string."""
    line = _line(lambda log: log.error(f"never retrieved: ValueError({CANARY!r})"), logger)
    assert CANARY not in json.dumps(line, ensure_ascii=False)
    assert line["message"].startswith("(words withheld) test_log:")


def test_a_librarys_template_is_kept() -> None:
    line = _line(lambda log: log.warning("connection to %s lost", CANARY), "urllib3.connectionpool")
    assert line["message"] == "connection to %s lost"


def test_what_is_no_text_is_withheld() -> None:
    line = _line(lambda log: log.error(ValueError(CANARY)))
    assert CANARY not in json.dumps(line, ensure_ascii=False)


def test_a_line_inside_a_trace_carries_its_ids() -> None:
    span = Tracing("x", None, 0).server_span("a/B", "00-" + "ab" * 16 + "-" + "cd" * 8 + "-00")
    with trace.use_span(span):
        line = _line(lambda log: log.info("x"))
    assert line["trace_id"] == "ab" * 16
    assert line["span_id"] != "cd" * 8


STRAY = {
    "an error that nobody caught": "raise ValueError(canary)",
    "an error in a thread": "import threading; t = threading.Thread(target=boom); "
    "t.start(); t.join()",
    "an error in a finaliser": "class X:\n    def __del__(self): boom()\nX()",
    "a warning": "import warnings; warnings.warn(canary)",
    "a task that nobody awaited": "import asyncio\nasync def main():\n    asyncio.ensure_future(fail())\n"
    "    await asyncio.sleep(0.01)\nasync def fail(): boom()\nasyncio.run(main())",
    "a callback of the loop": "import asyncio\nasync def main():\n    asyncio.get_running_loop().call_soon(boom)\n"
    "    await asyncio.sleep(0.01)\nasyncio.run(main())",
}  # fmt: skip


@pytest.mark.parametrize("stray", STRAY, ids=str)
def test_what_python_itself_would_print_is_logged_without_words(stray: str) -> None:
    script = (
        "from monshin_kit import log\nlog.configure('debug')\n"
        f"canary = {CANARY!r}\ndef boom(): raise ValueError(canary)\n{STRAY[stray]}\n"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert CANARY not in ended.stderr + ended.stdout
    lines = [json.loads(line) for line in ended.stderr.splitlines()]
    assert any(line["level"] in ("CRITICAL", "ERROR", "WARNING") for line in lines)
