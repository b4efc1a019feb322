"""How the answers of `local` are joined with the rules': fitted by tools/fit_weighing.py, for one adapter."""

import json
from pathlib import Path

from monshin_factcheck.core.weighing import Weighing

FILE = Path(__file__).parent / "weighing.json"


def load_weighing() -> Weighing:
    """The map in `weighing.json` beside this file, which also tells what it was fitted on."""
    found = json.loads(FILE.read_text("utf-8"))
    weights = {name: (float(row[0]), float(row[1]), float(row[2])) for name, row in found["weights"].items()}
    return Weighing(weights, found["revision"], found["least_supported"], found["least_contradicted"])
