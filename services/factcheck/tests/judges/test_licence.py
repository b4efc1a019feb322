"""What the terms of Gemma ask of whoever passes the adapter on."""

import tomllib
from importlib.resources import files
from pathlib import Path


def test_the_notice_and_the_terms_lie_beside_the_adapter_and_go_into_the_wheel() -> None:
    folder = files("monshin_factcheck.judges.local")
    assert folder.joinpath("adapter.safetensors").is_file()
    assert "Gemma Terms of Use" in folder.joinpath("NOTICE.txt").read_text("utf-8")
    assert folder.joinpath("GEMMA_TERMS.txt").read_text("utf-8").startswith("Gemma Terms of Use")
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))
    assert "*.txt" in project["tool"]["setuptools"]["package-data"]["*"]
