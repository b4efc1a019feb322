"""Scores the release on the blind test set: `make score-release`, the only thing that opens `testsets/release`.

Each claim is checked against its own document, with its title and date, by the services that run now. Prints scores by
kind and label, never a claim, and adds lines to testsets/uses.jsonl: each use is seen by all who read a score later.
"""

import datetime
import getpass
import hashlib
import importlib.metadata
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RELEASE = ROOT / "testsets" / "release"
USES = ROOT / "testsets" / "uses.jsonl"
SETS = {"documents": ("documents.jsonl", "claims.jsonl"), "charts": ("chart_documents.jsonl", "chart_claims.jsonl")}
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def verify() -> None:
    """Ends the program if a file is not what was written."""
    for line in (RELEASE / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split()
        if hashlib.sha256((RELEASE / name).read_bytes()).hexdigest() != digest:
            sys.exit(f"{name} is not the file that was sealed: nothing is scored")


def labelled(documents: str, claims: str) -> str:
    """Lines for `monshin factcheck evaluate`."""
    sources = {each["id"]: _source(each) for each in _lines(documents)}
    return "".join(
        json.dumps(
            {
                "id": each["id"],
                "claim": each["claim"],
                "label": each["label"].lower(),
                "type": each["kind"],
                "sources": [sources[each["document"]]],
                "item": each["document"],
            },
            ensure_ascii=False,
        )
        + "\n"
        for each in _lines(claims)
    )


def main() -> None:
    """Both sets; each opening goes into the log of uses before it happens, its figures after it."""
    log({"opened": sorted(SETS)})
    verify()
    for name, (documents, claims) in SETS.items():
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / f"{name}.jsonl"
            file.write_text(labelled(documents, claims), "utf-8")
            command = [sys.executable, "-m", "monshin", "factcheck", "evaluate", str(file), "--json"]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        if not done.stdout:
            sys.exit(f"{name}: nothing was scored. {done.stderr.strip()}")
        use = log({"set": name, "figures": json.loads(done.stdout)})
        sys.stdout.write(json.dumps(use, ensure_ascii=False, indent=1) + "\n")


def log(told: dict[str, Any]) -> dict[str, Any]:
    """Adds a line to the log: who, when, at which state of this tree, and what is told; answers the line.

    The services may run another state: the figures' `subject` holds the revisions of rules, judges and embedding model
    that answered.
    """
    use = {
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "by": getpass.getuser(),
        "version": importlib.metadata.version("monshin"),
        "commit": _git("rev-parse", "--short", "HEAD"),
        "dirty": bool(_git("status", "--porcelain", "--", ".", f":!{USES.relative_to(ROOT)}")),
        **told,
    }
    with USES.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(use, ensure_ascii=False) + "\n")
    return use


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def _source(document: dict[str, Any]) -> dict[str, str]:
    """As a check gets it. A date that is no whole day is left out: the service takes days only."""
    date = document["date"] if DAY.fullmatch(document["date"]) else ""
    return {"text": document["text"], "title": document["title"], "date": date}


def _lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (RELEASE / name).read_text("utf-8").splitlines()]


if __name__ == "__main__":
    main()
