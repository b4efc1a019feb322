"""A hospital's own list of names: checked as a whole, then a table for judging and tables that widen the search."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from monshin_factcheck.core.aliases.table import AliasTable, certain_aliases, is_too_short
from monshin_factcheck.core.cues.opposites import Opposable, clash, opposites
from monshin_factcheck.core.text.normalise import normalise


@dataclass(frozen=True, slots=True)
class AliasGroup:
    """A name and what else it is called. ambiguous: of the aliases, those that have other meanings, too."""

    name: str
    aliases: tuple[str, ...]
    ambiguous: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AliasProblem:
    """What is wrong with an entry; `alias` is its place among the group's aliases, None where the name is meant."""

    group: int
    alias: int | None
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class AliasBook:
    """judging: one meaning each, so that two names are the same thing. expanding: for the search, a meaning a table."""

    judging: AliasTable
    expanding: tuple[AliasTable, ...] = ()


def problems(groups: Sequence[AliasGroup]) -> list[AliasProblem]:
    """Each entry that says of two things that they are one, in the order of the list; empty if it is sound.

    EMPTY: a blank name. TWICE: a name of two groups. LOOP, CHAIN: an alias that is a name itself, and leads back or on.
    CONTRADICTION: an alias of two names that is not marked ambiguous in both. OPPOSITES: 高血糖 and 低血糖.
    BUILT_IN: two names that the built-in table keeps apart. NOT_AN_ALIAS: marked ambiguous, but no alias of the group.
    """
    names: dict[str, int] = {}
    owners: dict[str, list[int]] = {}
    for place, group in enumerate(groups):
        names.setdefault(_folded(group.name), place)
        for alias in group.aliases:
            owners.setdefault(_folded(alias), []).append(place)
    return [problem for place, group in enumerate(groups) for problem in _problems(groups, place, group, names, owners)]


def book(groups: Sequence[AliasGroup]) -> AliasBook:
    """The tables of a sound list. A group that the built-in table knows takes its name, so that both lists agree."""
    judging: list[tuple[str, ...]] = []
    expanding: list[list[tuple[str, ...]]] = []
    seen: dict[str, int] = {}
    for group in groups:
        canonical = _built_in(group) or group.name
        doubtful = {_folded(alias) for alias in group.aliases if _is_doubtful(alias, group)}
        sure = (alias for alias in group.aliases if _folded(alias) not in doubtful)
        judging.append((canonical, group.name, *sure))
        for alias in sorted(doubtful):
            layer = seen.get(alias, 0)
            seen[alias] = layer + 1
            expanding += [[]] if layer == len(expanding) else []
            expanding[layer].append((canonical, alias))
    return AliasBook(AliasTable(judging), tuple(AliasTable(layer) for layer in expanding))


def revision(groups: Sequence[AliasGroup]) -> str:
    """SHA-256 of a list, lower-case hex: the same for the same entries in the same order; empty for none."""
    if not groups:
        return ""
    entries = [[group.name, list(group.aliases), list(group.ambiguous)] for group in groups]
    return hashlib.sha256(json.dumps(entries).encode()).hexdigest()


def _problems(
    groups: Sequence[AliasGroup], place: int, group: AliasGroup, names: dict[str, int], owners: dict[str, list[int]]
) -> Iterator[AliasProblem]:
    name = _folded(group.name)
    if not name:
        yield AliasProblem(place, None, "EMPTY", "the name is blank")
    elif names[name] != place:
        yield AliasProblem(place, None, "TWICE", f"the name is that of group {names[name]}, too: put them together")
    known = certain_aliases()
    canonical = known.canonical(name)
    marked = {_folded(alias) for alias in group.ambiguous}
    for at, alias in enumerate(group.aliases):
        folded = _folded(alias)
        if not folded:
            yield AliasProblem(place, at, "EMPTY", "the alias is blank")
            continue
        other = names.get(folded)
        if other is not None and other != place:
            leads_back = name in map(_folded, groups[other].aliases)
            reason = "LOOP" if leads_back else "CHAIN"
            more = ", whose alias is this group's name" if leads_back else ": give all its names to one group"
            yield AliasProblem(place, at, reason, f"the alias is the name of group {other}{more}")
        elsewhere = [owner for owner in owners[folded] if owner != place]
        if elsewhere and folded not in marked:
            yield AliasProblem(
                place, at, "CONTRADICTION",
                f"the alias belongs to group {elsewhere[0]}, too: mark it ambiguous in both, or take it out of one",
            )  # fmt: skip
        if clash(_opposable(name), _opposable(folded)) is not None:
            yield AliasProblem(place, at, "OPPOSITES", "name and alias are opposites")
        theirs = known.canonical(folded)
        if theirs is not None and canonical is not None and theirs != canonical and folded not in marked:
            yield AliasProblem(place, at, "BUILT_IN", "the built-in table says that name and alias are two things")
    for alias in sorted(marked - {_folded(alias) for alias in group.aliases}):
        place_of = [_folded(one) for one in group.ambiguous].index(alias)
        yield AliasProblem(place, None, "NOT_AN_ALIAS", f"ambiguous[{place_of}] is none of the group's aliases")


def _is_doubtful(alias: str, group: AliasGroup) -> bool:
    folded = _folded(alias)
    return is_too_short(folded) or folded in map(_folded, group.ambiguous)


def _built_in(group: AliasGroup) -> str | None:
    known = certain_aliases()
    sure = (alias for alias in group.aliases if not _is_doubtful(alias, group))
    return next((found for one in (group.name, *sure) if (found := known.canonical(_folded(one))) is not None), None)


def _opposable(word: str) -> Opposable:
    return Opposable(word, opposites().of(word))


def _folded(name: str) -> str:
    return normalise(name).text.strip().lower()
