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


def test_what_is_vendored_is_what_its_list_says() -> None:
    import hashlib

    vendor = FOLDER / "ui" / "vendor"
    digest = hashlib.sha256((vendor / "lit.js").read_bytes()).hexdigest()
    assert f"{digest}  lit.js" in (vendor / "VERSIONS").read_text()
    assert "BSD 3-Clause" in (vendor / "LICENSE").read_text()
