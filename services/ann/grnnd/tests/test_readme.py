"""The README's example runs."""

import doctest
from pathlib import Path

import grnnd

FOLDER = Path(__file__).parent.parent
README = (FOLDER / "README.md").read_text()


def test_the_example_runs(tmp_path: Path) -> None:
    code = README.split("```python\n")[1].split("```")[0].replace("/tmp/", f"{tmp_path}/")
    names: dict[str, object] = {}
    exec(code, names)
    assert len(names["whole"]) == 10_000  # type: ignore[arg-type]


def test_the_docstring_of_the_package_runs() -> None:
    assert doctest.testmod(grnnd).attempted > 0
    assert doctest.testmod(grnnd).failed == 0
