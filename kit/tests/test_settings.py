"""settings: read once, from the environment, with errors that name the variable."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from monshin_kit.channel import ChannelSettings
from monshin_kit.errors import InvalidInput
from monshin_kit.server_settings import ServerSettings
from monshin_kit.settings import load, markdown_table, setting, variable

README = Path(__file__).parents[1] / "README.md"


@dataclass(frozen=True, slots=True)
class EchoSettings:
    """One of each type."""

    prefix: ClassVar[str] = "MONSHIN_ECHO_"
    name: str = setting("echo", "what it is called")
    limit: int = setting(8, "how many at most", unit="echoes")
    ratio: float = setting(0.5, "a share")
    is_loud: bool = setting(False, "louder")
    folder: Path = setting(Path(), "where; empty: nowhere")
    peers: tuple[str, ...] = setting((), "who else, separated by spaces")


@dataclass(frozen=True, slots=True)
class ListSettings:
    """A type that is not supported."""

    prefix: ClassVar[str] = "MONSHIN_LIST_"
    sizes: list[int] = setting((), "sizes")


def test_without_variables_the_defaults_hold() -> None:
    assert load(EchoSettings, {}) == EchoSettings()


@given(
    st.builds(
        EchoSettings,
        name=st.text(),
        limit=st.integers(),
        ratio=st.floats(allow_nan=False),
        is_loud=st.booleans(),
        folder=st.sampled_from([Path("/a/b"), Path("c")]),
        peers=st.lists(st.from_regex(r"[a-z:/.0-9]+", fullmatch=True)).map(tuple),
    )
)
def test_what_is_written_into_the_environment_is_read_back(settings: EchoSettings) -> None:
    written = {
        variable(EchoSettings, field.name): " ".join(value) if isinstance(value, tuple) else str(value)
        for field in fields(EchoSettings)
        for value in [getattr(settings, field.name)]
    }
    assert load(EchoSettings, written) == settings


@pytest.mark.parametrize("text", ["1", "true", "on", "TRUE", "On"])
def test_true_has_three_spellings(text: str) -> None:
    assert load(EchoSettings, {"MONSHIN_ECHO_IS_LOUD": text}).is_loud


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [("LIMIT", "eight", "int"), ("LIMIT", "8.5", "int"), ("RATIO", "half", "float"), ("IS_LOUD", "yes", "bool")],
)
def test_a_wrong_value_is_refused_by_variable_value_and_type(name: str, text: str, kind: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        load(EchoSettings, {f"MONSHIN_ECHO_{name}": text})
    assert caught.value.message == f"MONSHIN_ECHO_{name} is {text!r}, but must be of type {kind}"


def test_a_type_that_is_not_supported_is_a_fault_of_the_program() -> None:
    with pytest.raises(TypeError, match="MONSHIN_LIST_SIZES"):
        load(ListSettings, {"MONSHIN_LIST_SIZES": "1 2"})


def test_the_table_shows_each_variable_with_default_and_unit() -> None:
    assert markdown_table(EchoSettings).splitlines() == [
        "| variable | default | meaning |",
        "|---|---|---|",
        "| `MONSHIN_ECHO_NAME` | `echo` | what it is called |",
        "| `MONSHIN_ECHO_LIMIT` | `8` | how many at most (echoes) |",
        "| `MONSHIN_ECHO_RATIO` | `0.5` | a share |",
        "| `MONSHIN_ECHO_IS_LOUD` | `False` | louder |",
        "| `MONSHIN_ECHO_FOLDER` | `` | where; empty: nowhere |",
        "| `MONSHIN_ECHO_PEERS` | `` | who else, separated by spaces |",
    ]


@pytest.mark.parametrize("cls", [ServerSettings, ChannelSettings], ids=lambda cls: cls.__name__)
def test_the_readme_holds_the_table_of_settings(cls: type[ServerSettings | ChannelSettings]) -> None:
    assert markdown_table(cls) in README.read_text()
