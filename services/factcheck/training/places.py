"""Where things lie in this repository and beside it."""

from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
# Git-ignored and large: base weights, states of the lower layers, checkpoints.
CACHE = REPOSITORY / ".cache" / "judge"
BASE = CACHE / "base"
LOWER_STATES = CACHE / "lower"
RUNS = CACHE / "runs"
DATA = REPOSITORY.parent / "shared" / "data"
TRAIN_DATA = DATA / "factcheck-train"
DEV_CLAIMS = DATA / "factcheck-dev" / "claims.jsonl"
PROTOTYPE = DATA / "judge-prototype" / "adapter.safetensors"
