"""What is said of files on the command line, over what they say themselves."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from monshin.cli import cli
from monshin.formats import CorpusLine
from monshin.importers.facts import Facts
from monshin_kit.errors import InvalidInput

LINE = CorpusLine("guide.pdf", "guide", "あ。", "館内", "2020-01-01", tier=5, supersedes=("first",))
OTHER = CorpusLine("other.pdf", "other", "い。", "", "")


def test_without_facts_a_document_stays_as_it_is() -> None:
    assert Facts().of([LINE, OTHER]) == (LINE, OTHER)


def test_facts_overrule_what_the_file_says() -> None:
    facts = Facts("手引き", "2026-04-01", 2, ("old.pdf",), "2027-03-31")
    (told,) = facts.of([LINE])
    assert told == CorpusLine(
        "guide.pdf", "手引き", "あ。", "館内", "2026-04-01", 2, ("old.pdf",), "2027-03-31"
    )  # fmt: skip


def test_several_documents_share_a_tier_and_days_but_no_title() -> None:
    assert [line.tier for line in Facts(tier=1, date="2026-01-01").of([LINE, OTHER])] == [1, 1]
    with pytest.raises(InvalidInput, match="there are 2"):
        Facts(title="手引き").of([LINE, OTHER])


def test_no_document_takes_its_own_place() -> None:
    with pytest.raises(InvalidInput, match=r"--supersedes guide\.pdf"):
        Facts(supersedes=("guide.pdf",)).of([LINE])


@pytest.mark.parametrize(
    "options",
    [
        ("--title", "x", "a", "b"),
        ("--supersedes", "old", "a", "b"),
        ("--tier", "6", "a"),
        ("--tier", "0", "a"),
        ("--date", "2026-02-30", "a"),
        ("--effective-until", "March", "a"),
    ],
)
def test_what_makes_no_sense_is_wrong_usage(options: tuple[str, ...], tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_text("あ。")
    named = [str(tmp_path / option) if option in ("a", "b") else option for option in options]
    assert CliRunner().invoke(cli, ["factcheck", "import", "c", *named]).exit_code == 2


def test_the_help_shows_every_field_of_a_line() -> None:
    shown = CliRunner().invoke(cli, ["factcheck", "import", "--help"]).output
    assert {name for name in CorpusLine.__dataclass_fields__ if f'"{name}"' not in shown} == set()
