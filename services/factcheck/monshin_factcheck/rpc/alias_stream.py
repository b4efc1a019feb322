"""Lists of names on their way in and out."""

from collections.abc import AsyncIterator

import apsw
from monshin_kit.errors import InvalidInput
from monshin_protos.factcheck.v1 import corpus_pb2 as pb

from monshin_factcheck.core.aliases.own_list import AliasGroup
from monshin_factcheck.corpora import alias_lists, versions
from monshin_factcheck.rpc import parse

MAX_GROUPS = 50_000


async def collected(
    first: pb.ImportAliasesRequest, rest: AsyncIterator[pb.ImportAliasesRequest]
) -> tuple[AliasGroup, ...]:
    """All groups of a stream; raises InvalidInput for a message without one, unless it is the only message."""
    groups = [parse.alias_group(first.group)] if first.HasField("group") else []
    is_empty = not groups
    async for request in rest:
        if request.corpus not in ("", first.corpus):
            raise InvalidInput("all messages of a stream go to one corpus", field="corpus")
        if is_empty or not request.HasField("group"):
            place = f"groups[{len(groups)}]"
            raise InvalidInput(f"{place} is missing: each message holds a group", field=place)
        if len(groups) == MAX_GROUPS:
            raise InvalidInput(f"a list holds at most {MAX_GROUPS} groups", field=f"groups[{MAX_GROUPS}]")
        groups.append(parse.alias_group(request.group))
    return tuple(groups)


def listed(
    connection: apsw.Connection, corpus_id: str, version: int, is_draft: bool
) -> tuple[str, tuple[AliasGroup, ...]]:
    """The revision and groups of the draft, of a version, or of the newest published one; raises NotFound."""
    if is_draft:
        revision = alias_lists.draft_revision(connection)
    else:
        found = versions.get(connection, corpus_id, version) if version else versions.current(connection)
        revision = found.alias_revision if found is not None else ""
    return revision, alias_lists.groups(connection, revision)
