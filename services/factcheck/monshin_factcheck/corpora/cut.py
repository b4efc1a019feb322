"""Contents as the search cuts them into terms, kept so that neither a start nor the next version cuts them anew."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import apsw


@dataclass(frozen=True, slots=True)
class CutContent:
    """terms: of each passage, in order. is_name: whether it is nothing but a name (core/retrieval/bare_names.py)."""

    terms: Sequence[Sequence[str]]
    is_name: bool


def kept(connection: apsw.Connection, version: int, revision: str) -> dict[int, CutContent]:
    """Those of a version by content, as far as this revision cut them."""
    rows = connection.execute(
        "SELECT content, terms, is_name FROM cut WHERE revision=? "
        "AND content IN (SELECT content FROM version_documents WHERE version=?)",
        (revision, version),
    )
    return {int(str(content)): CutContent(json.loads(str(terms)), bool(is_name)) for content, terms, is_name in rows}


def keep(connection: apsw.Connection, revision: str, cut: Mapping[int, CutContent]) -> None:
    """In the place of what another revision cut."""
    connection.executemany(
        "INSERT OR REPLACE INTO cut VALUES (?,?,?,?)",
        ((content, revision, json.dumps(one.terms, ensure_ascii=False), one.is_name) for content, one in cut.items()),
    )
