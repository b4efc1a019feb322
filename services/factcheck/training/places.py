"""Where things lie in this repository and beside it."""

from pathlib import Path

from monshin_factcheck.judges.local.base import prepared_base
from monshin_kit.artefacts import Artefacts

REPOSITORY = Path(__file__).resolve().parents[3]
# Git-ignored and large: base weights, states of the lower layers, checkpoints.
CACHE = REPOSITORY / ".cache" / "judge"
BASES = CACHE / "bases"
LOWER_STATES = CACHE / "lower"
RUNS = CACHE / "runs"
DATA = REPOSITORY.parent / "shared" / "data"
TRAIN_DATA = DATA / "factcheck-train"
DEV_CLAIMS = DATA / "factcheck-dev" / "claims.jsonl"
PROTOTYPE = DATA / "judge-prototype" / "adapter.safetensors"


def base_folder() -> Path:
    """Of the dequantised base; made if it is not there, which takes a minute."""
    return prepared_base(Artefacts(BASES))
