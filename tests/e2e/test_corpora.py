"""Corpora through the command line: what there is, drafts, versions, documents, readers, deletion."""

import json
from pathlib import Path
from typing import Any

import pytest

from .conftest import Platform

pytestmark = pytest.mark.slow

OLD = "ワルファリンの維持量は1日1〜5 mgである。"
NEW = "ワルファリンの維持量は1日1〜4 mgである。"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two editions of a guide."""
    folder = tmp_path_factory.mktemp("guides")
    (folder / "old.txt").write_text(OLD)
    (folder / "new.txt").write_text(NEW)
    return folder


@pytest.fixture(scope="module")
def corpus(platform: Platform, files: Path) -> str:
    """With the old edition published, and the new one in the draft."""
    told(platform, "factcheck", "import", "guides", str(files / "old.txt"))
    told(
        platform, "factcheck", "import", "guides", str(files / "new.txt"), "--no-publish", "--title", "抗凝固の手引き",
        "--tier", "2", "--date", "2026-04-01", "--supersedes", "old.txt", "--effective-until", "2099-03-31",
    )  # fmt: skip
    return "guides"


def told(platform: Platform, *arguments: str, stdin: str = "") -> str:
    """What a command that must end well prints."""
    done = platform.monshin(*arguments, stdin=stdin)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def refused(platform: Platform, *arguments: str, status: int = 1) -> str:
    """The errors of a command that must not."""
    done = platform.monshin(*arguments)
    assert done.returncode == status, done.stderr.decode()
    return done.stderr.decode()


def lines(output: str) -> list[dict[str, Any]]:
    """The objects of an output."""
    return [json.loads(line) for line in output.splitlines()]


def test_a_draft_waits_until_it_is_published(platform: Platform, corpus: str) -> None:
    found = {line["name"]: line for line in lines(told(platform, "corpus", "list", "--json"))}
    assert {"corpora/guides", "corpora/manual"} <= set(found)
    assert found["corpora/guides"]["current_version"] == "corpora/guides/versions/1"
    assert found["corpora/guides"]["draft_documents"] == "2"
    assert "guides" in told(platform, "corpus", "list")
    (before,) = lines(told(platform, "corpus", "documents", corpus, "--json"))
    assert before["name"] == "corpora/guides/documents/old.txt"

    told(platform, "corpus", "publish", corpus)
    versions = lines(told(platform, "corpus", "versions", corpus, "--json"))
    assert [line["name"][-1] for line in versions] == ["2", "1"]
    assert {line["state"] for line in versions} == {"VERSION_STATE_PUBLISHED"}
    assert "published" in told(platform, "corpus", "versions", corpus)
    new, _ = lines(told(platform, "corpus", "documents", corpus, "--json"))
    assert (new["title"], new["tier"], new["date"]) == ("抗凝固の手引き", 2, "2026-04-01")
    assert (new["supersedes"], new["effective_until"]) == (["old.txt"], "2099-03-31")
    assert len(lines(told(platform, "corpus", "documents", corpus, "--version", "1", "--json"))) == 1
    assert "old.txt" in told(platform, "corpus", "documents", corpus)


def test_a_publication_without_anything_new_is_no_error(platform: Platform) -> None:
    done = platform.monshin("corpus", "publish", "manual")
    assert (done.returncode, "nothing new to publish" in done.stderr.decode()) == (0, True)


def test_readers_are_set_shown_and_taken_away(platform: Platform, files: Path) -> None:
    """A data steward who is not among them is told so before, and then there is no such corpus for him."""
    told(platform, "factcheck", "import", "closed", str(files / "old.txt"))
    assert told(platform, "corpus", "readers", "closed") == "everyone\n"
    done = platform.monshin("corpus", "readers", "closed", "role:clinician", "client:ward-7")
    assert done.stdout.decode() == "role:clinician\nclient:ward-7\n"
    assert "administrators alone can import" in done.stderr.decode()
    assert "NOT_FOUND" in refused(platform, "corpus", "documents", "closed")
    assert "closed" not in told(platform, "corpus", "list")
    told(platform, "factcheck", "check", "--corpus", "closed", OLD)  # as a clinician
    assert told(platform, "corpus", "readers", "closed", "--everyone", "--role", "administrator") == "everyone\n"
    assert "closed" in told(platform, "corpus", "list")


def test_a_corpus_is_deleted_once_somebody_said_yes(platform: Platform, files: Path) -> None:
    told(platform, "factcheck", "import", "gone", str(files / "old.txt"))
    assert "Delete corpora/gone" in refused(platform, "corpus", "delete", "gone")
    assert "gone" in told(platform, "corpus", "list")
    told(platform, "corpus", "delete", "gone", stdin="y\n")
    assert "gone" not in told(platform, "corpus", "list")
    assert "corpora/gone" in refused(platform, "corpus", "delete", "gone", "--yes")


def test_what_is_not_there_and_what_is_no_reader_is_named(platform: Platform, corpus: str) -> None:
    for command in ("versions", "documents", "publish", "readers"):
        assert "corpora/nowhere" in refused(platform, "corpus", command, "nowhere")
    assert "versions/9" in refused(platform, "corpus", "documents", corpus, "--version", "9")
    assert "readers" in refused(platform, "corpus", "readers", corpus, "clinician")
    refused(platform, "corpus", "readers", corpus, "role:clinician", "--everyone", status=2)
