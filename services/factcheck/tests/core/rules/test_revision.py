"""The revision of the rules tells apart whatever decides otherwise."""

import shutil
from collections.abc import Callable
from importlib.resources import as_file, files
from pathlib import Path

import pytest
from monshin_factcheck.core.rules.revision import rules_revision


@pytest.fixture
def core(tmp_path: Path) -> Path:
    """A copy of the core's sources."""
    with as_file(files("monshin_factcheck.core")) as folder:
        return Path(shutil.copytree(folder, tmp_path / "core", ignore=shutil.ignore_patterns("__pycache__")))


def change(file: Path) -> None:
    """Turns one bit of the last byte."""
    content = file.read_bytes()
    file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))


def move_a_byte(file: Path) -> None:
    """Moves the last byte of a file to the front of the next one: the bytes of both together stay the same."""
    files_there = sorted(file.parent.glob("*.py"))
    following = files_there[files_there.index(file) + 1]
    content = file.read_bytes()
    file.write_bytes(content[:-1])
    following.write_bytes(content[-1:] + following.read_bytes())


def test_the_same_sources_have_the_same_revision_wherever_they_lie(core: Path) -> None:
    assert rules_revision(core) == rules_revision()


@pytest.mark.parametrize("alter", [change, move_a_byte, Path.unlink])
@pytest.mark.parametrize("name", ["rules/judge.py", "text/sentences.py"])
def test_any_change_of_code_is_another_revision(core: Path, name: str, alter: Callable[[Path], None]) -> None:
    alter(core / name)
    assert rules_revision(core) != rules_revision()


@pytest.mark.parametrize(
    "name",
    ["aliases/builtin.yaml", "cues/conditions.yaml", "cues/polarity.py", "quantities/analytes.yaml", "decision.py",
     "document_account.py", "evidence.py", "judge.py", "retrieval/contexts.py", "weighing.py"],
)  # fmt: skip
def test_one_changed_bit_is_another_revision(core: Path, name: str) -> None:
    change(core / name)
    assert rules_revision(core) != rules_revision()


def test_what_does_not_decide_is_not_of_the_revision(core: Path) -> None:
    change(core / "reasons.py")
    (core / "rules" / "notes.txt").write_text("no code")
    assert rules_revision(core) == rules_revision()
