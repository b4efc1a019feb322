"""The READMEs are true: every setting, RPC, role and make target that exists is in them, and what they name exists."""

import re
from pathlib import Path

import pytest
from click import Command, Group
from monshin.cli import cli
from monshin.settings import ClientSettings
from monshin_ann.settings import AnnSettings, RemoteBuildSettings
from monshin_embed.settings import EmbedSettings
from monshin_factcheck.settings import FactcheckSettings
from monshin_gateway.settings import GatewaySettings
from monshin_kit.channel import ChannelSettings
from monshin_kit.server_settings import ServerSettings
from monshin_kit.settings import Settings, markdown_table

from ..services import SERVICES, Service

ROOT = Path(__file__).resolve().parents[2]
SETTINGS: list[tuple[type[Settings], str]] = [
    (ServerSettings, "kit"),
    (ChannelSettings, "kit"),
    (ClientSettings, "client"),
    (EmbedSettings, "services/embed"),
    (AnnSettings, "services/ann"),
    (RemoteBuildSettings, "services/ann"),
    (FactcheckSettings, "services/factcheck"),
    (GatewaySettings, "gateway"),
]


def page(folder: str) -> str:
    """A folder's README."""
    return (ROOT / folder / "README.md").read_text()


@pytest.mark.parametrize(("settings", "folder"), SETTINGS)
def test_every_setting_stands_in_its_readme(settings: type[Settings], folder: str) -> None:
    """With its default and meaning, as the table made from the class says."""
    missing = [row for row in markdown_table(settings).splitlines()[2:] if row not in page(folder)]
    assert missing == []


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_every_rpc_stands_in_its_readme(service: Service) -> None:
    """By name; the access log's are kit's."""
    names = {method.short_name for method in service.methods() if method.service in service.protos}
    assert {name for name in names if not re.search(rf"`{name}\b", page(f"services/{service.name}"))} == set()


def test_every_command_stands_in_the_clients_readme() -> None:
    """The first level of `monshin --help`."""
    assert isinstance(cli, Group)
    commands: dict[str, Command] = cli.commands
    assert {name for name in commands if f"`{name}" not in page("client")} == set()


def test_every_link_of_the_readme_leads_somewhere() -> None:
    """Files and folders of this repository."""
    for name in ("README.md", "kit/README.md", "services/factcheck/README.md", "protos/README.md"):
        file = ROOT / name
        for target in re.findall(r"\]\(([^)#]+)\)", file.read_text()):
            assert "://" in target or (file.parent / target).exists(), f"{name}: {target}"


def test_every_make_target_that_the_readme_names_exists() -> None:
    """`make x` in the text is a target of the Makefile."""
    makefile = (ROOT / "Makefile").read_text()
    rules = set(re.findall(r"^([a-z-]+)(?: [a-z-]+)*:", makefile, re.MULTILINE)) | set(
        re.findall(r"\.PHONY: (.*)", makefile)[0].split()
    )
    phony = {word for line in re.findall(r"\.PHONY: (.*)", makefile) for word in line.split()}
    named = set(re.findall(r"make ([a-z]+(?:-[a-z]+)?)\b", (ROOT / "README.md").read_text())) - {"for"}
    assert named - rules - phony == set()
