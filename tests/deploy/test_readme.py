"""deploy/README.md tells what the files say."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any


def test_every_secret_that_a_pod_needs_is_listed(repo: Path, rendered: Callable[[str], list[dict[str, Any]]]) -> None:
    text = (repo / "deploy/README.md").read_text()
    for manifest in rendered("base"):
        for name in re.findall(r"'name': '([a-z-]+)'", str(_secrets(manifest))):
            assert f"`{name}`" in text, name


def test_every_file_that_it_names_exists(repo: Path) -> None:
    text = (repo / "deploy/README.md").read_text()
    for path in re.findall(r"deploy/[a-z./-]+[a-z]", text):
        assert (repo / path).exists() or path == "deploy/", path


def _secrets(node: Any) -> list[Any]:
    """Everything that refers to a Secret, anywhere below."""
    if isinstance(node, list):
        return [found for item in node for found in _secrets(item)]
    if not isinstance(node, dict):
        return []
    here = [value for key, value in node.items() if key in ("secret", "secretKeyRef")]
    return here + [found for value in node.values() for found in _secrets(value)]
