"""Scores the release on the blind test set: `make score-release`, the only thing that opens `testsets/release`.

Each claim is checked against its own document by the services that run now. Prints scores by kind and label, never a
claim, and adds a line to testsets/uses.jsonl: each use is seen by all who read a score later.
"""

import datetime
import getpass
import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RELEASE = ROOT / "testsets" / "release"
USES = ROOT / "testsets" / "uses.jsonl"
SETS = {"documents": ("documents.jsonl", "claims.jsonl"), "charts": ("chart_documents.jsonl", "chart_claims.jsonl")}


def verify() -> None:
    """Ends the program if a file is not what was written."""
    for line in (RELEASE / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split()
        if hashlib.sha256((RELEASE / name).read_bytes()).hexdigest() != digest:
            sys.exit(f"{name} is not the file that was sealed: nothing is scored")


def labelled(documents: str, claims: str) -> str:
    """Lines for `monshin factcheck evaluate`."""
    texts = {each["id"]: each["text"] for each in _lines(documents)}
    return "".join(
        json.dumps(
            {
                "id": each["id"],
                "claim": each["claim"],
                "label": each["label"].lower(),
                "type": each["kind"],
                "sources": [texts[each["document"]]],
            },
            ensure_ascii=False,
        )
        + "\n"
        for each in _lines(claims)
    )


def main() -> None:
    """Both sets; the figures of each go into the log of uses."""
    verify()
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name, (documents, claims) in SETS.items():
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / f"{name}.jsonl"
            file.write_text(labelled(documents, claims))
            command = [sys.executable, "-m", "monshin", "factcheck", "evaluate", str(file), "--json"]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        if not done.stdout:
            sys.exit(f"{name}: nothing was scored. {done.stderr.strip()}")
        figures = json.loads(done.stdout)
        use = {
            "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            "by": getpass.getuser(),
            "commit": commit.stdout.strip(),
            "set": name,
            "figures": figures,
        }
        with USES.open("a") as log:
            log.write(json.dumps(use, ensure_ascii=False) + "\n")
        sys.stdout.write(json.dumps(use, ensure_ascii=False, indent=1) + "\n")


def _lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (RELEASE / name).read_text().splitlines()]


if __name__ == "__main__":
    main()
