"""`check --explain` where a claim cannot be explained: no other claim is lost."""

import asyncio
import json
import subprocess
import sys
from typing import Any

import pytest
from monshin.client import Client
from monshin.settings import ClientSettings
from monshin_protos.factcheck.v1 import corpus_pb2

from .conftest import REPOSITORY, Platform

pytestmark = pytest.mark.slow

TEXT = "ワルファリンの維持量は1日1〜5 mgである。"
WRONG = "ワルファリンの維持量は1日50 mgである。"


def json_lines(output: bytes) -> list[dict[str, Any]]:
    """The objects of an output."""
    return [json.loads(line) for line in output.decode().splitlines()]


def test_a_sentence_too_long_to_be_explained_takes_none_along(platform: Platform, tmp_path_factory: Any) -> None:
    """A cell told with its row and column: it is NOT_CHECKABLE, and ExplainClaim takes no claim so long."""
    folder = tmp_path_factory.mktemp("long")
    cell = "薬を飲み" * 225
    (folder / "answer.txt").write_text(f"| 薬剤 | {cell} |\n|---|---|\n| {cell} | {cell} |\n\n{WRONG}")
    (folder / "source.txt").write_text(TEXT)
    arguments = ["factcheck", "check", "--source", str(folder / "source.txt"), "--answer", str(folder / "answer.txt")]
    result = platform.monshin(*arguments, "--explain", "--json")
    assert result.returncode == 0, result.stderr.decode()
    _, long, wrong = json_lines(result.stdout)
    assert len(long["claim"]) > 2000
    assert (long["verdict"], "explanation" in long) == ("NOT_CHECKABLE", False)
    assert wrong["explanation"]["verdict"] == "CONTRADICTED"
    shown = platform.monshin(*arguments, "--explain")
    assert (shown.returncode, "50 mg → 1〜5 mg" in shown.stdout.decode()) == (0, True)
    assert "the answer as a whole: ✕ 矛盾" in shown.stdout.decode()


def test_an_explanation_that_fails_is_an_error_of_its_line_alone(platform: Platform) -> None:
    """The corpus is deleted while the answer is written: the check keeps its version, an explanation finds none."""
    line = json.dumps({"id": "warfarin", "title": "ワルファリン", "text": TEXT}, ensure_ascii=False)
    imported = platform.monshin("factcheck", "import", "passing", "-", stdin=line)
    assert imported.returncode == 0, imported.stderr.decode()
    command = [sys.executable, "-m", "monshin", "factcheck", "check", "--corpus", "passing", "--explain", "--json", "-"]
    with subprocess.Popen(
        command, env=platform.env, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{WRONG}\n\n".encode())
        process.stdin.flush()
        first = json.loads(process.stdout.readline())
        asyncio.run(deleted(platform, "passing"))
        rest, errors = process.communicate(f"{TEXT}\n\n{WRONG}\n".encode(), timeout=120)
    assert first["explanation"]["verdict"] == "CONTRADICTED"
    second, third = json_lines(rest)
    assert (second["verdict"], third["verdict"]) == ("SUPPORTED", "CONTRADICTED")
    assert all("is not explained" in line["error"] and "explanation" not in line for line in (second, third))
    told = errors.decode()
    assert (process.returncode, told.count("is not explained")) == (1, 2)


async def deleted(platform: Platform, corpus: str) -> None:
    """Deletes it as a steward."""
    settings = ClientSettings(home=platform.home, factcheck_target=f"127.0.0.1:{platform.ports['factcheck']}")
    async with Client(settings, role="patient_data_steward") as client:
        await client.corpora.DeleteCorpus(corpus_pb2.DeleteCorpusRequest(name=f"corpora/{corpus}"))
