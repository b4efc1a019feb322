"""How the answers of judges are joined with the rules': one file a set of judges, written by tools/fit_weighing.py.

A file is JSON: `revisions` (judge → revision, the rules' among them), `weights` (feature → supported, contradicted,
neither), `temperature`, `least_supported`, `least_contradicted`; the rest tells what it was fitted on and how well.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from monshin_kit.errors import FailedPrecondition

from monshin_factcheck.core.weighing import Row, Weighing

BUILT_IN = Path(__file__).parent


def load_weighings(folders: Sequence[Path]) -> list[Weighing]:
    """All maps in `*.json` of the folders; of two for the same judges the later counts.

    Raises FailedPrecondition that names a file which is no map.
    """
    return [_load(file) for folder in folders for file in sorted(folder.glob("*.json"))]


def _load(file: Path) -> Weighing:
    try:
        found = json.loads(file.read_text("utf-8"))
        return Weighing(
            {str(name): _row(row) for name, row in found["weights"].items()},
            {str(judge): str(revision) for judge, revision in found["revisions"].items()},
            float(found["least_supported"]),
            float(found["least_contradicted"]),
            float(found["temperature"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise FailedPrecondition(f"{file} holds no weighing of judges: make it with tools/fit_weighing.py") from error


def _row(row: Sequence[float]) -> Row:
    supported, contradicted, neither = map(float, row)
    return supported, contradicted, neither
