"""Sequence numbers of a collection's name never go back, whichever file has the name.

A file that takes a name over, by a restore or after a deletion, begins a generation: beyond every number that the files
before it can have given away. Which generation that is stands in the registry, since the file before may be damaged or,
until the moment it is replaced, still be written to. 2⁴⁰ points are twenty months of upserts at 20,000 points/s.
"""

from monshin_kit.errors import InvalidInput

GENERATION = 1 << 40
_LAST = 1 << 62


def generation_after(sequence: int) -> int:
    """Where the next generation begins. Raises InvalidInput where nobody can have counted so far."""
    if not is_possible(sequence):
        raise InvalidInput(f"the sequence number is {sequence}, allowed are 0 to {_LAST - 1}", field="data")
    return (sequence // GENERATION + 1) * GENERATION


def is_possible(sequence: int) -> bool:
    """Whether a mutation can have this number, or that none came yet."""
    return 0 <= sequence < _LAST


def is_beginning(sequence: int) -> bool:
    """Whether no mutation has followed yet."""
    return sequence % GENERATION == 0
