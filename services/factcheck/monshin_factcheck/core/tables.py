"""Words and numbers that the core keeps as data: YAML files beside the code that reads them."""

from importlib.resources import files
from types import ModuleType
from typing import Any

import yaml


def read_table(package: str | ModuleType, file: str) -> Any:
    """What the file of this name in the package holds, as plain lists, dicts and scalars."""
    return yaml.safe_load(files(package).joinpath(file).read_text("utf-8"))
