"""A corpus's own list of names: in the draft until a version keeps it."""

import json
from collections.abc import Sequence
from dataclasses import astuple

import apsw

from monshin_factcheck.core.aliases.own_list import AliasGroup, revision


def replace_draft(connection: apsw.Connection, groups: Sequence[AliasGroup]) -> str:
    """Makes `groups` the draft's list, none takes it away; the revision. Lists that versions keep stay."""
    made = revision(groups)
    connection.execute("DELETE FROM draft_aliases")
    if made:
        value = json.dumps([astuple(group) for group in groups])
        connection.execute("INSERT OR IGNORE INTO alias_lists VALUES (?,?)", (made, value))
        connection.execute("INSERT INTO draft_aliases VALUES (?)", (made,))
    connection.execute(
        "DELETE FROM alias_lists WHERE revision NOT IN (SELECT revision FROM draft_aliases) "
        "AND revision NOT IN (SELECT alias_revision FROM versions)"
    )
    return made


def draft_revision(connection: apsw.Connection) -> str:
    """Of the draft's list; empty without one."""
    row = connection.execute("SELECT revision FROM draft_aliases").fetchone()
    return str(row[0]) if row is not None else ""


def groups(connection: apsw.Connection, wanted: str) -> tuple[AliasGroup, ...]:
    """The list of a revision; empty for the empty revision."""
    row = connection.execute("SELECT value FROM alias_lists WHERE revision=?", (wanted,)).fetchone()
    entries = json.loads(str(row[0])) if row is not None else []
    return tuple(AliasGroup(str(name), tuple(aliases), tuple(ambiguous)) for name, aliases, ambiguous in entries)
