"""Which search cuts passages into terms: a hash of everything that decides it, but for a corpus's own names."""

import hashlib
from importlib.resources import files

from monshin_factcheck.core.rules.revision import add_folder, rules_revision


def terms_revision(names: str) -> str:
    """SHA-256. names: what tells the standard names in use from others.

    The rules' revision stands for words, normal forms and built-in names; it changes more often than these do.
    """
    sha256 = hashlib.sha256(f"{rules_revision()}\0{names}".encode())
    add_folder(sha256, files("monshin_factcheck.core").joinpath("retrieval"), "retrieval")
    return sha256.hexdigest()
