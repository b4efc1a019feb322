"""The README tells what is there."""

import re
from pathlib import Path

from monshin_gateway.settings import GatewaySettings
from monshin_kit.settings import markdown_table

FOLDER = Path(__file__).parents[1]
README = (FOLDER / "README.md").read_text()


def test_every_setting_is_in_the_readme() -> None:
    assert markdown_table(GatewaySettings) in README


def test_every_metric_is_in_the_readme() -> None:
    code = (FOLDER / "monshin_gateway" / "web" / "edge.py").read_text()
    for name in re.findall(r'telemetry\.\w+\(\s*"(\w+)"', code):
        assert f"monshin_{name}" in README


def test_every_path_beside_the_api_is_in_the_readme() -> None:
    code = (FOLDER / "monshin_gateway" / "app.py").read_text()
    for path in re.findall(r'(?:Route|Mount)\("(/\S+)"', code):
        assert path in README


def test_the_readme_lists_the_pages_in_their_order() -> None:
    pages = re.findall(r'^    id: "(\w+)"', (FOLDER / "ui" / "pages.js").read_text(), re.MULTILINE)
    assert pages
    assert re.findall(r"^\| `#/(\w+)` \|", README, re.MULTILINE) == pages


def test_the_readme_names_the_keys_of_the_help() -> None:
    help_dialog = (FOLDER / "ui" / "elements" / "shell" / "help-dialog.js").read_text()
    (keys,) = re.findall(r"^const KEYS = \[(.*)\];", help_dialog, re.MULTILINE)
    paragraph = README[README.index("\nKeys: ") :].strip().split("\n\n")[0].replace("`–`", "–")
    assert set(re.findall(r"`(.+?)`", paragraph)) == set(re.findall(r'"(.+?)"', keys))


def test_what_is_vendored_is_what_its_list_says() -> None:
    import hashlib

    vendor = FOLDER / "ui" / "vendor"
    digest = hashlib.sha256((vendor / "lit.js").read_bytes()).hexdigest()
    assert f"{digest}  lit.js" in (vendor / "VERSIONS").read_text()
    assert "BSD 3-Clause" in (vendor / "LICENSE").read_text()
