"""Writes the table of packages in docs/licences.md anew from what is installed: `python tools/licences.py`."""

from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "licences.md"
MARK = "<!-- packages: written by tools/licences.py -->\n"


def licence(package: str) -> str:
    """SPDX expression, else the classifiers, else the first line of the licence field."""
    try:
        data = metadata(package)
    except PackageNotFoundError:
        return "not installed here"
    if expression := data.get("License-Expression"):
        return str(expression)
    classifiers = [c.split(" :: ")[-1] for c in data.get_all("Classifier") or () if c.startswith("License ::")]
    return ", ".join(classifiers) or (data.get("License") or "see the package").splitlines()[0][:80]


def main() -> None:
    """One row a line of constraints.txt."""
    names = [line.split("==")[0] for line in (ROOT / "constraints.txt").read_text().splitlines() if "==" in line]
    rows = "\n".join(f"| {name} | {licence(name)} |" for name in names)
    head = PAGE.read_text().split(MARK)[0]
    PAGE.write_text(f"{head}{MARK}| package | licence |\n|---|---|\n{rows}\n")


if __name__ == "__main__":
    main()
